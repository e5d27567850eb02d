"""Density of snow from its depth and the date alone (Sturm et al., 2010): the one line to fall back on.

Too heavy for cold new snow: a bracket from above, not an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import exp


@dataclass(frozen=True, slots=True)
class Climate:
    """Coefficients of one class of snow: g/cm³, and per cm and per day."""

    densest: float
    new: float
    by_depth: float
    by_day: float


MARITIME = Climate(0.5979, 0.2578, 0.0010, 0.0038)


def density_g_cm3(depth_cm: float, day: int, climate: Climate = MARITIME) -> float:
    """Bulk density; ``day`` counts from 1 January = 1, negative before it from 1 October = −92."""
    grown = 1 - exp(-climate.by_depth * depth_cm - climate.by_day * day)
    return (climate.densest - climate.new) * grown + climate.new


def winter_day(on: date) -> int:
    """The day of the winter as :func:`density_g_cm3` counts it; there is no day 0."""
    new_year = date(on.year + (on.month >= 10), 1, 1)
    passed = (on - new_year).days
    return passed + 1 if passed >= 0 else passed
