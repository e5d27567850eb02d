"""The answer: of everything that is known, the finding that counts, and the others beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from feeds.japan import dated, dated_en
from geo.hazard import Hazard
from rules.alert import State
from rules.floor import Floor
from rules.proposal import Reason
from rules.rule import Rule
from rules.situation import Situation
from rules.span import in_force
from services.why.evidence import Evidence, Written
from services.why.finding import REASONS, WAITS, Code, Finding
from services.why.issued import headline, of_issued


def findings(evidence: Evidence, rules: Sequence[Rule], floor: Floor) -> tuple[Finding, ...]:
    """The one that answers first. There is always one."""
    return tuple(sorted(_all(evidence, rules, floor), key=lambda one: one.rank))


def _all(evidence: Evidence, rules: Sequence[Rule], floor: Floor) -> Iterator[Finding]:
    hazard = evidence.hazard
    if hazard is None:
        at = evidence.first_known_at
        ja = f"この危険が知られたのは{dated(at)}で、{dated(evidence.at)}にはまだ知られていません"
        yield Finding(code=Code.NOT_YET, ja=ja, en=f"It became known only at {dated_en(at)}.", since=at)
        return
    if evidence.ended_at:
        yield from _over(evidence)
        return
    if hazard.for_staff:
        ja = f"{_whose(hazard)}。職員の画面に出すだけで、市の規則は知らせません"
        yield Finding(code=Code.FOR_STAFF, ja=ja, en="It is shown to staff only.")
        return
    written = [one for one in (_of_alert(of, evidence, rules, floor) for of in evidence.written) if one]
    held = list(_of_held(evidence, rules))
    yield from (*written, *held)
    named = {one.rule for one in (*written, *held)}
    others = [rule for rule in rules if rule.id not in named]
    yield from _not_valid(evidence, others)
    yield from _of_rules(evidence, in_force(others, evidence.at), acted=bool(named))


def _whose(hazard: Hazard) -> str:
    if hazard.held_back:
        return "通報をまだだれも確認していません（/ops/reports）"
    return "ほかの機関が発表したものです" if hazard.relayed else "市の機器の状態です"


def _over(evidence: Evidence) -> Iterator[Finding]:
    assert evidence.ended_at
    lifted = next((one for one in evidence.written if one.alert.ends and one.issued_at), None)
    if lifted and lifted.issued_at:
        ja = f"{dated(evidence.ended_at)}に終わり、{dated(lifted.issued_at)}に解除を知らせました（{headline(lifted)}）"
        en = f"It ended at {dated_en(evidence.ended_at)}; the all-clear was issued at {dated_en(lifted.issued_at)}."
        yield Finding(code=Code.LIFTED, ja=ja, en=en, rule=lifted.alert.rule, series=lifted.alert.series)
    ja = f"{dated(evidence.ended_at)}に終わっていて、その後は知らせる対象ではありません"
    en = f"It had ended at {dated_en(evidence.ended_at)}."
    for one in evidence.doubted[:1]:
        ja = (
            f"{dated(evidence.ended_at)}に画面から消えました。根拠の{one.station}の値を{one.owner}が信用しないと"
            f"したためで（{one.reason}）、危険が終わったとは限りません"
        )
        en = (
            f"It left the picture at {dated_en(evidence.ended_at)} because {one.owner} does not trust {one.station} "
            f"({one.reason}); that need not mean that it is over."
        )
    yield Finding(code=Code.OVER, ja=ja, en=en, since=evidence.ended_at)


def _of_alert(one: Written, evidence: Evidence, rules: Sequence[Rule], floor: Floor) -> Finding | None:
    """What a revision had come to by then; None for one that says nothing of that time."""
    if one.alert.ends:
        return None
    if one.issued_at:
        title = _title(rules, one.alert.rule)
        return of_issued(one, evidence, title) if one.alert.expires > evidence.at else None
    if one.state is not State.DRAFT and one.changed_at <= evidence.at and not one.rejected:
        return None  # it had been withdrawn; what took its place has a finding of its own
    return _of_draft(one, evidence, _title(rules, one.alert.rule), floor)


def _of_draft(one: Written, evidence: Evidence, title: str, floor: Floor) -> Finding:
    """It lay before people then, or they had said no."""
    alert = one.alert
    draft = partial(Finding, rule=alert.rule, series=alert.series, since=alert.sent, until=alert.expires)
    if one.rejected:
        who, at = one.rejected.who, one.rejected.at
        ja = f"{title}の案を、{who}が{dated(at)}に差し戻しました：{headline(one)}"
        en = f"{who} rejected the draft at {dated_en(at)}."
        return draft(code=Code.REFUSED, ja=ja, en=en, reason=Reason.REJECTED.value)
    if alert.expires <= evidence.at:
        ja = f"{title}の案は、承認されないまま{dated(alert.expires)}に期限が切れました：{headline(one)}"
        return draft(code=Code.LAPSED, ja=ja, en="The draft expired before anybody approved it.")
    if one.held:
        waits, waits_en = "送信の時刻", "its time to leave"
        en = "The draft is free to leave and waits for the clock; it can still be stopped."
        if one.held.kind == "stayed":
            waits, waits_en = "人の判断", "somebody's decision"
            en = "The draft did not leave when its time had come, and waits for somebody."
        return draft(code=Code.WAITING, ja=f"{title}：{one.held.text}", en=en, waits=waits, waits_en=waits_en)
    missing = max(1, floor.missing(one.alert, one.approved_by))
    by = f"。承認済み：{'、'.join(one.approved_by)}" if one.approved_by else ""
    waits, waits_en = f"あと{missing}人の承認", f"{missing} more approval(s)"
    ja = f"{title}の案を{dated(alert.sent)}に作り、{waits}を待っています：{headline(one)}{by}"
    en = f"A draft of {dated_en(alert.sent)} waits for {waits_en}."
    return draft(code=Code.WAITING, ja=ja, en=en, waits=waits, waits_en=waits_en)


def _of_held(evidence: Evidence, rules: Sequence[Rule]) -> Iterator[Finding]:
    for held in evidence.held:
        reason = REASONS.get(held.what.reason)
        waits = WAITS.get(reason, ("", "")) if reason else ("", "")
        rest = f"（{waits[0]}を待っています）" if waits[0] else ""
        title = _title(rules, held.what.rule)
        yield Finding(
            code=Code.HELD,
            ja=f"{title}は知らせていません。{held.what.detail}{rest}",
            en=f"Rule {held.what.rule}: {reason.en if reason else held.what.reason}",
            rule=held.what.rule,
            series=held.what.series,
            reason=held.what.reason,
            waits=waits[0],
            waits_en=waits[1],
            since=held.since,
            until=held.until,
        )


def _not_valid(evidence: Evidence, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Rules of which no version was in force then, though one speaks of it."""
    assert evidence.hazard
    valid = {rule.id for rule in in_force(rules, evidence.at)}
    for rule in rules:
        if rule.id not in valid and evidence.hazard.kind in rule.kinds:
            begins = f"{dated(rule.span.begins)}から" if rule.span.begins else ""
            ends = f"{dated(rule.span.ends)}まで" if rule.span.ends else ""
            ja = f"規則「{rule.title['ja']}」は、その時刻には有効ではありません（有効期間：{begins}{ends}）"
            en = f"Rule {rule.id} was not valid then ({rule.span})."
            yield Finding(code=Code.NOT_VALID, ja=ja, en=en, rule=rule.id)


def _of_rules(evidence: Evidence, rules: Sequence[Rule], acted: bool) -> Iterator[Finding]:
    """Rules that did nothing with it: why they did not, as far as the rules of today can say."""
    hazard = evidence.hazard
    assert hazard
    picture = Situation(now=evidence.at, status=evidence.status, hazards=(hazard,))
    fitting = [rule for rule in rules if rule.when.holds(hazard, picture)]
    for rule in fitting:
        why = "ハブが止まっていたか、記録の保存期間を過ぎたか、規則が後からできました"
        ja = f"規則「{rule.title['ja']}」の条件に合いますが、判断の記録がありません（{why}）"
        en = f"Rule {rule.id} fits, but nothing was written down."
        yield Finding(code=Code.NO_RECORD, ja=ja, en=en, rule=rule.id)
    near = [rule for rule in rules if rule not in fitting and hazard.kind in rule.kinds]
    if near:
        unmet = {rule.id: [one for one in rule.when.explain(hazard, picture) if not one.holds] for rule in near}
        near.sort(key=lambda rule: len(unmet[rule.id]))
        told = "／".join(f"「{rule.title['ja']}」は{'、'.join(one.ja for one in unmet[rule.id])}" for rule in near)
        en = "; ".join(f"{rule.id} asks that {' and '.join(one.en for one in unmet[rule.id])}" for rule in near)
        ja = f"規則の条件を満たしていません：{told}"
        yield Finding(code=Code.UNMATCHED, ja=ja, en=f"No rule's conditions are met: {en}.", rule=near[0].id)
    elif not (fitting or acted):
        ja = f"この種別（{hazard.kind}）を知らせる規則はありません。地図に出すだけです"
        yield Finding(code=Code.NO_RULE, ja=ja, en=f"No rule speaks of this kind ({hazard.kind}).")


def _title(rules: Sequence[Rule], name: str) -> str:
    found = next((rule.title["ja"] for rule in rules if rule.id == name), name)
    return f"規則「{found}」"
