"""A proxy for small streams that nobody gauges: quick runoff by the first tank, brought down the stream by Muskingum.

**It is no water level and not the 流域雨量指数 of the agency**, whose coefficients are not published: it knows one rain
gauge, granite everywhere, no pavement, no culvert and no driftwood. Worth a look at the stream, never a 警戒レベル.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geo.model import Sample
from geo.rain.soil_history import last_60, soil_now
from geo.rain.soil_water import runoff, step
from geo.river.muskingum import reach, route

Values: TypeAlias = npt.NDArray[np.float64]
Series: TypeAlias = Mapping[str, Sequence[Sample]]  # of one gauge, by quantity

_TEN = timedelta(minutes=10)
_HOUR = timedelta(hours=1)
_BACK = 12 * 6  # steps of ten minutes that are followed one by one
_WEIGHT = 0.2  # Muskingum's X
_PIECE = _TEN / (2 * _WEIGHT)  # the longest reach that a step of ten minutes suits
_SHORTEST = _TEN / (2 * (1 - _WEIGHT))


@dataclass(frozen=True, slots=True)
class Proxy:
    """Runoff of a catchment as it passes the districts, mm of rain an hour (m³/s = mm/h · km² / 3.6)."""

    now: float
    ahead: float  # the highest of the time ahead, if it rains on as in the last hour
    missing: int  # steps without a report of rain among those followed one by one: then it may be more


def proxy(recent: Series, month: Series, now: datetime, travel: timedelta, ahead: timedelta) -> Proxy:
    """The proxy by a gauge's readings of a day and hourly means of a month. Nothing after ``now`` is looked at.

    ``travel``: how long the water takes to the districts; ``ahead``: how far to look. More rain never gives less.
    """
    start = now - _BACK * _TEN
    state = soil_now([recent], [month], start).tanks
    fallen = _tens(recent, start, now)
    going_on = last_60(recent, now) / 6
    flows = [float(runoff(state)[0])]
    for mm in [*fallen, *[going_on] * round(ahead / _TEN)]:
        state = step(state, np.array([mm]), _TEN)
        flows.append(float(runoff(state)[0]))
    passing = routed(np.array(flows), travel)
    return Proxy(float(passing[_BACK]), float(passing[_BACK:].max()), int(np.isnan(fallen).sum()))


def routed(flows: Values, travel: timedelta) -> Values:
    """Flows in steps of ten minutes as they arrive after ``travel``, in as many reaches as suit the step, shape alike.

    What takes less than six minutes arrives at once.
    """
    pieces = math.ceil(travel / _PIECE)
    if not pieces or travel / pieces < _SHORTEST:
        return flows
    through = reach(travel / pieces, _WEIGHT, _TEN)
    for _ in range(pieces):
        flows = route(flows, float(flows[0]), through)
    return flows


def _tens(recent: Series, start: datetime, now: datetime) -> Values:
    """Rain of each ten minutes from ``start`` to ``now``, NaN where nobody told: the report of ten minutes in them,
    else a sixth of the hour they lie in."""
    tens = [s for s in recent.get("rain_10min", ()) if start < s.at <= now]
    hours = [s for s in recent.get("rain_1h", ()) if start < s.at <= now]
    fallen = np.full(_BACK, np.nan)
    for hour in reversed(hours):  # of rolling sums the earliest that covers a step counts
        last = _place(hour.at, start)
        fallen[max(0, last - 5) : last + 1] = hour.value / 6
    for ten in tens:
        fallen[_place(ten.at, start)] = ten.value
    return fallen


def _place(at: datetime, start: datetime) -> int:
    """The step that a time lies in; its end belongs to it."""
    return max(0, math.ceil((at - start) / _TEN) - 1)
