"""Landslides: soil water and rain of 60 minutes at the city's gauges against the agency's critical lines.

Beside the official warnings, never instead of them: it knows the gauges' rain and no radar, and of a hundred such
warnings about five were followed by a landslide. It says that danger is high, never that a slope will fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.crs import to_metres
from geo.hazard import Evidence, Hazard
from geo.layers.layer import Layer
from geo.mesh import cell_of, cells_over
from geo.model import Ground, Inputs
from geo.official.earthquakes import lowered_now
from geo.rain.critical_lines import CriticalLines
from geo.rain.shaken_ground import Lowered
from geo.rain.soil_history import QUANTITIES, Soil, ahead, soil_now
from geo.series.lately import newest
from geo.station import Station

Indices: TypeAlias = npt.NDArray[np.intp]

_AHEAD = 3  # the level of what is ahead: 4 and 5 are for what has been reached


@dataclass(frozen=True, slots=True, kw_only=True)
class LandslideConfig:
    """What a city may set."""

    reach_m: float = 10_000.0  # a gauge speaks for no cell farther away
    leads_h: tuple[float, ...] = (1.0, 2.0, 3.0)
    lasts: timedelta = timedelta(minutes=30)
    most_missing_h: int = 24  # hours without rain data in the month, above which the index is told as a lower bound


@dataclass(frozen=True, slots=True)
class _Reached:
    """The worst of a district's cells."""

    level: int
    lead_h: float  # 0: now
    gauge: int
    row: int  # of the table
    cells: int  # of that level


@dataclass(frozen=True, slots=True)
class _Seen:
    """What all districts share."""

    soil: Soil
    gauges: Sequence[Station]
    inputs: Inputs
    ground: Ground
    lowered: Lowered | None  # the lines, after a strong earthquake


class Landslide:
    """One hazard per district whose cells reach a line now, or within three hours if it rains on as in the last.

    Levels are the agency's (5 and 4 by their lines, 3 where the line of 4 is ahead, 2), but of our own reckoning: so
    ``alert_level`` is false, and no evacuation is drafted from them.
    """

    name = "landslide"
    version = "2"
    quantities = QUANTITIES
    window = timedelta(hours=25)
    telegrams = True  # of earthquakes
    reports = frozenset[str]()

    def __init__(self, config: LandslideConfig | None = None) -> None:
        self.config = config or LandslideConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Nothing without the agency's tables: there is no line to be guessed."""
        gauges = [one for _, one in sorted(ground.stations.items()) if one.quantities & QUANTITIES]
        if ground.critical_lines is None or not gauges:
            return []
        recent, month = (
            [{name: source.get((one.code, name), ()) for name in QUANTITIES} for one in gauges]
            for source in (inputs.series, inputs.season)
        )
        soil, lines = soil_now(recent, month, inputs.now), ground.critical_lines
        places = tuple((one.lon, one.lat) for one in gauges)
        lowered = lowered_now(inputs, ground)
        nearest = _nearest(lines, places, self.config.reach_m)
        tested = self._tested(soil, lines, nearest, lowered.factor if lowered else 1.0)
        seen = _Seen(soil, gauges, inputs, ground, lowered)
        hazards = []
        for area in ground.areas.of_kind("district"):
            rows = _rows(lines, area)
            now, later = _worst(tested[:2], rows), _worst(tested[2:], rows)
            if now:
                hazards.append(self._hazard(area, now, lines, seen))
            if later and min(later.level, _AHEAD) > (now.level if now else 0):
                hazards.append(self._hazard(area, later, lines, seen))
        return hazards

    def _tested(
        self, soil: Soil, lines: CriticalLines, nearest: Indices, factor: float
    ) -> list[tuple[float, Indices, Indices]]:
        """Lead, level of each cell, and the gauge that speaks for it. What was reached at the last full hour still
        counts now: a level that comes and goes within the hour would be no help."""
        times = [(0.0, soil.index_mm, soil.rain_60_mm), (0.0, soil.before_mm, soil.rain_60_before_mm)]
        times += [(lead, ahead(soil, lead).index, soil.rain_60_mm) for lead in self.config.leads_h]
        rows, gauge = np.arange(len(lines.codes)), np.maximum(nearest, 0)
        return [
            (lead, np.where(nearest >= 0, lines.levels(rows, index[gauge] / factor, rain[gauge]), 0), gauge)
            for lead, index, rain in times
        ]

    def _hazard(self, area: Area, reached: _Reached, lines: CriticalLines, seen: _Seen) -> Hazard:
        now, gauge, soil = reached.lead_h == 0, seen.gauges[reached.gauge], seen.soil
        index, rain = float(soil.index_mm[reached.gauge]), float(soil.rain_60_mm[reached.gauge])
        lines_at = f"、地震のため基準{100 * seen.lowered.factor:.0f}％" if seen.lowered else ""
        text = f"{gauge.name} 土壌雨量指数 {index:.0f} mm、60分雨量 {rain:.0f} mm{lines_at}"
        told = _told(reached)
        missing = int(soil.missing[reached.gauge])
        low = missing > self.config.most_missing_h
        where = f"1kmメッシュ {lines.codes[reached.row]} など {reached.cells} 格子"
        how = f"{text}。{told}（{where}）。計器の雨による参考値"
        how += "" if now else "、この1時間の雨が続く場合"
        how += f"。この1か月に {missing} 時間の欠測があり、実際はもっと湿っているおそれ" if low else ""
        zones = _zones(seen.ground, area)
        return Hazard(
            kind="landslide",
            area=area.code,
            area_name=area.name,
            level=reached.level if now else min(reached.level, _AHEAD),
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=seen.inputs.status,
            observed=now,
            since=seen.inputs.now,
            valid_until=seen.inputs.now + self.config.lasts,
            headline=f"土砂災害の危険が高まっている：{told}（{text}）",
            source="" if now else "foreseen",
            evidence=(
                *_refs(gauge, seen.inputs, how),
                *([Evidence(ref=seen.lowered.ref, text=seen.lowered.why)] if seen.lowered else []),
                Evidence(ref="layer:landslide", text=zones),
            ),
            facts={
                "gauge": gauge.name,
                "soil_water_mm": round(index, 1),
                "rain_60_mm": round(rain, 1),
                "line": reached.level,
                "lead_h": reached.lead_h,
                "cells": reached.cells,
                "at_least": low,
                "rain_factor": seen.lowered.factor if seen.lowered else 1.0,
            },
        )


def _worst(tested: Sequence[tuple[float, Indices, Indices]], rows: Indices) -> _Reached | None:
    """The highest level among some cells, with the first lead that reaches it."""
    best: _Reached | None = None
    for lead, levels, gauge in tested:
        here = levels[rows]
        level = int(here.max(initial=0))
        if level > (best.level if best else 0):
            row = int(rows[int(here.argmax())])
            best = _Reached(level, lead, int(gauge[row]), row, int((here == level).sum()))
    return best


def _told(reached: _Reached) -> str:
    line = f"レベル{reached.level}の基準線"
    return f"{reached.lead_h:.0f}時間以内に{line}に達するおそれ" if reached.lead_h else f"{line}に達した"


def _refs(gauge: Station, inputs: Inputs, text: str) -> tuple[Evidence, ...]:
    """The newest reading of the gauge; without any in two hours the reason stands alone."""
    samples = (inputs.series.get((gauge.code, name), ()) for name in sorted(QUANTITIES))
    known = [one for some in samples if (one := newest(some, inputs.now, timedelta(hours=2)))]
    return (Evidence(ref=known[0].ref if known else "", text=text),)


def _zones(ground: Ground, area: Area) -> str:
    layers = ground.layers.of_kind("landslide")
    if not layers:
        return "土砂災害警戒区域の図がない（安全という意味ではない）"
    count = sum(_inside(layer, area.geometry) for layer in layers)
    return f"地区内の土砂災害警戒区域 {count} か所"


@lru_cache(maxsize=4096)
def _inside(layer: Layer, geometry: BaseGeometry) -> int:
    return len(layer.touching(geometry))


@lru_cache(maxsize=1024)
def _rows(lines: CriticalLines, area: Area) -> Indices:
    """Places in the table of the 1 km cells over an area. Kept: neither changes until the profile is loaded anew."""
    codes = np.array([int(cell.code) for cell in cells_over(area.geometry, 3)], dtype=np.int64)
    places = np.searchsorted(lines.codes, codes)
    known = (places < len(lines.codes)) & (lines.codes[np.minimum(places, len(lines.codes) - 1)] == codes)
    found: Indices = places[known]
    return found


@lru_cache(maxsize=8)
def _nearest(lines: CriticalLines, gauges: tuple[tuple[float, float], ...], reach_m: float) -> Indices:
    """The gauge nearest to each cell of the table, −1 where none stands within reach; gauges in degrees."""
    centres, stands = (
        shapely.get_coordinates(to_metres(shapely.points(np.array(lonlat))))
        for lonlat in ([cell_of(int(code)).centre for code in lines.codes], gauges)
    )
    apart = np.linalg.norm(centres[:, None, :] - stands[None, :, :], axis=2)
    found: Indices = np.where(apart.min(axis=1) <= reach_m, apart.argmin(axis=1), -1)
    return found
