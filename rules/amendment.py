"""What people make of a series in force: an update, the correction of a detail, the all-clear, a cancellation.

Each is the next revision, prefilled, and a draft like any other: it refers to every issued revision that has not
expired, and follows to every channel that the series reached. What the person knew of the hazards is written down with
it (``Alert.seen``), so that the rules do not undo it as long as nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from rules.alert import Act, Alert, Place, Seen, State, Text, sent_after
from rules.ending import lifting, never_was
from rules.proposal import Proposal, Reason, levels
from rules.redraft import AmendmentError, Pen, Said, Series, chosen, heeding, revised
from rules.revision import Sender, write
from rules.situation import Situation
from rules.wording.by_hand import corrected, ended
from rules.wording.languages import in_order
from rules.wording.templates import PARTS


def amend(act: Act, series: Series, said: Said, pen: Pen) -> Alert:
    """The next revision as ``act`` (update, correction, all_clear or cancel) wants it.

    Raises AmendmentError: nothing_in_force, draft_waiting, and those of :func:`revised`.
    """
    standing, in_force = series.standing, series.standing.in_force(pen.now)
    if not in_force:
        raise AmendmentError("nothing_in_force", "この発表はもう有効ではありません。新しい発表を作ってください")
    waits = standing.alert if standing.state is State.DRAFT and standing.alert.expires > pen.now else None
    if waits and (act in {Act.UPDATE, Act.CORRECTION} or waits.act is act or (waits.ends and act is Act.ALL_CLEAR)):
        number = waits.revision
        raise AmendmentError(
            "draft_waiting", f"第{number}報の案が承認を待っています。その案を直すか、差し戻してください"
        )
    ending = act in {Act.ALL_CLEAR, Act.CANCEL}
    alert = _ending(act, series, said, pen) if ending else _going_on(act, series, said, pen)
    return replace(alert, evidence=(*_evidence(act, series, said, pen), *_still_wrong(alert, said), *alert.evidence))


def _still_wrong(alert: Alert, said: Said) -> list[str]:
    """Where the words that a correction calls wrong still stand in the text that it corrects."""
    left = [
        tag
        for tag, wrong in said.wrong.items()
        if tag in alert.texts and wrong and any(wrong in getattr(alert.texts[tag], part) for part in PARTS)
    ]
    return [f"誤りとした語が、文面にまだ残っています（{'、'.join(left)}）"] if left else []


def following(series: Series, said: Said, pen: Pen) -> Alert:
    """The newest revision in force once more, under the next number; it changes only what every amendment does."""
    standing, in_force = series.standing, series.standing.in_force(pen.now)
    base, now, sent = in_force[-1], pen.now.replace(microsecond=0), sent_after(pen.now, in_force)
    number = max(standing.last_revision, standing.alert.revision) + 1
    asked = (name for alert in in_force for name in alert.channels)
    return replace(
        base,
        revision=number,
        identifier=f"{base.series}-{number}",
        sent=sent,
        msg_type="Update",
        references=tuple(alert.reference for alert in in_force),
        effective=now,
        expires=said.expires or sent + (base.expires - base.sent),
        evidence=(),
        channels=tuple(dict.fromkeys((*asked, *series.reached))),
        issue=standing.issued + 1,
        announced=base.place_levels,
        author=pen.author,
        seen=_known(series, now, base.expires),
        lifted=(),
        correction={},
        concerns=(),
        soundless=False,
    )


def _going_on(act: Act, series: Series, said: Said, pen: Pen) -> Alert:
    """An update or a correction: the facts are as they were announced."""
    fresh = replace(following(series, said, pen), act=act)
    if act is Act.UPDATE:
        return revised(fresh, said, series.reached, pen.now)
    base = series.standing.in_force(pen.now)[-1]
    fresh = replace(fresh, expires=said.expires or base.expires)
    stays = [place.code for place in base.places if place.code not in said.without]
    concerns = chosen(base.places, (*(said.areas or stays), *said.without))
    changed = replace(said, areas=tuple(stays))
    alert = replace(revised(fresh, changed, series.reached, pen.now), concerns=tuple(p.code for p in concerns))
    if not (said.wrong.get("ja", "").strip() and said.right.get("ja", "").strip()):
        raise AmendmentError("bad_correction", "何が誤りで、正しくは何かを日本語で書いてください")
    notes = {
        tag: corrected(base, alert, tag, said.wrong.get(tag, ""), said.right.get(tag, ""))
        for tag in alert.texts
        if tag in base.texts
    }
    return heeding(replace(alert, correction=notes, soundless=True), (*said.wrong.values(), *said.right.values()))


def _ending(act: Act, series: Series, said: Said, pen: Pen) -> Alert:
    """All-clear or cancellation: to every place that something in force names. It has level 0."""
    in_force = series.standing.in_force(pen.now)
    base = in_force[-1]
    places: dict[str, Place] = {}
    for alert in reversed(in_force):
        places |= {place.code: place for place in alert.places if place.code not in places}
    fresh = replace(following(series, said, pen), act=act, ends=True, hold_off_s=0)
    fresh = replace(fresh, places=tuple(places.values()), **lifting(base))
    if act is Act.CANCEL:
        fresh = never_was(fresh)
    worded = _by_rule(series, pen) if act is Act.ALL_CLEAR and not said.reason else {}
    texts = {tag: worded.get(tag) or _end(base, fresh, tag, said, pen.sender) for tag in in_order(base.texts)}
    alert = revised(replace(fresh, texts=texts), replace(said, areas=None), series.reached, pen.now)
    return heeding(alert, said.reason.values())


def _end(base: Alert, fresh: Alert, language: str, said: Said, sender: Sender) -> Text:
    return ended(base, fresh, language, sender.named(language), said.reason.get(language, ""))


def _by_rule(series: Series, pen: Pen) -> Mapping[str, Text]:
    """The words that the rule has for its own end."""
    rule, standing = series.rule, series.standing
    if rule is None or not rule.all_clear:
        return {}
    status = standing.alert.status
    over = Proposal(rule=rule, stem="", now=pen.now, hazards=(), standing=standing, reason=Reason.ALL_CLEAR)
    return write(Situation(now=pen.now, status=status), over, pen.sender, pen.places).texts


def _known(series: Series, at: datetime, until: datetime) -> dict[str, Seen]:
    """Every hazard that the series speaks of, or that a draft people saw speaks of, at its highest level there."""
    found: dict[str, int] = {}
    for alert in (*series.standing.in_force(at), series.standing.alert):
        if not alert.ends:
            found |= {key: max(level, found.get(key, 0)) for key, level in levels(alert).items()}
    earlier = series.standing.in_force(at)[-1].agreed_out
    return {**earlier, **{key: Seen(level=level, at=at, until=until) for key, level in found.items()}}


def _evidence(act: Act, series: Series, said: Said, pen: Pen) -> list[str]:
    """For who approves: whose draft this is, what speaks against it, what was not put into words."""
    told = [f"{pen.author} が作った案です（{ACTS[act]}）"]
    base = series.standing.in_force(pen.now)[-1]
    there = [one for one in series.hazards if one.key in base.hazards and one.level and one.valid_until > pen.now]
    if there and act in {Act.ALL_CLEAR, Act.CANCEL}:
        named = "、".join(dict.fromkeys(one.headline for one in there[:3]))
        told.append(f"今も続いている対象があります。{ACTS[act]}してよいか確かめてください：{named}")
    bare = [tag for tag in base.texts if tag not in said.right and act is Act.CORRECTION]
    if bare:
        told.append(f"訂正の内容がこの言語では書かれていません（訂正したことだけを伝えます）：{'、'.join(bare)}")
    return told


ACTS: Mapping[Act, str] = {
    Act.UPDATE: "更新",
    Act.CORRECTION: "訂正",
    Act.ALL_CLEAR: "解除",
    Act.CANCEL: "取消",
    Act.NOTICE: "お知らせ",
    Act.EDIT: "修正",
}
