"""Local times without an offset, as loggers write them, put in their place: also in the hour that comes twice a year.

Source: PEP 495. What the zone's clocks skip in spring never was, and is told instead of moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from geo.plow.track import Column

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local time, counted as if it were UTC
_BACKWARDS = 10.0  # so much less likely is a step back than one of the same length onwards


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Local times as instants, all of shape (n,)."""

    at: Column  # seconds since 1970, UTC; NaN for what never was
    twice: npt.NDArray[np.bool_]  # the clock showed it twice; which of the two was chosen by the times around it

    @property
    def never(self) -> npt.NDArray[np.bool_]:
        """Times that the clocks skipped."""
        return np.isnan(self.at)


def local_seconds(naive: datetime) -> float:
    """A time without offset as seconds since 1970 on the same clock."""
    return (naive - _EPOCH) / timedelta(seconds=1)


def placed(local: Column, zone: ZoneInfo) -> Placed:
    """Local times of one logger, in the order in which it wrote them, as instants.

    ``local`` is from :func:`local_seconds`. A time that the clock showed twice is taken as near as can be to the time
    before it, or after it at the beginning of the file; where that does not tell, as the first of the two. A row may
    be out of order by some minutes and is not taken for the second hour.
    """
    firsts, seconds = _offsets(local, zone)
    with np.errstate(invalid="ignore"):
        first, second = local - firsts, local - seconds
    twice, never = second > first, second < first
    at = np.where(never, np.nan, first)
    if twice.any():
        _choose(at, second, twice)
    return Placed(at, twice)


def _offsets(local: Column, zone: ZoneInfo) -> tuple[Column, Column]:
    """Seconds ahead of UTC for the first and the second time the clock shows each time."""
    found = np.empty((2, len(local)))
    for place, seconds in enumerate(local.tolist()):
        naive = _EPOCH + timedelta(seconds=seconds)
        for fold in (0, 1):
            ahead = naive.replace(tzinfo=zone, fold=fold).utcoffset()
            assert ahead is not None
            found[fold, place] = ahead.total_seconds()
    return found[0], found[1]


def _choose(at: Column, second: Column, twice: npt.NDArray[np.bool_]) -> None:
    """Decide the times that were shown twice, in place: onwards from the first certain one, then back from it."""
    sure = np.flatnonzero(~twice & ~np.isnan(at))
    start = int(sure[0]) if len(sure) else 0
    for places, step in ((range(start + 1, len(at)), -1), (range(start - 1, -1, -1), 1)):
        for place in places:
            beside = place + step
            while 0 <= beside < len(at) and np.isnan(at[beside]):
                beside += step
            if twice[place] and 0 <= beside < len(at):
                steps = (at[beside] - one if step > 0 else one - at[beside] for one in (at[place], second[place]))
                stayed, moved = (took if took >= 0 else -_BACKWARDS * took for took in steps)
                at[place] = second[place] if moved < stayed else at[place]
