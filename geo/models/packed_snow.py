"""Packed snow on residential roads, and the thaw or rain that will turn it into slush (ザクザク) within 36 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from geo.air.temperature_outlook import chance_of_reaching, outlook
from geo.finding import Finding, placed, tenths
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.rain.fallen import QUANTITIES as RAIN
from geo.rain.fallen import rain_24h
from geo.series.lately import newest
from geo.series.season import daily_means, last_hours
from geo.snow.pack import pack_now
from geo.snow.packed import thickness_cm
from geo.snow.snowfall import depth_now

_HOW = "除雪の入らない生活道路の推定で、わだちの通報があればそれを優先"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedConfig:
    """What a city may set. Hakodate levels ahead of a thaw from 20 cm (class 3) and 25 cm (residential roads)."""

    thick_cm: float = 15.0
    thaw_c: float = 3.0
    rain_mm: float = 5.0
    ahead: int = 36  # hours
    likely: float = 0.4  # from this chance of the thaw on it is told
    stale: timedelta = timedelta(hours=3)


class PackedSnow:
    """One hazard per plow section and gauge: level 2 once it thaws or rains on thick packed snow, 1 before."""

    name = "packed_snow"
    version = "1"
    quantities = RAIN | {"snow_depth", "air_temperature"}
    window = timedelta(hours=25)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: PackedConfig | None = None) -> None:
        self.config = config or PackedConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every section whose roads are thickly packed before a thaw."""
        hazards = []
        for code, station in sorted(ground.stations.items()):
            depth = depth_now(inputs.series.get((code, "snow_depth"), ()), inputs.now, self.config.stale)
            air = newest(inputs.series.get((code, "air_temperature"), ()), inputs.now, self.config.stale)
            if depth is None or air is None or not depth.value:
                continue
            thick = self._thickness(code, depth, inputs)
            finding = self._finding(code, thick, depth, air, inputs) if thick > self.config.thick_cm else None
            if finding:
                hazards += placed(finding, f"{self.name}@{self.version}", station, inputs, ground)
        return hazards

    def _thickness(self, code: str, depth: Sample, inputs: Inputs) -> float:
        """0 where the winter was not followed from its beginning: nothing can be said then."""
        pack = pack_now(inputs.season.get((code, "snow_depth"), ()), depth, inputs.now)
        days = len(pack.gained_mm)
        means = daily_means(inputs.season.get((code, "air_temperature"), ()), inputs.now, max(0, days - 1))
        return thickness_cm(zip(pack.gained_mm, (*means.tolist(), float("nan")), strict=False))

    def _finding(self, code: str, thick: float, depth: Sample, air: Sample, inputs: Inputs) -> Finding | None:
        rain, refs = rain_24h({name: inputs.series.get((code, name), ()) for name in RAIN}, inputs.now)
        raining = rain >= self.config.rain_mm and air.value > 1
        thawing = air.value >= self.config.thaw_c or raining
        past = last_hours(inputs.season.get((code, "air_temperature"), ()), inputs.now, 25)
        ahead = outlook(past, self.config.ahead)
        chance = chance_of_reaching(ahead, self.config.thaw_c)
        if not thawing and not chance >= self.config.likely:  # an unknown chance is none
            return None
        why = f"雨 {rain:.0f} mm" if raining else f"気温 {air.value:.1f}℃"
        if not thawing:
            why = f"36時間以内に {np.nanmax(ahead):.0f}℃ 前後まで上がる見込み"
        text = f"圧雪 約 {thick:.0f} cm、{why}：ザクザクに注意"
        return Finding(
            kind="packed_snow",
            level=2 if thawing else 1,
            observed=thawing,
            since=air.at,
            until=air.at + self.config.stale,
            headline=text,
            probability=None if thawing else tenths(chance),
            evidence=(
                Evidence(ref=depth.ref, text=f"{text}。路面整正を検討。{_HOW}"),
                Evidence(ref=air.ref, text=f"気温 {air.value:.1f}℃。先の気温は前日の経過からの推定"),
                *(Evidence(ref=one, text=f"24時間の雨 {rain:.0f} mm") for one in refs),
            ),
            facts={"packed_cm": round(thick), "air_c": round(air.value, 1), "rain_24h_mm": round(rain, 1)},
            late=air.late or depth.late,
        )
