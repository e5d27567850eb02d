"""Melting snow: how much water leaves the pack, from air temperature, wind and rain."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[np.float64]

DEGREE_DAY = 5.0  # mm per °C and day; 3 to 6 are met with
HELD = 0.075  # share of its own water that a pack holds back before any reaches the ground; 5 to 10 %


def degree_day(air_c: Values, days: float = 1.0, factor: float = DEGREE_DAY) -> Values:
    """Melt in mm over ``days`` at a mean air temperature."""
    return np.asarray(factor * np.maximum(air_c, 0.0) * days)


def rain_on_snow(air_c: Values, wind_km_h: Values, rain_mm_day: Values, exposure: float = 1.0) -> Values:
    """Melt in mm a day at an open site while it rains (US Army Corps of Engineers, 1998); ``exposure`` 0.3 to 1.

    Meant for rain above freezing; at or below 0 °C nothing melts.
    """
    melt = (1.33 + 0.239 * exposure * wind_km_h + 0.0126 * rain_mm_day) * air_c + 2.29
    return np.where(air_c > 0, melt, 0.0)


def to_the_ground(melt_mm: float, rain_mm: float, swe_mm: float) -> float:
    """Water that reaches the ground, mm: melt, never more than there is, and rain, less what the pack still holds.

    With a pack of nothing all rain reaches it.
    """
    water = min(melt_mm, swe_mm) + rain_mm
    left = max(0.0, swe_mm - melt_mm)
    return max(0.0, water - HELD * left)
