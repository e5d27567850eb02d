"""From a decision to what the hub does with proposals: made, brought up to date, let go; never doubled.

Asked at every look with the orders as they are stored, so it does not matter how often it is asked, or what stopped in
between: what stands is not proposed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from feeds.instant import iso_utc
from rules.orders.decision import Decision, Gauge, Kind, Outcome, Verdict
from rules.orders.life import Act, Event, How, Order, State, overdue
from rules.orders.saying import sentence, sentence_en

WHO = "orders"  # the service, in the record
_MOVED_CM = 1.0  # less is not worth a line
_AGAIN_CM = 5.0  # so much more snow than when the desk said no asks it again in the same night
_RESTS: Mapping[Kind, timedelta] = {  # after it was done it is not proposed again for so long
    Kind.PLOW: timedelta(0),  # what fell since then counts
    Kind.DEICING: timedelta(hours=6),
    Kind.RUTS: timedelta(hours=24),
    Kind.LEVELLING: timedelta(hours=24),
    Kind.HAULING: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One act of the hub: on a stored order, or, where its number is 0, a new one."""

    order: Order
    event: Event
    finish_by: datetime | None = None  # the order's from now on; None: as it was


def steps(decision: Decision, still_open: Iterable[Order], closed: Iterable[Order]) -> list[Step]:
    """What is to be done about one section's proposals. ``closed`` are its orders of the last days, in any order."""
    mine = [one for one in still_open if one.section == decision.picture.section]
    over = [one for one in closed if one.section == decision.picture.section]
    found = []
    for verdict in decision.proposals:
        standing = [one for one in mine if _answers(one, verdict)]
        if not standing and _asked_anew(verdict, decision, over):
            found.append(Step(_new(decision, verdict), _event(Act.PROPOSE, decision, verdict), decision.finish_at))
        elif (waiting := next((one for one in standing if one.state is State.STANDBY), None)) is None:
            continue
        elif not _answered_by_standby(waiting) or _more(verdict, waiting, decision.picture.at):
            found.append(Step(waiting, _event(Act.PROPOSE, decision, verdict), decision.finish_at))
    for order in mine:
        if order.state is State.PROPOSED:
            found += _kept(order, decision)
    return found


def overdue_steps(still_open: Iterable[Order], now: datetime, patience: timedelta) -> Iterator[Step]:
    """A note, once, on each order that nobody has acknowledged within ``patience``."""
    for order in still_open:
        noted, given = order.last(Act.OVERDUE), order.last(Act.ORDER)
        if overdue(order, now, patience) and (noted is None or given is None or noted.at < given.at):
            text = f"{patience / timedelta(minutes=1):.0f}分たっても受領の返事がない"
            yield Step(order, Event(act=Act.OVERDUE, at=now, how=How.HUB, who=WHO, text=text))


def facts(decision: Decision, verdict: Verdict) -> dict[str, Any]:
    """What an order keeps of the decision that it answers, in plain values: what a caller may ask about weeks later."""
    picture, ahead = decision.picture, decision.picture.ahead
    return {
        "at": iso_utc(picture.at),
        "preset": decision.preset,
        "rule": verdict.rule,
        "kind": verdict.kind.value,
        "classes": list(verdict.classes),
        "outcome": verdict.outcome.value,
        "reason": verdict.reason.value,
        "have_cm": verdict.have_cm,
        "need_cm": verdict.need_cm,
        "depth_cm": decision.depth_cm,
        "gauges": [_measured(one, verdict.rule) for one in picture.gauges],
        "silent": list(picture.silent),
        "passed_at": iso_utc(picture.passed_at) if picture.passed_at else None,
        "expected_cm": ahead.snow_cm,
        "expected_low_cm": ahead.low_cm,
        "expected_high_cm": ahead.high_cm,
        "expected_source": ahead.source,
        "warmest_c": ahead.warmest_c,
        "finish_at": iso_utc(decision.finish_at),
        "sentence": sentence(decision, verdict),
        "sentence_en": sentence_en(decision, verdict),
        "evidence": [one.text for one in verdict.evidence],
    }


def _measured(one: Gauge, rule: str) -> dict[str, Any]:
    new_cm, since = one.fallen(rule)
    return {
        "station": one.station,
        "name": one.name,
        "depth_cm": one.depth_cm,
        "new_cm": new_cm,
        "since": iso_utc(since),
    }


def _new(decision: Decision, verdict: Verdict) -> Order:
    picture = decision.picture
    return Order(
        id=0,
        status=picture.status,
        section=picture.section,
        section_name=picture.section_name,
        kind=verdict.kind,
        rule=verdict.rule,
        classes=verdict.classes,
        finish_by=decision.finish_at,
    )


def _event(act: Act, decision: Decision, verdict: Verdict) -> Event:
    told = facts(decision, verdict)
    return Event(act=act, at=decision.picture.at, how=How.HUB, who=WHO, text=told["sentence"], facts=told)


def _answers(order: Order, verdict: Verdict) -> bool:
    """True for the rule's own order, and for a person's own that is for all the roads that the rule is for."""
    own = not order.rule and order.covers(verdict.classes)
    return order.kind is verdict.kind and (own or order.rule == verdict.rule)


def _asked_anew(verdict: Verdict, decision: Decision, over: Sequence[Order]) -> bool:
    """False for what the desk has just decided, or what was just done."""
    now = decision.picture.at
    same = [one for one in over if _answers(one, verdict) and one.events]
    last = max(same, key=lambda one: (one.events[-1].at, one.id), default=None)
    if last is None:
        return True
    if last.state is State.FINISHED:
        ended = last.when(Act.FINISH)
        return ended is None or now - ended >= _RESTS[verdict.kind]
    said_no = last.last(Act.DECLINE) or last.last(Act.CANCEL)
    if said_no is None:  # it lapsed, or the contractor could not come
        return True
    return _more(verdict, last, now)


def _more(verdict: Verdict, decided: Order, now: datetime) -> bool:
    """True where there is more to decide about than there was: more snow, or another round."""
    more = (verdict.have_cm or 0.0) - _have(decided)
    return more >= _AGAIN_CM or (decided.finish_by is not None and now >= decided.finish_by)


def _answered_by_standby(order: Order) -> bool:
    """True where the desk has let the contractor stand by instead of ordering what was proposed."""
    acts = [one.act for one in order.events if one.act is not Act.NOTE]
    return acts[-1:] == [Act.STAND_BY] and Act.PROPOSE in acts


def _kept(order: Order, decision: Decision) -> list[Step]:
    """A proposal that stands: its figures, or its end."""
    now = decision.picture.at
    verdict = next((one for one in decision.verdicts if _answers(order, one)), None)  # the most pressing one
    if verdict is None or verdict.outcome is Outcome.BELOW:
        return [Step(order, Event(act=Act.LAPSE, at=now, how=How.HUB, who=WHO, text="基準を下回った"))]
    finish_by = order.finish_by
    if verdict.outcome is Outcome.PROPOSE:
        finish_by = decision.finish_at
    elif finish_by is not None and now >= finish_by:
        text = "決まらないまま、完了の目標時刻を過ぎた"
        return [Step(order, Event(act=Act.LAPSE, at=now, how=How.HUB, who=WHO, text=text))]
    before = _facts(order)
    moved = abs((verdict.have_cm or 0.0) - _have(order)) >= _MOVED_CM
    same = (before.get("outcome"), before.get("reason")) == (verdict.outcome.value, verdict.reason.value)
    if same and not moved and finish_by == order.finish_by:
        return []
    return [Step(order, _event(Act.UPDATE, decision, verdict), finish_by)]


def _facts(order: Order) -> Mapping[str, Any]:
    return next((one.facts for one in reversed(order.events) if "have_cm" in one.facts), {})


def _have(order: Order) -> float:
    return float(_facts(order).get("have_cm") or 0.0)
