"""What snow weighs on a roof, and what roofs here are built for.

Morioka's building rules (by-law art. 15): design depth 0.0015 · elevation (m) + 0.58 m; 30 N/m² per centimetre where
that is a metre and more (a heavy-snow area), the national 20 elsewhere. So a lowland roof reaches its design load long
before the national signal turns yellow.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sqrt

NEWTON_PER_KG = 9.80665
_STEEPEST = 60.0  # degrees; nothing stays on a steeper roof


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignRule:
    """A city's rule for the design snow load. Metres, and N/m² per centimetre."""

    per_metre_up: float = 0.0015
    at_sea_level_m: float = 0.58
    heavy_from_m: float = 1.0
    heavy_n_m2_cm: float = 30.0
    elsewhere_n_m2_cm: float = 20.0

    def depth_m(self, elevation_m: float) -> float:
        """Depth that a roof at this elevation must bear."""
        return self.per_metre_up * elevation_m + self.at_sea_level_m

    def load_n_m2(self, elevation_m: float) -> float:
        """Load that a flat roof at this elevation must bear, N/m²."""
        # A tenth of a millimetre off the border must not decide: 0.0015 · 280 + 0.58 is a metre.
        depth = round(self.depth_m(elevation_m), 6)
        return 100 * depth * (self.heavy_n_m2_cm if depth >= self.heavy_from_m else self.elsewhere_n_m2_cm)

    def load_kg_m2(self, elevation_m: float) -> float:
        """The same as a mass, kg/m², which is mm of water."""
        return self.load_n_m2(elevation_m) / NEWTON_PER_KG


MORIOKA = DesignRule()
# 雪おろシグナル of NIED, Niigata and Kyoto universities: kg/m² from which each colour holds.
SIGNAL = ((300.0, "黄"), (500.0, "橙"), (700.0, "赤"))


def signal(load_kg_m2: float) -> str:
    """The colour of the public signal, empty below the first."""
    return next((colour for least, colour in reversed(SIGNAL) if load_kg_m2 >= least), "")


def shape_factor(slope_deg: float) -> float:
    """Share of the ground's snow that a roof of this slope holds, where the snow can slide off freely; 0 to 1."""
    return 0.0 if slope_deg > _STEEPEST else sqrt(max(0.0, cos(radians(1.5 * slope_deg))))


def since_cleared(swe_mm: float, swe_when_cleared_mm: float) -> float:
    """Load on a roof that was cleared, kg/m²: what the pack has gained since. Never negative."""
    return max(0.0, swe_mm - swe_when_cleared_mm)
