"""Floods one by one: was each told of without a break until it came, how long before, and how often for nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.river.levels import HOUR, Array, Levels
from geo.river.verification import Issued

_APART = 12 * HOUR  # steps below the threshold before a crossing is a new flood, and after which a warning was false


@dataclass(frozen=True, slots=True)
class Told:
    """One gauge. ``leads``: hours of warning before each crossing, 0 where none stood; ``false_runs``: for nothing."""

    code: str
    leads: tuple[float, ...]
    false_runs: int


def told(issued: Issued, levels: Levels) -> list[Told]:
    """Every gauge that crossed its threshold or was warned of."""
    found = []
    for column, gauge in enumerate(levels.gauges):
        own = issued.column == column
        hours, warned = issued.row[own], issued.warn[own]
        if not len(hours):
            continue
        crossed = crossings(levels.values[:, column], float(issued.threshold[own][0]))
        runs = warning_runs(hours, warned)
        leads = tuple(_lead(row, hours, runs) for row in crossed)
        false = sum(not any(begin < row <= end + _APART for row in crossed) for begin, end in runs)
        if leads or false:
            found.append(Told(gauge.code, leads, false))
    return found


def crossings(level: Array, threshold: float) -> list[int]:
    """The rows at which a level reaches the threshold after twelve hours below it; silence is not above."""
    above = np.nan_to_num(level, nan=-np.inf) >= threshold
    rows = np.flatnonzero(above)
    first = np.diff(rows, prepend=-_APART - 1) > _APART
    return [int(row) for row in rows[first] if row > 0]


def warning_runs(hours: np.ndarray, warned: np.ndarray) -> list[tuple[int, int]]:
    """First and last row of each stretch of issue times at which a warning stood."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], warned, [False]]).astype(int)))
    return [(int(hours[begin]), int(hours[end - 1])) for begin, end in edges.reshape(-1, 2)]


def _lead(row: int, hours: np.ndarray, runs: list[tuple[int, int]]) -> float:
    """Hours from the beginning of the run that stands at the last issue time before the crossing."""
    before = hours[hours < row]
    last = int(before[-1]) if len(before) else -1
    return next(((row - begin) / HOUR for begin, end in runs if begin <= last <= end), 0.0)
