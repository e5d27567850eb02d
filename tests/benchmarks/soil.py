"""One step of the soil water tanks over a city's and a nation's 1 km cells, beside a plain copy of the same arrays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np

from geo.rain.soil_water import Tanks, advance
from tests.benchmarks.figure import Figure, beside, seconds
from tests.benchmarks.scale import Scale

NAME = "soil"
_CELLS = {"a city's 1,000 cells": 1_000, "the nation's 387,000 cells": 387_000}
_STEP = timedelta(minutes=10)
_STEPS = 20  # a repeat


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    return [_over(what, cells, scale.repeats) for what, cells in _CELLS.items()]


def _over(what: str, cells: int, repeats: int) -> Figure:
    random = np.random.default_rng(1)
    state = Tanks(*(random.uniform(0, 120, cells) for _ in range(3)))
    rain = random.uniform(0, 20, cells)
    both = [(np.empty(cells), one) for one in (state.s1, state.s2, state.s3, rain)]
    pairs = []
    for _ in range(repeats):
        stepped = seconds(lambda: [advance(state, rain, _STEP) for _ in range(_STEPS)]) / _STEPS
        copied = seconds(lambda: [np.copyto(to, one) for to, one in both * _STEPS]) / _STEPS
        pairs.append((1e6 * stepped, 1e6 * copied))
    return beside(NAME, f"{what}: a step", "µs", "a copy of the four arrays", pairs)
