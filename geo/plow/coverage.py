"""Which segments are done, since when, and how much of the others: passes of all vehicles put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from geo.plow.passes import Pass

SNOW_WORK = frozenset({"", "plow", "other"})  # a vehicle that does not tell is taken at its word: it was sent to plow


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageConfig:
    """What a city may set."""

    complete: float = 0.8  # of the length
    together_s: float = 2 * 3600.0  # halves that were driven within this long make a whole
    tandem_s: float = 600.0  # machines that follow each other this closely make one pass


PRACTICE = CoverageConfig()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One segment over the time asked for."""

    segment: str
    done_at: float | None  # seconds since 1970: when it was last complete; None: it is not done
    times: int  # how often it was done, machines in tandem counted once
    share: float  # how much of it was covered since ``together_s`` before its last pass, 0 to 1
    last_at: float  # when its last pass ended, whole or in part
    reports: int  # passes of single machines, whole or in part


def coverage(
    found: Iterable[Pass], config: CoverageConfig = PRACTICE, activities: frozenset[str] = SNOW_WORK
) -> dict[str, Coverage]:
    """Coverage by segment id, of the passes given; in any order. A segment without passes is not in it."""
    wanted = sorted((one for one in found if one.activity in activities), key=lambda one: (one.segment, one.ended, one))
    return {segment: _covered(segment, list(those), config) for segment, those in groupby(wanted, lambda p: p.segment)}


def settles(one: Pass, config: CoverageConfig = PRACTICE) -> bool:
    """True for a pass after which the segment was done, whatever was before: so that need not be looked at."""
    return one.activity in SNOW_WORK and one.to_m - one.from_m >= config.complete * one.length_m


def _covered(segment: str, by_end: Sequence[Pass], config: CoverageConfig) -> Coverage:
    done_at, times, share, first = None, 0, 0.0, 0
    fresh = 0  # from here on passes count for the next time that it is done
    for place, one in enumerate(by_end):
        while by_end[first].ended < one.ended - config.together_s:
            first += 1
        share = united_m(by_end[first : place + 1]) / one.length_m if one.length_m else 1.0
        if united_m(by_end[max(first, fresh) : place + 1]) < config.complete * one.length_m:
            continue
        times += done_at is None or one.ended - done_at > config.tandem_s
        done_at, fresh = one.ended, place + 1
    return Coverage(
        segment=segment,
        done_at=done_at,
        times=times,
        share=round(min(1.0, share), 3),
        last_at=by_end[-1].ended,
        reports=len(by_end),
    )


def united_m(some: Sequence[Pass]) -> float:
    """Metres of a segment that passes over it cover together."""
    total, reached = 0.0, float("-inf")
    for low, high in sorted((one.from_m, one.to_m) for one in some):
        total += max(0.0, high - max(low, reached))
        reached = max(reached, high)
    return total
