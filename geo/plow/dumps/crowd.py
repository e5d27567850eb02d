"""How crowded a snow dump is: trucks inside now, and how long the last ones took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from geo.plow.dumps.visits import Visit

SEEN_S = 600  # who was not heard of for longer may have left
LATELY_S = 2 * 3600  # of whose visits the usual stay is told
_FEW = 3  # visits of which no median is told: one driver's lunch is no queue
_CROWDED = 3  # times the bays


class Crowd(StrEnum):
    """In a word, for a driver who decides where to go."""

    CALM = "calm"  # whoever comes can unload
    BUSY = "busy"  # some wait
    CROWDED = "crowded"  # more wait than unload, twice over


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Vehicles that the hub sees; who carries no receiver is not counted."""

    inside: int
    stay_s: float | None  # median of the last two hours; None: too few came
    crowd: Crowd


def queue(some: Iterable[Visit], now: float, bays: int) -> Queue:
    """The queue of one dump at ``now`` (seconds since 1970) with ``bays`` places to unload."""
    inside, lately = 0, []
    for one in some:
        if one.began > now:
            continue
        if now - one.ended <= SEEN_S:
            inside += 1
        elif now - one.ended <= LATELY_S:
            lately.append(one.seconds)
    crowd = Crowd.CALM if inside <= bays else Crowd.BUSY if inside <= _CROWDED * bays else Crowd.CROWDED
    return Queue(inside=inside, stay_s=float(median(lately)) if len(lately) >= _FEW else None, crowd=crowd)
