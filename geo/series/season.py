"""A winter of hourly means, turned into the days that snow models reckon in: a day ends at 06:00 Japanese time."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geo.model import Sample

Values: TypeAlias = npt.NDArray[np.float64]

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_SIX = timedelta(hours=21)  # 06:00 in Japan, in UTC
_OFFSETS = tuple(timedelta(hours=off) for off in (0, -1, 1, -2, 2))  # whose depth stands for the day, the best first
_NEAR = max(_OFFSETS)
_MONTH = timedelta(days=32)  # of rain, after which the ground has forgotten what was before
_ENOUGH = 12  # hours that make a daily mean


def began(now: datetime) -> datetime:
    """When the hours begin that must be known: on 1 October in winter, from June to September a month ago, and never
    less than a month ago."""
    month = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - _MONTH
    if 6 <= now.month <= 9:
        return month
    year = now.year if now.month >= 10 else now.year - 1
    return min(month, datetime(year, 10, 1, tzinfo=UTC))


def last_six(now: datetime) -> datetime:
    """The last 06:00 in Japan up to ``now``."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + _SIX
    return today if today <= now else today - _DAY


def daily_depths(hours: Sequence[Sample], now: datetime) -> list[float]:
    """The depth at 06:00 of each day from the first one known to the last 06:00, NaN where it is missing.

    An hour up to two from six stands in for it. ``hours`` end on full hours; those after ``now`` are not looked at.
    """
    known = _upto(hours, now)
    if not known:
        return []
    end = last_six(now)
    days = math.floor((end - known[0].at + _NEAR) / _DAY)
    return [_near_six(known, end - back * _DAY) for back in range(days, -1, -1)]


def _near_six(known: Sequence[Sample], six: datetime) -> float:
    near = known[_place(known, six - _NEAR) : _place(known, six + _NEAR + _HOUR)]
    of_offset = {hour.at - six: hour.value for hour in near}
    return next((of_offset[off] for off in _OFFSETS if off in of_offset), math.nan)


def daily_means(hours: Sequence[Sample], now: datetime, days: int) -> Values:
    """Means of the last ``days`` days that ended at 06:00, oldest first; NaN for a day of fewer than twelve hours."""
    first = last_six(now) - days * _DAY
    # A day's first hour is the one that ends an hour after six.
    places = [_place(hours, first + day * _DAY + _HOUR) for day in range(days + 1)]
    of_day = [[hour.value for hour in hours[start:stop]] for start, stop in pairwise(places)]
    return np.array([sum(some) / len(some) if len(some) >= _ENOUGH else np.nan for some in of_day])


def last_hours(hours: Sequence[Sample], now: datetime, count: int) -> Values:
    """Means of the last ``count`` full clock hours, oldest first, shape (count,); NaN where one is missing."""
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    some = _upto(hours, end)[-count:]
    known = {hour.at: hour.value for hour in some}
    return np.array([known.get(end - back * _HOUR, math.nan) for back in range(count - 1, -1, -1)])


def _upto(hours: Sequence[Sample], now: datetime) -> Sequence[Sample]:
    return hours[: _place(hours, now + timedelta(microseconds=1))]


def _place(hours: Sequence[Sample], at: datetime) -> int:
    """Index of the first hour that ends at or after ``at``: a winter is long, and is not walked through."""
    return bisect_left(hours, at, key=lambda hour: hour.at)
