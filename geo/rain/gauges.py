"""Rain on the regional mesh from gauges: ordinary kriging, with an error that was fitted by leaving gauges out.

Fitted and checked on 34 gauges of Iwate, August to December 2023 (40,120 hours at a gauge while it rained somewhere).
They stand 15 km apart, and hourly rain at that distance agrees by half only: heavy showers fall between the gauges
and are missed, however one interpolates. docs/layers.md has the figures; what a field gives must be read with its
error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import to_metres
from geo.mesh import Cell
from geo.rain.field import RainField
from geo.rain.kriging import Correlation, Values, Weights, kriging

HOURLY = Correlation(reach_m=60_000.0, nugget=0.1)
# Variance of an estimate, for the share that the gauges leave open: showers make it grow with the rain itself.
_VARIANCE = (0.3, 8.0, 0.4)  # mm², mm² per mm, mm² per mm²
_KEPT = 64  # sets of reporting gauges whose weights are remembered
_MOST = 20_000_000  # weights of one set: 160 MB; a city has a hundred thousand


@dataclass(frozen=True, slots=True)
class RainGauge:
    """Where a gauge stands, in JGD2011 degrees."""

    code: str
    lon: float
    lat: float


class GaugeMesh:
    """Gauges over cells. The weights are solved once for each set of gauges that reported."""

    def __init__(self, gauges: Sequence[RainGauge], cells: Sequence[Cell], correlation: Correlation = HOURLY) -> None:
        """Raises ValueError where gauges share a code, there is no gauge or no cell, or more than memory holds."""
        self.gauges, self._correlation = tuple(gauges), correlation
        self._order = {gauge.code: i for i, gauge in enumerate(self.gauges)}
        if len(self._order) != len(self.gauges):
            raise ValueError("two rain gauges share a code; give each its own")
        if not self.gauges or not cells:
            raise ValueError("a rain field needs at least one gauge and one cell")
        if len(gauges) * len(cells) > _MOST:
            raise ValueError(f"{len(gauges)} gauges over {len(cells)} cells are too many at once; split the area")
        ordered = sorted(cells, key=lambda cell: int(cell.code))
        self._codes = np.array([int(cell.code) for cell in ordered], dtype=np.int64)
        self._places = _metres([cell.centre for cell in ordered])
        self._stands = _metres([(gauge.lon, gauge.lat) for gauge in self.gauges])
        self._weights: dict[bytes, Weights] = {}

    def field(self, rain_mm: Mapping[str, float], ended_at: datetime) -> RainField:
        """The rain of the hour that ended at ``ended_at``, from millimetres by gauge; silent gauges are left out.

        Raises ValueError for a gauge that is not known, for what is no amount of rain, and where no gauge reported.
        """
        values = np.full(len(self.gauges), np.nan)
        for code, mm in rain_mm.items():
            if code not in self._order:
                raise ValueError(f"rain of {code!r}, which is none of the gauges")
            if not 0 <= mm < np.inf:
                raise ValueError(f"{code}: {mm} mm is no amount of rain")
            values[self._order[code]] = mm
        there = ~np.isnan(values)
        weights = self._of(there)
        mm = np.maximum(weights.share @ values[there], 0.0)
        return RainField(
            codes=self._codes,
            mm=mm,
            error_mm=standard_error(mm, weights.missed),
            ended_at=ended_at,
            source=f"{int(there.sum())} gauges",
        )

    def _of(self, there: NDArray[np.bool_]) -> Weights:
        key = there.tobytes()
        if key not in self._weights:
            if len(self._weights) >= max(1, min(_KEPT, _MOST // (len(self.gauges) * len(self._codes)))):
                self._weights.clear()
            self._weights[key] = kriging(self._stands[there], self._places, self._correlation)
        return self._weights[key]


def standard_error(mm: Values, missed: Values) -> Values:
    """The standard error of hourly rain in mm: for an estimate and the share that the gauges leave open."""
    still, linear, square = _VARIANCE
    found: Values = np.sqrt(missed * (still + linear * mm + square * mm**2))
    return found


def _metres(lonlat: Sequence[tuple[float, float]]) -> Values:
    places: Values = shapely.get_coordinates(to_metres(shapely.points(np.array(lonlat))))
    return places
