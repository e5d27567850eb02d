"""Judging a series of one gauge: what may be believed now, and how fast it moves.

Two rules carry the quality control, and both are monotone: a higher report never gives a lower result.

* *Range*: a value outside the plausible range is dropped.
* *Two reports*: a newest value that stands more than ``step`` above both reports before it is believed only up to
  ``step`` above them, until the next report confirms it. The first report after silence has nothing to stand on and
  is unconfirmed as a whole. So no single glitch raises anything by more than ``step``, and whatever lasts two reports
  is never lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from math import ceil, isfinite
from statistics import median

from geo.model import Sample

_MOST_POINTS = 120  # one every thirty seconds of an hour


@dataclass(frozen=True, slots=True)
class Believed:
    """The newest report as far as it may be believed."""

    at: datetime
    value: float  # at most the reported one
    reported: float
    ref: str  # key of the record
    alone: bool  # nothing near enough in time to confirm it
    confirmed: bool
    late: bool  # it came too late to be news


def plausible(samples: Sequence[Sample], now: datetime, low: float, high: float) -> list[Sample]:
    """Samples up to ``now`` with finite values in [low, high]; what comes later is not known yet."""
    return [s for s in samples if s.at <= now and isfinite(s.value) and low <= s.value <= high]


def without_spikes(samples: Sequence[Sample], jump: float, within: timedelta) -> list[Sample]:
    """Drop each sample that stands more than ``jump`` above, or below, both neighbours, both of them near in time."""
    kept = list(samples[:1])
    for one, after in pairwise(samples[1:]):
        before = kept[-1]
        near = one.at - before.at <= within and after.at - one.at <= within
        above = one.value - max(before.value, after.value) > jump
        below = min(before.value, after.value) - one.value > jump
        if not (near and (above or below)):
            kept.append(one)
    return kept + list(samples[1:][-1:])


def believe(samples: Sequence[Sample], step: float, within: timedelta) -> Believed | None:
    """The newest sample under the two-reports rule; None where there is none. ``step`` in the unit of the values."""
    if not samples:
        return None
    newest = samples[-1]
    before = [s.value for s in samples[:-1] if newest.at - s.at <= within][-2:]
    ceiling = max(before) + step if before else newest.value
    return Believed(
        at=newest.at,
        value=min(newest.value, ceiling),
        reported=newest.value,
        ref=newest.ref,
        alone=not before,
        confirmed=bool(before) and newest.value <= ceiling,
        late=newest.late,
    )


def slope_per_hour(samples: Sequence[Sample], believed: Believed, over: timedelta, at_least: int = 4) -> float | None:
    """Rate of change over the time before the newest report: the median of all pairwise slopes (Theil and Sen).

    One wrong report among several hardly moves it. None with fewer than ``at_least`` reports, or where they do not
    cover a third of the time asked for. Of very many only every so-and-so-many-th counts: the pairs grow by the square.
    """
    points = [(s.at, s.value) for s in samples[:-1] if believed.at - s.at <= over] + [(believed.at, believed.value)]
    if len(points) < at_least or points[-1][0] - points[0][0] < over / 3:
        return None
    points = points[:: -ceil(len(points) / _MOST_POINTS)]  # from the newest back
    return median((b - a) / ((t - s).total_seconds() / 3600) for (t, b), (s, a) in combinations(points, 2) if t > s)
