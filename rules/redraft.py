"""A waiting draft in other words: what a person may change in it, and what it then is.

Words, areas within those it had, the end of its life, fewer channels. An edit is a revision of its own with a digest of
its own: who agreed to the earlier one has not agreed to this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from geo.hazard import Hazard
from rules.alert import Act, Alert, Approval, Place, Seen, Text, sent_after
from rules.evacuation import said_in, titled, worded
from rules.proposal import levels
from rules.revision import Places, Sender
from rules.rule import Rule
from rules.situation import Standing
from rules.wording.languages import in_order

LONGEST = timedelta(days=31)  # that anything is said to hold


class AmendmentError(ValueError):
    """What cannot be written so; ``code`` is for programs, the text for the officer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the person changed; None: as it stands. ``texts`` are whole; a language that is missing there is dropped."""

    texts: Mapping[str, Text] | None = None  # language → words
    areas: tuple[str, ...] | None = None  # codes; of a correction: where something changes
    without: tuple[str, ...] = ()  # codes that a correction takes out: they should never have been named
    expires: datetime | None = None
    channels: tuple[str, ...] | None = None
    reason: Mapping[str, str] = field(default_factory=dict)  # language → why it ends, or was wrong
    wrong: Mapping[str, str] = field(default_factory=dict)  # language → the detail as it was told
    right: Mapping[str, str] = field(default_factory=dict)  # language → as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Who writes, when, in whose name. ``places`` gives the place of an area code."""

    author: str
    now: datetime
    sender: Sender
    places: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series as it stands. ``reached``: channels on which something of it is out, or may be."""

    standing: Standing
    reached: tuple[str, ...] = ()
    rule: Rule | None = None  # None: written by hand, or the rule was taken away
    hazards: Sequence[Hazard] = ()  # of its status, as they are now


def owed(alert: Alert, reached: Sequence[str]) -> tuple[str, ...]:
    """Channels that must hear this revision: where the series is out, or may be. A first revision owes none."""
    return tuple(reached) if alert.references else ()


def revised(alert: Alert, said: Said, reached: Sequence[str], now: datetime) -> Alert:
    """The revision with other words, areas, end or channels; nothing else of it changes.

    Raises AmendmentError: bad_text, bad_area, bad_expires, bad_channel, channel_owed.
    """
    texts = alert.texts if said.texts is None else _checked(said.texts)
    places = alert.places if said.areas is None else chosen(alert.places, said.areas)
    if alert.ends and len(places) < len(alert.places):
        raise AmendmentError(
            "bad_area", "解除・取消は、発表したすべての区域に伝えます。一部の区域だけを外すには更新を使ってください"
        )
    if said.expires is not None and not now < said.expires <= now + LONGEST:
        raise AmendmentError("bad_expires", f"期限は今より後、{LONGEST.days}日以内にしてください")
    kept = {place.code for place in places}
    told = dict(zip(alert.hazards, alert.levels, strict=False))  # old revisions have no levels
    spoken_of = {key: told.get(key, alert.level) for key in alert.hazards if _area(key) in kept or alert.ends}
    narrowed = len(spoken_of) < len(alert.hazards)
    return replace(
        alert,
        texts=texts,
        places=places,
        lifted=alert.lifted if alert.ends else (*alert.lifted, *(p for p in alert.places if p.code not in kept)),
        expires=said.expires or alert.expires,
        channels=alert.channels if said.channels is None else _carried(alert, said.channels, reached),
        hazards=tuple(spoken_of),
        levels=tuple(spoken_of.values()),
        level=max(spoken_of.values(), default=alert.level) if narrowed else alert.level,
        approval=approval_of(alert, texts),
    )


def edited(draft: Alert, said: Said, series: Series, pen: Pen) -> Alert:
    """A waiting draft in a person's words, as a revision of its own: who read the old one has not agreed to this.

    Raises AmendmentError like :func:`revised`.
    """
    number = max(series.standing.last_revision, draft.revision) + 1
    in_force = series.standing.in_force(pen.now)
    now, sent = pen.now.replace(microsecond=0), sent_after(pen.now, in_force)
    if draft.ends and not in_force:
        raise AmendmentError("nothing_in_force", "もとの発表は期限が切れました。この案を差し戻してください")
    told = {key: Seen(level=level, at=now, until=draft.expires) for key, level in levels(draft).items()}
    fresh = replace(
        draft,
        revision=number,
        identifier=f"{draft.series}-{number}",
        sent=sent,
        effective=now,
        msg_type=draft.msg_type if draft.ends else "Update" if in_force else "Alert",
        references=tuple(alert.reference for alert in in_force),
        act=draft.act or Act.EDIT,
        author=pen.author,
        seen={**told, **draft.seen},
    )
    return revised(fresh, said, series.reached, pen.now)


def approval_of(alert: Alert, texts: Mapping[str, Text]) -> Approval:
    """At least one person; two where words come to order an evacuation that nobody had proposed.

    The headline counts for itself. So does the whole, because some channels show the short text or the detail alone:
    an order must not leave on one person's word by standing there.
    """
    for orders in (titled, worded):
        before, after = (any(orders(text) for text in of.values()) for of in (alert.texts, texts))
        if after and not (before or alert.order):
            return Approval.TWO
    return Approval.ONE if alert.approval is Approval.AUTO else alert.approval


def heeding(alert: Alert, words: Iterable[str]) -> Alert:
    """The alert with two people where these words of a person, which go out within it, order an evacuation."""
    if alert.order or not said_in(*words):
        return alert
    return replace(alert, approval=Approval.TWO)


def _checked(texts: Mapping[str, Text]) -> dict[str, Text]:
    if "ja" not in texts:
        raise AmendmentError("bad_text", "日本語の文面が要ります")
    for tag, text in texts.items():
        empty = [name for name in ("event", "headline", "description", "short") if not getattr(text, name).strip()]
        if empty:
            raise AmendmentError("bad_text", f"文面が空です（{tag}：{'、'.join(empty)}）")
        if len(text.headline) > 140:
            raise AmendmentError("bad_text", f"見出しは140字までです（{tag}：{len(text.headline)}字）")
    return {tag: texts[tag] for tag in in_order(texts)}


def chosen(places: Sequence[Place], codes: Sequence[str]) -> tuple[Place, ...]:
    unknown = sorted(set(codes) - {place.code for place in places})
    if unknown:
        raise AmendmentError(
            "bad_area", f"発表の対象でない区域です：{'、'.join(unknown)}。新しい区域は別の発表にしてください"
        )
    chosen = tuple(place for place in places if place.code in codes)
    if not chosen:
        raise AmendmentError(
            "bad_area", "区域を一つ以上選んでください。すべてを終わらせるには解除か取消を使ってください"
        )
    return chosen


def _carried(alert: Alert, channels: Sequence[str], reached: Sequence[str]) -> tuple[str, ...]:
    unknown = sorted(set(channels) - set(alert.channels))
    if unknown or not channels:
        names = "、".join(unknown) or "なし"
        raise AmendmentError("bad_channel", f"経路は {'、'.join(alert.channels)} の中から選んでください（{names}）")
    if missing := [name for name in owed(alert, reached) if name not in channels]:
        told = "、".join(missing)
        raise AmendmentError("channel_owed", f"前の発表が届いた（届いたかもしれない）経路は外せません：{told}")
    return tuple(name for name in alert.channels if name in channels)


def _area(key: str) -> str:
    return key.split("/")[3]
