"""How an order lives: who may do what with it, and what becomes of it. The hub proposes; only people order.

    standby → proposed → ordered → acknowledged → working → finished
                  └ declined   └ declined (by the contractor), cancelled

Every act is kept with who did it and when; the state is what the last act left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from feeds.japan import dated, dated_en
from feeds.status import Status
from rules.orders.decision import Kind
from rules.orders.states import GIVEN, OPEN, Act, How, State
from rules.orders.words import ACTS_JA, STATES_JA

__all__ = ["GIVEN", "OPEN", "Act", "ActError", "Event", "How", "Order", "State", "allowed", "apply", "late", "overdue"]


_MAY: Mapping[How, frozenset[Act]] = {
    How.HUB: frozenset({Act.PROPOSE, Act.UPDATE, Act.LAPSE, Act.OVERDUE}),
    How.PASSES: frozenset({Act.START, Act.FINISH}),
    How.DESK: frozenset(Act) - {Act.PROPOSE, Act.UPDATE, Act.LAPSE, Act.OVERDUE},
    How.LINK: frozenset({Act.ACKNOWLEDGE, Act.REFUSE, Act.START, Act.FINISH, Act.NOTE}),
}
_AFTER: Mapping[State | None, Mapping[Act, State]] = {
    None: {Act.STAND_BY: State.STANDBY, Act.PROPOSE: State.PROPOSED, Act.ORDER: State.ORDERED},
    State.STANDBY: {Act.PROPOSE: State.PROPOSED, Act.ORDER: State.ORDERED, Act.CANCEL: State.CANCELLED},
    State.PROPOSED: {
        Act.UPDATE: State.PROPOSED,
        Act.LAPSE: State.CANCELLED,
        Act.STAND_BY: State.STANDBY,
        Act.ORDER: State.ORDERED,
        Act.DECLINE: State.DECLINED,
    },
    State.ORDERED: {
        Act.ACKNOWLEDGE: State.ACKNOWLEDGED,
        Act.REFUSE: State.DECLINED,
        Act.START: State.WORKING,
        Act.FINISH: State.FINISHED,
        Act.CANCEL: State.CANCELLED,
        Act.OVERDUE: State.ORDERED,
    },
    State.ACKNOWLEDGED: {
        Act.REFUSE: State.DECLINED,
        Act.START: State.WORKING,
        Act.FINISH: State.FINISHED,
        Act.CANCEL: State.CANCELLED,
    },
    State.WORKING: {
        Act.ACKNOWLEDGE: State.WORKING,  # the plows were faster than the answer
        Act.FINISH: State.FINISHED,
        Act.CANCEL: State.CANCELLED,
    },
}


class ActError(ValueError):
    """The act does not fit; the text says why, in Japanese and English, and ``code`` names it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act. ``happened_at`` is when it was so in the street, ``at`` when the hub was told; never before it."""

    act: Act
    at: datetime
    how: How
    who: str
    happened_at: datetime | None = None  # None: at ``at``
    text: str = ""
    vehicles: int | None = None  # as the contractor says
    facts: Mapping[str, Any] = field(default_factory=dict)  # the decision that was looked at

    @property
    def when(self) -> datetime:
        return self.happened_at or self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order for one section, with all that was done about it, in order. ``state`` follows from these."""

    id: int  # 0: not stored yet
    status: Status
    section: str
    section_name: str
    kind: Kind
    rule: str  # that fired; empty: a person's own idea
    classes: tuple[int, ...] = ()  # of roads; empty: all
    state: State | None = None
    finish_by: datetime | None = None
    events: tuple[Event, ...] = ()

    def covers(self, classes: tuple[int, ...]) -> bool:
        """True where the order is for all roads of these route classes; none stand for all."""
        return not self.classes or (bool(classes) and set(classes) <= set(self.classes))

    def touches(self, classes: tuple[int, ...]) -> bool:
        """True where it is for any of them."""
        return not self.classes or not classes or not set(classes).isdisjoint(self.classes)

    def first(self, act: Act) -> Event | None:
        return next((one for one in self.events if one.act is act), None)

    def last(self, act: Act) -> Event | None:
        return next((one for one in reversed(self.events) if one.act is act), None)

    def when(self, act: Act) -> datetime | None:
        """When it happened first; None: it has not."""
        event = self.first(act)
        return event.when if event else None

    @property
    def vehicles(self) -> int | None:
        """As the contractor told last."""
        return next((one.vehicles for one in reversed(self.events) if one.vehicles is not None), None)


def allowed(state: State | None, how: How) -> frozenset[Act]:
    """What may be done next by this way; a note always."""
    acts = frozenset(_AFTER.get(state, {})) | ({Act.NOTE} if state else frozenset())
    return acts & _MAY[how]


def apply(order: Order, event: Event) -> Order:
    """The order after the act. Raises ActError where the act does not fit the state, the way or the time."""
    if event.act not in _MAY[event.how]:
        raise ActError("not_yours", f"「{ACTS_JA[event.act]}」はここからはできません / {event.how} may not {event.act}")
    if event.act not in allowed(order.state, event.how):
        raise ActError("state", _not_now(order, event))
    _times(order, event)
    return replace(order, state=_next(order, event.act), events=(*order.events, event))


def _not_now(order: Order, event: Event) -> str:
    """The desk is told who was quicker: two people may work at it. A contractor learns no name."""
    act, last = event.act, next((one for one in reversed(order.events) if one.act not in {Act.NOTE, Act.UPDATE}), None)
    name = f"{last.who} " if last and event.how is How.DESK else ""
    ja = f"、{dated(last.at)} {name}{ACTS_JA[last.act]}" if last else ""
    en = f": {last.act}, {name}{dated_en(last.at)}" if last else ""
    state = STATES_JA[order.state] if order.state else "なし"
    return f"今の状態（{state}{ja}）では「{ACTS_JA[act]}」はできません / not possible while {order.state or 'new'}{en}"


def _next(order: Order, act: Act) -> State | None:
    """Where a contractor stands by, that a proposal does not hold any more does not send anybody home."""
    if act is Act.NOTE:
        return order.state
    if act is Act.LAPSE and order.first(Act.STAND_BY):
        return State.STANDBY
    return _AFTER[order.state][act]


def overdue(order: Order, now: datetime, patience: timedelta) -> bool:
    """True for an order that nobody has acknowledged within ``patience``."""
    given = order.last(Act.ORDER)
    return order.state is State.ORDERED and given is not None and now - given.at >= patience


def late(order: Order, now: datetime) -> bool:
    """True for one that should be done by now, and is not."""
    return order.state in GIVEN and order.finish_by is not None and now >= order.finish_by


_BEFORE = timedelta(hours=48)


def _minute(at: datetime | None) -> datetime | None:
    return at and at.replace(second=0, microsecond=0)


def _times(order: Order, event: Event) -> None:
    """Street times come from people: neither ahead of the hub's clock, nor before the order, nor the end before the
    beginning."""
    if event.happened_at is None:
        return
    if event.happened_at > event.at:
        raise ActError("future", "これからの時刻です / the time is still to come")
    started, given = (_minute(order.when(act)) for act in (Act.START, Act.ORDER))  # people tell no seconds
    if event.act is Act.FINISH and started is not None and event.happened_at < started:
        raise ActError("before_start", "開始より前の時刻です / before the work began")
    earliest = given if given is not None and event.act is not Act.NOTE else event.at - _BEFORE
    if event.happened_at < earliest:
        raise ActError("too_early", "指示より前の時刻です / before the order was given")
