"""What the stations of a city measured, as the river forecast reads it: live over a day, for learning over years.

Checked alike: reports that a gauge cannot have and isolated spikes are dropped, and the newest counts only as far as
it is believed (:mod:`geo.series.believed`).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np

from geo.model import Sample
from geo.river.gauge import GaugeConfig, possible
from geo.river.levels import HOUR, STEP, Array, Gauge, Levels, back, bridged, floor, stepped
from geo.series.believed import believe, plausible, without_spikes
from geo.station import Station

Series: TypeAlias = Mapping[tuple[str, str], Sequence[Sample]]
QUANTITIES = frozenset({"water_level", "rain_10min", "rain_1h", "discharge"})
MEMORY = timedelta(hours=25)  # so far back a forecast looks
_ANYWHERE = (-math.inf, math.inf)
_TENS = 4  # of six sums of ten minutes that make an hour of rain


def observed(
    series: Series, stations: Iterable[Station], span: tuple[datetime, datetime], normals: Mapping[str, float]
) -> Levels | None:
    """Levels, rain and dams from the first to the last of the ``span``; None without a gauge.

    A gauge's ordinary level is the one its profile names, else that of ``normals`` (metres by station code).
    """
    known = {station.code: station for station in stations}
    gauges = [station for station in known.values() if "water_level" in station.quantities]
    if not gauges:
        return None
    begin = floor(span[0])
    steps = (span[1] - begin) // STEP + 1
    series = {
        subject: [one for one in samples if one.at <= span[1]]
        for subject, samples in series.items()
        if subject[1] in QUANTITIES
    }
    levels = [_levels(series.get((one.code, "water_level"), ()), one, span) for one in gauges]
    hours = {code: _hour_of_rain(series, code, begin, steps) for code in known if _has_rain(known[code])}
    dams = {
        code: bridged(stepped(_pairs(series.get((code, "discharge"), ())), begin, steps)[:, None])[:, 0]
        for code, one in known.items()
        if "discharge" in one.quantities
    }
    return Levels(
        begin=begin,
        gauges=tuple(_gauge(one, normals, known) for one in gauges),
        values=np.stack([stepped(one, begin, steps) for one in levels], axis=1),
        rain=_mean_of([[hours[code] for code in one.rain_gauges or hours if code in hours] for one in gauges], steps),
        release=_mean_of([[dams[code] for code in one.upstream if code in dams] for one in gauges], steps),
    )


def _gauge(station: Station, normals: Mapping[str, float], known: Mapping[str, Station]) -> Gauge:
    normal = station.normal_m if station.normal_m is not None else normals.get(station.code, math.nan)
    return Gauge(
        code=station.code,
        river=station.river or station.code,  # one whose river is not named has no neighbours
        normal=normal,
        upstream=frozenset(
            code for code in station.upstream if code in known and "water_level" in known[code].quantities
        ),
    )


def _levels(
    samples: Sequence[Sample], station: Station, span: tuple[datetime, datetime]
) -> list[tuple[datetime, float]]:
    config = GaugeConfig()
    usable = plausible(samples, span[1], *possible(station, config) or _ANYWHERE)
    kept = without_spikes(usable, config.spike_m, config.neighbours)
    newest = believe(kept, config.step_m, config.neighbours)
    return _pairs(kept[:-1]) + ([(newest.at, newest.value)] if newest else [])


def _pairs(samples: Sequence[Sample]) -> list[tuple[datetime, float]]:
    return [(sample.at, sample.value) for sample in samples]


def _has_rain(station: Station) -> bool:
    return not station.quantities.isdisjoint({"rain_10min", "rain_1h"})


def _hour_of_rain(series: Series, code: str, begin: datetime, steps: int) -> Array:
    """(steps,): mm in the hour before each step, by sums of ten minutes, else by the last hourly sum."""
    tens = stepped(_pairs(series.get((code, "rain_10min"), ())), begin, steps)[:, None]
    last_six = np.stack([back(tens, ago) for ago in range(HOUR)])
    known = np.count_nonzero(~np.isnan(last_six), axis=0)
    sums = np.where(known >= _TENS, np.nansum(last_six, axis=0), np.nan)
    hourly = bridged(stepped(_pairs(series.get((code, "rain_1h"), ())), begin, steps)[:, None], HOUR - 1)
    found: Array = np.where(np.isnan(sums), hourly, sums)[:, 0]
    return found


def _mean_of(parts: Sequence[Sequence[Array]], steps: int) -> Array:
    """(steps, gauges): the mean of what is known for each gauge, NaN where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        unknown = np.full(steps, np.nan)
        return np.stack([np.nanmean(np.stack(part), axis=0) if part else unknown for part in parts], axis=1)
