"""Short rain: the most of ten and of sixty minutes that ended a little while ago or now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import isnan

from geo.model import Sample
from geo.rain.soil_history import last_60

_TEN = timedelta(minutes=10)


def bursts(recent: Mapping[str, Sequence[Sample]], now: datetime, within: timedelta) -> tuple[float, float]:
    """The most rain of ten and of sixty minutes, mm, that ended within that time before ``now``; 0 where none is known.

    ``recent``: a gauge's readings by quantity, ascending. Reports after ``now`` are not looked at.
    """
    tens = [one.value for one in recent.get("rain_10min", ()) if now - within < one.at <= now]
    hours = [last_60(recent, now - back * _TEN) for back in range(max(1, within // _TEN))]
    return max(tens, default=0.0), max((mm for mm in hours if not isnan(mm)), default=0.0)
