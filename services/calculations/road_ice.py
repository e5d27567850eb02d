"""``road_ice``: what lies on a road surface, row by row, with the memory of de-icer where a column tells of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import numpy as np

from geo.road.ice import Road, classify, icy, icy_probability
from geo.road.treatment import freezing_point, over_time
from services.calculations import table
from services.calculations.table import InputError, Row

_COLUMNS = {
    "surface_c": "surface_temp_c",
    "air_c": "air_temp_c",
    "dew_c": "dew_point_c",
    "water_mm": "water_mm",
    "snow_mm": "snow_ice",
    "rain_mm_h": "precip_rate_rain",
    "snowfall_mm_h": "precip_rate_snow",
}
_AMOUNTS = ("water_mm", "snow_mm", "rain_mm_h", "snowfall_mm_h")
_DEICER = "deicer_g_m2"


def road_ice(file: Path, settings: Mapping[str, str]) -> Iterator[Row]:
    """Temperatures, film and precipitation → ``time,condition,icy,probability``; empty where nothing can be said.

    An optional column ``deicer_g_m2`` tells what was spread at that time. Times that fall begin another road.
    """
    table.only(settings, set())
    times: list[tuple[str, datetime]] = []
    values, spread = [], []
    for line, row in table.read(file):
        time = table.time(row, line)
        if times:
            table.passed(times[-1][1], time, line)
        times.append((row["time"], time))
        values.append([_value(row, field, line) for field in _COLUMNS])
        spread.append(_amount(table.value(row, _DEICER, line), _DEICER, line) if _DEICER in row else math.nan)
    if not times:
        return
    columns = dict(zip(_COLUMNS, np.array(values).T, strict=True))
    salt = over_time([time for _, time in times], np.array(spread), columns["rain_mm_h"])
    road = Road(**columns, freezing_c=freezing_point(salt, columns["water_mm"]))
    condition = classify(road)
    found = zip(times, condition, icy(condition), icy_probability(road), strict=True)
    for (told, _), word, slippery, probability in found:
        known = word != "unknown"
        yield {
            "time": told,
            "condition": str(word),
            "icy": str(int(slippery)) if known else "",
            "probability": repr(float(probability)) if known else "",
        }


def _value(row: Row, field: str, line: int) -> float:
    name = _COLUMNS[field]
    value = table.value(row, name, line)
    return _amount(value, name, line) if field in _AMOUNTS else value


def _amount(value: float, name: str, line: int) -> float:
    if value < 0:
        raise InputError(f"line {line}", f"{name} cannot be negative, found {value:g}: leave it empty where unknown")
    return value
