"""Soil water at rain gauges now, from a month of hourly rain and what has fallen since the last full hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geo.model import Sample
from geo.rain.soil_water import Tanks, empty, step
from geo.series.season import last_hours
from geo.snow.snowfall import clock_hour

Values: TypeAlias = npt.NDArray[np.float64]
Series: TypeAlias = Mapping[str, Sequence[Sample]]  # of one gauge, by quantity

QUANTITIES = frozenset({"rain_10min", "rain_1h"})
HOURS = 31 * 24  # from dry ground on; after thirty days it no longer matters where one began
_HOUR = timedelta(hours=1)
_TEN = timedelta(minutes=10)
_RECENT = 24  # hours taken from the readings themselves


@dataclass(frozen=True, slots=True)
class Soil:
    """Gauges now, each field of shape (gauges,)."""

    tanks: Tanks
    before_mm: Values  # the index at the last full hour
    rain_60_mm: Values  # NaN where no rain is known
    rain_60_before_mm: Values  # at the last full hour
    missing: npt.NDArray[np.intp]  # hours without a report: the index may be too low

    @property
    def index_mm(self) -> Values:
        return self.tanks.index


def soil_now(recent: Sequence[Series], month: Sequence[Series], now: datetime) -> Soil:
    """The tanks of some gauges, each by its readings of a day and its hourly means of a month. Nothing after ``now``
    is looked at; an hour without a report leaves the ground as it was."""
    hours = np.array([_hours(few, many, now) for few, many in zip(recent, month, strict=True)]).reshape(-1, HOURS)
    tanks = empty(len(hours))
    for rain in hours.T:
        tanks = step(tanks, rain, _HOUR)
    before = tanks.index
    full = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    since = np.array([_since(few, full, now) for few in recent])
    if now - full >= timedelta(minutes=1) and len(hours):
        tanks = step(tanks, since, now - full)
    return Soil(
        tanks=tanks,
        before_mm=before,
        rain_60_mm=np.array([last_60(few, now) for few in recent]),
        rain_60_before_mm=hours[:, -1] if len(hours) else np.empty(0),
        missing=np.isnan(hours).sum(axis=1),
    )


def ahead(soil: Soil, hours: float) -> Tanks:
    """The tanks if it rains on as in the last 60 minutes, in steps of ten minutes."""
    tanks = soil.tanks
    for _ in range(round(hours * 6)):
        tanks = step(tanks, soil.rain_60_mm / 6, _TEN)
    return tanks


def _hours(recent: Series, month: Series, now: datetime) -> Values:
    """Hourly rain of the month, the newest full hour last, NaN where unknown."""
    tens, sums = month.get("rain_10min", ()), month.get("rain_1h", ())
    hours = last_hours(sums, now, HOURS) if sums else 6 * last_hours(tens, now, HOURS)
    newest = clock_hour(now.astimezone(UTC).replace(minute=0, second=0, microsecond=0))
    for hour, mm in _recent(recent, now).items():
        if 0 <= newest - hour < _RECENT:
            hours[HOURS - 1 - (newest - hour)] = mm
    return hours


def _recent(recent: Series, now: datetime) -> dict[int, float]:
    """Rain of each clock hour by the readings: the last sum over 60 minutes of the hour, else its ten minutes."""
    hours: dict[int, float] = {}
    for one in {s.at: s for s in recent.get("rain_10min", ()) if s.at <= now}.values():
        hours[clock_hour(one.at)] = hours.get(clock_hour(one.at), 0.0) + one.value
    return hours | {clock_hour(s.at): s.value for s in recent.get("rain_1h", ()) if s.at <= now}


def _since(recent: Series, full: datetime, now: datetime) -> float:
    """Rain since the last full hour, NaN where unknown."""
    tens = {s.at: s.value for s in recent.get("rain_10min", ()) if full < s.at <= now}
    if tens:
        return sum(tens.values())
    return last_60(recent, now) * ((now - full) / _HOUR)


def last_60(recent: Series, now: datetime) -> float:
    """Rain of the last 60 minutes, NaN where unknown."""
    sums = [s.value for s in recent.get("rain_1h", ()) if now - _HOUR - _TEN < s.at <= now]
    tens = {s.at: s.value for s in recent.get("rain_10min", ()) if now - _HOUR < s.at <= now}
    return sums[-1] if sums else (sum(tens.values()) if tens else float("nan"))
