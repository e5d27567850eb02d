"""Soil water index (土壌雨量指数): how wet the ground is, as three tanks in series with one set of coefficients.

Coefficients of the granite set of Ishihara and Kobatake (1979), which the Japan Meteorological Agency uses for the
whole country. Storages in mm, times in hours. The result depends on the length of the step: never mix two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

_SIDE = (((15.0, 0.10), (60.0, 0.15)), ((15.0, 0.05),), ((15.0, 0.01),))  # per tank: height mm, coefficient 1/h
_BOTTOM = (0.12, 0.05, 0.01)  # 1/h
# Tank 1 drains at most at 0.12 + 0.10 + 0.15 per hour; a longer step would take out more than there is.
LONGEST_STEP = timedelta(hours=1 / (0.12 + 0.10 + 0.15))


@dataclass(frozen=True, slots=True)
class Tanks:
    """Storages of the three tanks in mm, each a number per cell: shape (cells,)."""

    s1: Values
    s2: Values
    s3: Values

    @property
    def index(self) -> Values:
        """The soil water index in mm, shape (cells,)."""
        return self.s1 + self.s2 + self.s3


def empty(cells: int = 1) -> Tanks:
    """Dry ground. Thirty days of rain later it no longer matters where one began."""
    nothing = np.zeros(cells)
    return Tanks(nothing, nothing, nothing)


def step(state: Tanks, rain_mm: Values, length: timedelta) -> Tanks:
    """The state after a step of ``length`` with this much rain in it, mm, shape (cells,).

    Rain of the step drains only in the next one, as in the official recursion. A NaN is rain that is not known: that
    cell keeps its state, because an hour without data is not a dry hour; the caller marks it. Raises ValueError for
    negative rain, and for a step at which the recursion is not stable: split it.
    """
    if not timedelta(0) < length < LONGEST_STEP:
        minutes = LONGEST_STEP.total_seconds() / 60
        raise ValueError(
            f"a step of {length} is not stable: use less than {minutes:.0f} minutes, and split a longer one"
        )
    if np.any(rain_mm < 0):
        raise ValueError("rain cannot be negative")
    hours = length.total_seconds() / 3600
    before = (state.s1, state.s2, state.s3)
    inflow = rain_mm
    after = []
    for tank, storage in enumerate(before):
        seeping = _BOTTOM[tank] * storage * hours
        after.append(storage - seeping - _outflow(tank, storage) * hours + inflow)
        inflow = seeping
    known = ~np.isnan(rain_mm)
    return Tanks(*(np.where(known, new, old) for new, old in zip(after, before, strict=True)))


def _outflow(tank: int, storage: Values) -> Values:
    """mm/h through the side holes."""
    flow = np.zeros_like(storage)
    for height, coefficient in _SIDE[tank]:
        flow = flow + coefficient * np.maximum(storage - height, 0.0)
    return flow
