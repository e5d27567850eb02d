"""A winter of hourly means, turned into the days that snow models reckon in: a day ends at 06:00 Japanese time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geo.model import Sample

Values: TypeAlias = npt.NDArray[np.float64]

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_SIX = timedelta(hours=21)  # 06:00 in Japan, in UTC
_OFFSETS = tuple(timedelta(hours=off) for off in (0, -1, 1, -2, 2))  # whose depth stands for the day, the best first
_NEAR = max(_OFFSETS)
_ENOUGH = 12  # hours that make a daily mean


def began(now: datetime) -> datetime | None:
    """1 October before ``now``; None from June to September, when no snow pack is followed."""
    if 6 <= now.month <= 9:
        return None
    year = now.year if now.month >= 10 else now.year - 1
    return datetime(year, 10, 1, tzinfo=UTC)


def last_six(now: datetime) -> datetime:
    """The last 06:00 in Japan up to ``now``."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + _SIX
    return today if today <= now else today - _DAY


def daily_depths(hours: Sequence[Sample], now: datetime) -> list[float]:
    """The depth at 06:00 of each day from the first one known to the last 06:00, NaN where it is missing.

    An hour up to two from six stands in for it. ``hours`` end on full hours; those after ``now`` are not looked at.
    """
    known = {hour.at: hour.value for hour in hours if hour.at <= now}
    if not known:
        return []
    end = last_six(now)
    days = math.floor((end - min(known) + _NEAR) / _DAY)
    return [_near_six(known, end - back * _DAY) for back in range(days, -1, -1)]


def _near_six(known: Mapping[datetime, float], six: datetime) -> float:
    return next((known[six + off] for off in _OFFSETS if six + off in known), math.nan)


def daily_means(hours: Sequence[Sample], now: datetime, days: int) -> Values:
    """Means of the last ``days`` days that ended at 06:00, oldest first; NaN for a day of fewer than twelve hours."""
    end = last_six(now)
    of_day: list[list[float]] = [[] for _ in range(days)]
    for hour in hours:
        back = math.floor((end - hour.at) / _DAY)
        if 0 <= back < days:
            of_day[days - 1 - back].append(hour.value)
    return np.array([np.mean(values) if len(values) >= _ENOUGH else np.nan for values in of_day])


def last_hours(hours: Sequence[Sample], now: datetime, count: int) -> Values:
    """Means of the last ``count`` full clock hours, oldest first, shape (count,); NaN where one is missing."""
    known = {hour.at: hour.value for hour in hours if hour.at <= now}
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return np.array([known.get(end - back * _HOUR, math.nan) for back in range(count - 1, -1, -1)])
