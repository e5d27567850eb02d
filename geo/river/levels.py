"""Levels of many gauges on one clock: a row each ten minutes, a column a gauge. All a forecast reads stands in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
STEP = timedelta(minutes=10)
HOUR = 6  # steps
_PATIENCE = 3  # steps for which a gauge that is silent still has the level it had


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One gauge. ``normal`` is its level in ordinary times, in metres above its own zero, as the levels are.

    ``upstream`` names the gauges whose water comes by here; empty: any other gauge of the river may tell something.
    """

    code: str
    river: str
    normal: float  # NaN where it is not known
    upstream: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """``values``: metres, (times, gauges), NaN where nothing was reported; row ``i`` is ``begin + i * STEP``."""

    begin: datetime
    gauges: tuple[Gauge, ...]
    values: Array
    rain: Array | None = None  # of the same shape: mm in the hour before, mean of the gauge's rain gauges
    release: Array | None = None  # of the same shape: m³/s let out by the dams upstream

    @property
    def held(self) -> Array:
        """The same with short silences bridged by the last level; from the past alone."""
        return bridged(self.values)

    def time(self, row: int) -> datetime:
        return self.begin + row * STEP

    @property
    def on_the_hour(self) -> npt.NDArray[np.bool_]:
        """(times,): True for the rows of full hours."""
        return np.array([self.time(row).minute == 0 for row in range(len(self.values))])

    def of(self, codes: Sequence[str]) -> Levels:
        """These gauges alone, those that are there."""
        wanted = [place for place, gauge in enumerate(self.gauges) if gauge.code in set(codes)]
        return replace(
            self,
            gauges=tuple(self.gauges[one] for one in wanted),
            values=self.values[:, wanted],
            rain=None if self.rain is None else self.rain[:, wanted],
            release=None if self.release is None else self.release[:, wanted],
        )

    def between(self, first: int, last: int) -> Levels:
        """The rows from ``first`` to before ``last`` alone: as if nothing else had ever been measured."""
        rows = slice(first, last)
        return replace(
            self,
            begin=self.time(first),
            values=self.values[rows],
            rain=None if self.rain is None else self.rain[rows],
            release=None if self.release is None else self.release[rows],
        )


def gridded(series: Mapping[Gauge, Sequence[tuple[datetime, float]]]) -> Levels:
    """Reports of any minute on the common clock: of several in a step the highest. Raises ValueError without any."""
    times = [at for reports in series.values() for at, _ in reports]
    if not times:
        raise ValueError("no report at all")
    begin = floor(min(times))
    steps = (max(times) - begin) // STEP + 1
    values = [stepped(reports, begin, steps) for reports in series.values()]
    return Levels(begin=begin, gauges=tuple(series), values=np.stack(values, axis=1))


def stepped(reports: Iterable[tuple[datetime, float]], begin: datetime, steps: int) -> Array:
    """(steps,): the highest report in each ten minutes from ``begin`` on, NaN where there is none."""
    values = np.full(steps, np.nan)
    for at, value in reports:
        row = (at - begin) // STEP
        if 0 <= row < steps:
            values[row] = value if np.isnan(values[row]) else max(value, values[row])
    return values


def bridged(values: Array, patience: int = _PATIENCE) -> Array:
    """Each silence filled with the level before it, for ``patience`` steps at most."""
    filled = values.copy()
    for _ in range(patience):
        gap = np.isnan(filled[1:])
        filled[1:][gap] = filled[:-1][gap]
    return filled


def back(values: Array, steps: int) -> Array:
    """What stood in each place ``steps`` rows ago, NaN before the beginning."""
    moved = np.full_like(values, np.nan)
    moved[steps:] = values[: len(values) - steps]
    return moved


def floor(at: datetime) -> datetime:
    """The full ten minutes up to ``at``."""
    return at - timedelta(minutes=at.minute % 10, seconds=at.second, microseconds=at.microsecond)
