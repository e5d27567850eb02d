"""Which of a few cases a road is in, and the figures that go with it. The same in every language and on every page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from rules.orders.decision import Decision, Gauge, Kind, Outcome, Reason, Verdict
from rules.orders.life import GIVEN, Act, Order, State
from rules.requests.triage import Known

STALE = timedelta(hours=2)  # an older look at the section says nothing about now


class Case(StrEnum):
    """What matters most to somebody who waits for the plow."""

    NO_ROAD = "no_road"
    NATION = "nation"
    PREFECTURE = "prefecture"
    OTHER = "other"
    WORKING = "working"
    ORDERED = "ordered"
    DONE = "done"
    DECIDING = "deciding"  # the rule fired, and a person decides
    LATER_CLASS = "later_class"  # larger roads first
    WAITS = "waits"  # for the next hour of decision
    TOO_LATE = "too_late"  # the rule was met when nobody is sent out any more before the finish hour
    MELTS = "melts"
    RAIN = "rain"
    GONE = "gone"
    OUT_OF_SEASON = "out_of_season"
    BELOW = "below"
    NO_GAUGE = "no_gauge"
    NO_RULE = "no_rule"
    UNKNOWN = "unknown"  # nothing is decided here, or nothing was lately


_OWNERS: Mapping[str, Case] = {"nation": Case.NATION, "prefecture": Case.PREFECTURE, "other": Case.OTHER}
_REASONS: Mapping[Reason, Case] = {
    Reason.OUT_OF_SEASON: Case.OUT_OF_SEASON,
    Reason.GONE: Case.GONE,
    Reason.WILL_MELT: Case.MELTS,
    Reason.RAIN: Case.RAIN,
    Reason.NO_GAUGE: Case.NO_GAUGE,
    Reason.NO_RULE: Case.NO_RULE,
    Reason.STAGE_BEFORE: Case.LATER_CLASS,
    Reason.TOO_LATE: Case.TOO_LATE,
    Reason.BEGAN_LATE: Case.TOO_LATE,
}
_OUTCOMES: Mapping[Outcome, Case] = {
    Outcome.PROPOSE: Case.DECIDING,
    Outcome.WAIT: Case.WAITS,
    Outcome.VETO: Case.UNKNOWN,
    Outcome.NEAR: Case.BELOW,
    Outcome.BELOW: Case.BELOW,
    Outcome.UNKNOWN: Case.NO_GAUGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """The answer. Times are aware, snow is in centimetres; None where nobody knows, or it does not matter."""

    case: Case
    at: datetime
    known: Known
    gauge: str = ""
    have_cm: float | None = None  # new snow since ``since``
    need_cm: float | None = None
    since: datetime | None = None
    ordered_at: datetime | None = None
    finish_by: datetime | None = None
    next_at: datetime | None = None  # when the city decides again
    by_snow: bool = True  # the figures are those that decide; else a forecast or ruts do


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What other parts of the hub know of the road's section, of one status."""

    decision: Decision | None = None
    orders: Sequence[Order] = field(default_factory=tuple)


def street(known: Known, told: Told, now: datetime) -> Street:
    """The case of a road at ``now``."""
    if not known.segment:
        return Street(case=Case.NO_ROAD, at=now, known=known)
    if known.administrator != "city":
        return Street(case=_OWNERS.get(known.administrator, Case.OTHER), at=now, known=known)
    order = _given(known, told.orders)
    if order is not None and not _done_since(known, order.when(Act.ORDER)):
        case = Case.WORKING if order.state is State.WORKING else Case.ORDERED
        return Street(
            case=case, at=now, known=known, ordered_at=order.when(Act.ORDER), finish_by=_ahead(order.finish_by, now)
        )
    decision = told.decision
    if decision is None or now - decision.picture.at > STALE:
        return Street(case=Case.DONE if known.done_at else Case.UNKNOWN, at=now, known=known)
    return _decided(known, decision, now)


def _decided(known: Known, decision: Decision, now: datetime) -> Street:
    plowing = [one for one in decision.verdicts if one.kind is Kind.PLOW]
    mine = [one for one in plowing if not one.classes or known.route_class in one.classes]
    verdict = next(iter(mine or plowing))
    gauge = _gauge(decision, verdict)
    have, since = gauge.fallen(verdict.rule) if gauge else (None, None)
    return Street(
        case=_case(known, verdict, bool(mine), have),
        at=now,
        known=known,
        gauge=gauge.name if gauge else "",
        have_cm=have,
        need_cm=verdict.need_cm,
        since=since,
        next_at=_ahead(decision.next_at, now),
        by_snow=verdict.fired in {None, Reason.NEW_SNOW},
    )


def _case(known: Known, verdict: Verdict, mine: bool, have: float | None) -> Case:
    if verdict.outcome in {Outcome.NEAR, Outcome.BELOW} and known.done_at is not None and not have:
        return Case.DONE
    if not mine:
        return Case.LATER_CLASS
    return _REASONS.get(verdict.reason, _OUTCOMES[verdict.outcome])


def _gauge(decision: Decision, verdict: Verdict) -> Gauge | None:
    """The one that the rule went by."""
    return max(
        decision.picture.gauges,
        key=lambda one: (one.fallen(verdict.rule)[0], one.depth_cm, one.station),
        default=None,
    )


def _given(known: Known, orders: Iterable[Order]) -> Order | None:
    """The newest order to plow that a contractor is bound by and that is for this road."""
    for_it = [
        one
        for one in orders
        if one.section == known.section
        and one.kind is Kind.PLOW
        and one.state in GIVEN
        and (not one.classes or known.route_class in one.classes)
    ]
    return max(for_it, key=lambda one: one.id, default=None)


def _done_since(known: Known, at: datetime | None) -> bool:
    return known.done_at is not None and at is not None and known.done_at >= at


def _ahead(at: datetime | None, now: datetime) -> datetime | None:
    """A time that is still to come: one that has passed is no promise."""
    return at if at is not None and at > now else None
