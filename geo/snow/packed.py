"""Packed snow (圧雪) on a residential road that is driven on and seldom plowed: how thick it has grown.

Traffic presses new snow to 450 kg/m³, and warmth melts it again; a thaw makes of it the loose slush (ザクザク) in which
cars are stuck. Working assumptions of practice, to be corrected by what people report of ruts.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

from geo.snow.melt import DEGREE_DAY

DENSITY_G_CM3 = 0.45


def thickness_cm(days: Iterable[tuple[float, float]], start_cm: float = 0.0) -> float:
    """Thickness after days of (new snow in mm of water, mean air temperature in °C; NaN: taken as freezing)."""
    thick = start_cm
    for gained_mm, air_c in days:
        melt_mm = 0.0 if isnan(air_c) else DEGREE_DAY * max(air_c, 0.0)
        thick = max(0.0, thick + (gained_mm - melt_mm) / DENSITY_G_CM3 / 10)
    return thick
