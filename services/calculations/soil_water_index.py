"""``soil_water_index``: three tanks over a series of rain."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from geo.rain.soil_water import Tanks, step
from services.calculations import table
from services.calculations.table import InputError, Row


def soil_water_index(file: Path, settings: Mapping[str, str]) -> Iterator[Row]:
    """``time,rain_mm`` → ``time,s1,s2,s3,swi`` in mm. Rain that is missing leaves a gap, and the state as it was."""
    table.only(settings, {"step_minutes", "initial"})
    length = timedelta(minutes=table.number(settings.get("step_minutes", "60"), "step_minutes"))
    state = _initial(settings.get("initial", "0,0,0"))
    last: datetime | None = None
    for line, row in table.read(file):
        time = table.time(row, line)
        table.even(last, time, line, length, "rain_mm")
        last = time
        fallen = table.value(row, "rain_mm", line)
        try:
            state = step(state, np.array([fallen]), length)
        except ValueError as error:
            raise InputError(f"line {line}", str(error)) from None
        values = (state.s1, state.s2, state.s3, state.index)
        told = ["" if math.isnan(fallen) else repr(float(value[0])) for value in values]
        yield {"time": row["time"], **dict(zip(("s1", "s2", "s3", "swi"), told, strict=True))}


def _initial(text: str) -> Tanks:
    storages = [table.number(one, "initial") for one in text.split(",")]
    if len(storages) != 3 or min(storages) < 0:
        raise InputError("--set initial", "three storages in mm are wanted, none negative: initial=0,0,0")
    return Tanks(*(np.array([one]) for one in storages))
