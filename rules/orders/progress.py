"""What plows do about an order: begun and finished, by their passes over the section's own roads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from geo.plow.coverage import coverage
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What plows did of one segment since an order was given, of what the order is for."""

    began: float  # seconds since 1970: when they first came
    driven_m: float  # by all of them
    done_at: float | None  # when it was last done; None: it is not


def worked(order: Order, passes: Iterable[Pass]) -> dict[str, Worked]:
    """What the passes come to, by segment. Only what began after the order was given counts.

    Of each segment all of its passes since then must be given, and it does not matter which others are.
    """
    given, seen = order.when(Act.ORDER), _SEEN.get(order.kind)
    if given is None or seen is None:
        return {}
    counted: defaultdict[str, list[Pass]] = defaultdict(list)
    for one in passes:
        if one.activity in seen and one.began >= given.timestamp():
            counted[one.segment].append(one)
    done = coverage((one for some in counted.values() for one in some), activities=seen)
    return {
        segment: Worked(
            began=min(one.began for one in some),
            driven_m=sum(one.to_m - one.from_m for one in some),
            done_at=done[segment].done_at,
        )
        for segment, some in counted.items()
    }


def progress(order: Order, own: Sequence[Segment], found: Mapping[str, Worked], now: datetime) -> list[Event]:
    """The acts that this work comes to, in order; none where it tells nothing new.

    ``own`` are the section's carriageways that the city clears; ``found`` is of vehicles of the order's own status.
    """
    mine = concerned(order, own)
    if order.when(Act.ORDER) is None or not mine or not is_seen(order.kind):
        return []
    counted = {one.id: found[one.id] for one in mine if one.id in found}
    acts = []
    started = order.when(Act.START)
    if started is None and _has_begun(counted) and order.state in {State.ORDERED, State.ACKNOWLEDGED}:
        started = datetime.fromtimestamp(min(one.began for one in counted.values()), UTC)
        acts.append(_event(Act.START, started, now, f"走行記録：{len(counted)}区間"))
    ended = reached_at(mine, {segment: one.done_at for segment, one in counted.items() if one.done_at is not None})
    if ended is not None and started is not None:
        at = max(started, datetime.fromtimestamp(ended, UTC))
        acts.append(_event(Act.FINISH, at, now, f"走行記録：{len(counted)}/{len(mine)}区間"))
    return acts


def _has_begun(counted: Mapping[str, Worked]) -> bool:
    return sum(one.driven_m for one in counted.values()) >= _BEGUN_M


def _event(act: Act, at: datetime, now: datetime, text: str) -> Event:
    return Event(act=act, at=now, happened_at=min(at, now), how=How.PASSES, who="passes", text=text)
