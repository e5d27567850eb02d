"""One measured figure: a JSON line for programs, a row of a table for people."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``value`` in ``unit``; where there is a ``baseline`` (what it was), its value and ``ratio`` = value / baseline.

    The ratio is the median over the repeats of each repeat's own ratio, because both sides of one repeat saw the
    machine in the same mood; so it need not be the quotient of the two medians.
    """

    bench: str
    figure: str
    value: float
    unit: str
    baseline: str | None = None
    baseline_value: float | None = None
    ratio: float | None = None

    def line(self) -> str:
        """The figure as one JSON object, six digits at most."""
        return json.dumps({name: _short(getattr(self, name)) for name in self.__slots__}, ensure_ascii=False)


def beside(bench: str, figure: str, unit: str, baseline: str, pairs: Sequence[tuple[float, float]]) -> Figure:
    """Medians of repeats, each a pair of (value, value of the baseline)."""
    return Figure(
        bench=bench,
        figure=figure,
        value=median(value for value, _ in pairs),
        unit=unit,
        baseline=baseline,
        baseline_value=median(base for _, base in pairs),
        ratio=median(value / base for value, base in pairs),
    )


def seconds(work: Callable[[], Any]) -> float:
    """How long ``work`` takes once."""
    began = perf_counter()
    work()
    return perf_counter() - began


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that ``percent`` of all do not exceed; ValueError where there are none."""
    if not values:
        raise ValueError("nothing was measured: there is no percentile of it")
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """All figures for people."""
    rows = [("bench", "figure", "value", "unit", "baseline", "", "ratio")]
    rows += [
        (
            one.bench,
            one.figure,
            _text(one.value),
            one.unit,
            one.baseline or "",
            _text(one.baseline_value),
            _text(one.ratio),
        )
        for one in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    numbers = {2, 5, 6}  # columns that stand to the right
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _short(value: object) -> object:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _text(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
