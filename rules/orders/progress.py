"""What plows do about an order: begun and finished, by their passes over the section's own roads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from geo.plow.coverage import coverage, united_m
from geo.plow.passes import Pass
from geo.plow.rounds import reached_at
from geo.plow.segment import Segment
from rules.orders.decision import Kind
from rules.orders.life import Act, Event, How, Order, State

_BEGUN_M = 100.0  # a plow that only crosses the section has not begun
_SEEN: Mapping[Kind, frozenset[str]] = {  # what positions can tell; all else is told by people
    Kind.PLOW: frozenset({"", "plow", "other"}),
    Kind.DEICING: frozenset({"deice"}),
}


def is_seen(kind: Kind) -> bool:
    """True for work that positions of vehicles can tell of."""
    return kind in _SEEN


def concerned(order: Order, own: Iterable[Segment]) -> list[Segment]:
    """Those of the section's segments that the order is for."""
    return [one for one in own if not order.classes or one.route_class in order.classes]


def progress(order: Order, own: Sequence[Segment], passes: Iterable[Pass], now: datetime) -> list[Event]:
    """The acts that these passes come to, in order; none where they tell nothing new.

    ``own`` are the section's carriageways that the city clears, and ``passes`` of vehicles of the order's own status.
    Only what began after the order was given counts.
    """
    given, mine = order.when(Act.ORDER), concerned(order, own)
    if given is None or not mine or not is_seen(order.kind):
        return []
    ids = {one.id for one in mine}
    counted = [
        one
        for one in passes
        if one.segment in ids and one.activity in _SEEN[order.kind] and one.began >= given.timestamp()
    ]
    found = []
    begun = _begun_at(counted)
    started = order.when(Act.START)
    if started is None and begun is not None and order.state in {State.ORDERED, State.ACKNOWLEDGED}:
        started = datetime.fromtimestamp(begun, UTC)
        found.append(_event(Act.START, started, now, f"走行記録：{len({one.segment for one in counted})}区間"))
    done = coverage(counted, activities=_SEEN[order.kind])
    ended = reached_at(mine, {one.segment: one.done_at for one in done.values() if one.done_at is not None})
    if ended is not None and started is not None:
        at = max(started, datetime.fromtimestamp(ended, UTC))
        found.append(_event(Act.FINISH, at, now, f"走行記録：{len(done)}/{len(mine)}区間"))
    return found


def share_done(order: Order, own: Iterable[Segment], passes: Iterable[Pass]) -> float:
    """How much of the roads that the order is for has been done since it was given, 0 to 1, by length."""
    given, mine = order.when(Act.ORDER), concerned(order, own)
    whole = sum(one.length_m for one in mine)
    if given is None or not whole or not is_seen(order.kind):
        return 0.0
    of_segment: dict[str, list[Pass]] = {one.id: [] for one in mine}
    for one in passes:
        if one.segment in of_segment and one.activity in _SEEN[order.kind] and one.began >= given.timestamp():
            of_segment[one.segment].append(one)
    return min(1.0, sum(united_m(some) for some in of_segment.values()) / whole)


def _begun_at(passes: Sequence[Pass]) -> float | None:
    driven = 0.0
    for one in sorted(passes, key=lambda each: each.ended):
        driven += one.to_m - one.from_m
        if driven >= _BEGUN_M:
            return min(each.began for each in passes)
    return None


def _event(act: Act, at: datetime, now: datetime, text: str) -> Event:
    return Event(act=act, at=now, happened_at=min(at, now), how=How.PASSES, who="passes", text=text)
