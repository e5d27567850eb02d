"""The rain gauge that speaks for a place: the nearest that has something to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import to_metres
from geo.model import Ground, Inputs, Sample
from geo.rain.soil_history import QUANTITIES
from geo.series.lately import newest
from geo.station import Station

_FRESH = timedelta(hours=2)


def nearest_gauge(place: BaseGeometry, inputs: Inputs, ground: Ground, reach_m: float) -> Station | None:
    """The nearest station within ``reach_m`` metres of the place that reported rain in the last two hours."""
    return next((one for one in _by_distance(ground, place, reach_m) if _speaks(one, inputs)), None)


def rain_of(station: Station, inputs: Inputs) -> tuple[Mapping[str, Sequence[Sample]], Mapping[str, Sequence[Sample]]]:
    """A station's rain by quantity: the readings of a day, and the hourly means of a month."""
    recent, month = (
        {name: source.get((station.code, name), ()) for name in QUANTITIES} for source in (inputs.series, inputs.season)
    )
    return recent, month


def newest_ref(station: Station, inputs: Inputs, now: datetime) -> Sample | None:
    """The newest report of rain of a station."""
    some = [newest(inputs.series.get((station.code, name), ()), now, _FRESH) for name in sorted(QUANTITIES)]
    return max((one for one in some if one is not None), key=lambda sample: sample.at, default=None)


def _speaks(station: Station, inputs: Inputs) -> bool:
    return newest_ref(station, inputs, inputs.now) is not None


@lru_cache(maxsize=1024)
def _by_distance(ground: Ground, place: BaseGeometry, reach_m: float) -> tuple[Station, ...]:
    here = to_metres(place)
    apart = {
        code: shapely.distance(here, to_metres(shapely.Point(station.lon, station.lat)))
        for code, station in ground.stations.items()
        if station.quantities & QUANTITIES
    }
    near = sorted((metres, code) for code, metres in apart.items() if metres <= reach_m)
    return tuple(ground.stations[code] for _, code in near)
