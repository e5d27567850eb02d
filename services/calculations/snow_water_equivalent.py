"""``snow_water_equivalent``: the water in the pack from one depth a day, by either method."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from geo.snow.daily_depth import DepthError, filled
from geo.snow.water import hs2swe
from geo.snow.water_delta import delta_snow
from services.calculations import table
from services.calculations.table import InputError, Row

_METHODS: Mapping[str, Callable[[Iterable[float]], Iterator[float]]] = {
    "hs2swe": lambda depths: (pack.swe_mm for pack in hs2swe(depths)),
    "delta_snow": lambda depths: (pack.swe_mm for pack in delta_snow(depths)),
}


def snow_water_equivalent(file: Path, settings: Mapping[str, str]) -> Iterator[Row]:
    """``time,depth_cm`` daily → ``time,swe_mm``. One or two missing days are bridged, and left empty."""
    table.only(settings, {"method"})
    method = settings.get("method", "hs2swe")
    if method not in _METHODS:
        raise InputError("--set method", f"{method[:40]!r} is no method; there are {', '.join(_METHODS)}")
    lines, times, depths = [], [], []
    last: datetime | None = None
    for line, row in table.read(file):
        time = table.time(row, line)
        table.even(last, time, line, timedelta(days=1), "depth_cm")
        last = time
        lines.append(line)
        times.append(row["time"])
        depths.append(table.value(row, "depth_cm", line))
    try:
        start, bridged = filled(depths)
    except DepthError as gap:
        raise InputError(f"line {lines[gap.day]}", str(gap)) from None
    water = [math.nan] * start + list(_METHODS[method](bridged))
    water += [math.nan] * (len(depths) - len(water))
    for time_text, depth, swe in zip(times, depths, water, strict=True):
        yield {"time": time_text, "swe_mm": "" if math.isnan(depth) else repr(swe)}
