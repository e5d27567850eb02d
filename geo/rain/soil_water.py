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
_AT_ONCE = 32_768  # cells: their arrays fit into a core's cache
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


def runoff(state: Tanks) -> Values:
    """What leaves the first tank by its side holes, mm per hour, shape (cells,): the quick part of the runoff."""
    flow: Values = np.zeros_like(state.s1)
    for height, coefficient in _SIDE[0]:
        flow += coefficient * np.maximum(state.s1 - height, 0.0)
    return flow


def step(state: Tanks, rain_mm: Values, length: timedelta) -> Tanks:
    """The state after a step of ``length`` with this much rain in it, mm, shape (cells,).

    Rain of the step drains only in the next one, as in the official recursion. A NaN is rain that is not known: that
    cell keeps its state, because an hour without data is not a dry hour; the caller marks it. Raises ValueError for
    negative rain, and for a step at which the recursion is not stable: split it.
    """
    after = Tanks(*(np.array(one, dtype=np.float64) for one in (state.s1, state.s2, state.s3)))
    advance(after, np.asarray(rain_mm, dtype=np.float64), length)
    return after


def advance(state: Tanks, rain_mm: Values, length: timedelta) -> None:
    """The same in place, without allocating: for the cells of a whole nation. ``state`` must own its three arrays."""
    if not timedelta(0) < length < LONGEST_STEP:
        minutes = LONGEST_STEP.total_seconds() / 60
        raise ValueError(
            f"a step of {length} is not stable: use less than {minutes:.0f} minutes, and split a longer one"
        )
    least = rain_mm.min(initial=0.0)  # NaN where any rain is unknown
    if (np.nanmin(rain_mm, initial=0.0) if np.isnan(least) else least) < 0:
        raise ValueError("rain cannot be negative")
    tanks = (state.s1, state.s2, state.s3)
    unknown = np.flatnonzero(np.isnan(rain_mm)) if np.isnan(least) else np.empty(0, dtype=np.intp)
    kept = [tank[unknown] for tank in tanks]
    hours = length.total_seconds() / 3600
    room = np.empty((2, min(_AT_ONCE, len(rain_mm))))
    for start in range(0, len(rain_mm), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        _advance([tank[part] for tank in tanks], rain_mm[part], hours, room)
    for tank, before in zip(tanks, kept, strict=True):
        tank[unknown] = before


def _advance(tanks: list[Values], rain_mm: Values, hours: float, room: Values) -> None:
    """From the last tank to the first, so that each still finds the one above it as it was.

    What a tank keeps is the least of as many straight lines as it has holes open: with h_i and α_i of the first k side
    holes, (1 − (β + Σα_i) Δt) S + Σ α_i h_i Δt. That is the recursion, in fewer passes over memory.
    """
    free, other = room[0, : len(rain_mm)], room[1, : len(rain_mm)]
    for tank in (2, 1, 0):
        storage, inflow = tanks[tank], rain_mm
        keeps, held = 1 - _BOTTOM[tank] * hours, 0.0
        lines = []
        for height, coefficient in _SIDE[tank]:
            keeps, held = keeps - coefficient * hours, held + coefficient * height * hours
            lines.append((keeps, held))
        np.multiply(storage, lines[0][0], out=free)
        free += lines[0][1]
        for slope, offset in lines[1:]:
            np.multiply(storage, slope, out=other)
            other += offset
            np.minimum(free, other, out=free)
        storage *= 1 - _BOTTOM[tank] * hours
        np.minimum(storage, free, out=storage)
        if tank:
            inflow = np.multiply(tanks[tank - 1], _BOTTOM[tank - 1] * hours, out=free)
        storage += inflow
