"""Avalanches by the patterns that forecasters use: much new snow on old, or a deep pack in a thaw or rain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from geo.finding import Finding, placed
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.rain.fallen import QUANTITIES as RAIN
from geo.rain.fallen import rain_24h
from geo.series.lately import newest
from geo.series.season import Values, last_hours
from geo.snow.snowfall import depth_now, hourly, new_snow, without_jumps

_NO_AIR = np.full(24, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class AvalancheConfig:
    """What a city must set from the current table of its observatory (なだれ注意報基準); these are common patterns."""

    new_24h_cm: float = 30.0
    old_cm: float = 10.0  # under the new snow
    deep_cm: float = 50.0
    mean_c: float = 5.0
    high_c: float = 8.0
    rain_mm: float = 20.0
    stale: timedelta = timedelta(hours=3)


class Avalanche:
    """One hazard of level 2 per plow section, gauge and pattern (表層 surface, 全層 full depth); no 警戒レベル."""

    name = "avalanche"
    version = "1"
    quantities = RAIN | {"snow_depth", "air_temperature"}
    window = timedelta(hours=25)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: AvalancheConfig | None = None) -> None:
        self.config = config or AvalancheConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every section whose gauge shows one of the patterns."""
        hazards = []
        for code, station in sorted(ground.stations.items()):
            series = {name: inputs.series.get((code, name), ()) for name in self.quantities}
            depth = depth_now(series["snow_depth"], inputs.now, self.config.stale)
            if depth is None or depth.value < min(self.config.new_24h_cm, self.config.deep_cm):
                continue
            air = last_hours(inputs.season.get((code, "air_temperature"), ()), inputs.now, 24)
            pattern = self._surface(depth, series["snow_depth"]) or self._full(depth, air, series, inputs)
            if pattern:
                finding = self._finding(depth, *pattern)
                hazards += placed(finding, f"{self.name}@{self.version}", station, inputs, ground)
        return hazards

    def _surface(self, depth: Sample, samples: Sequence[Sample]) -> tuple[str, str] | None:
        hours = without_jumps(hourly([s for s in samples if s.at <= depth.at], depth.at), 20.0)
        fallen = new_snow(hours, 1.0, 20.0).cm
        if fallen < self.config.new_24h_cm or depth.value - fallen < self.config.old_cm:
            return None
        return "表層なだれ", f"24時間の新雪 {fallen:.0f} cm（下に {depth.value - fallen:.0f} cm）"

    def _full(
        self, depth: Sample, air: Values, series: Mapping[str, Sequence[Sample]], inputs: Inputs
    ) -> tuple[str, str] | None:
        """A deep pack and warmth or rain. Rain counts only where it is not snow: above freezing."""
        if depth.value < self.config.deep_cm:
            return None
        rain, _ = rain_24h({name: series[name] for name in RAIN}, inputs.now)
        now = newest(series["air_temperature"], inputs.now, self.config.stale)
        known = air if np.isfinite(air).sum() >= 12 else _NO_AIR
        if np.isfinite(known).any():
            if np.nanmean(known) >= self.config.mean_c:
                return "全層なだれ", f"24時間の平均気温 {np.nanmean(known):.1f}℃"
            if np.nanmax(known) >= self.config.high_c:
                return "全層なだれ", f"24時間の最高気温 {np.nanmax(known):.1f}℃"
        if now is not None and now.value > 1 and rain >= self.config.rain_mm:
            return "全層なだれ", f"24時間の雨 {rain:.0f} mm、気温 {now.value:.1f}℃"
        return None

    def _finding(self, depth: Sample, kind: str, why: str) -> Finding:
        text = f"{kind}に注意：積雪 {depth.value:.0f} cm、{why}"
        return Finding(
            kind="avalanche",
            level=2,
            observed=True,
            since=depth.at,
            until=depth.at + self.config.stale,
            headline=text,
            evidence=(Evidence(ref=depth.ref, text=f"{text}。山の斜面の雪は計器の場所より深いことがある"),),
            facts={"pattern": kind, "depth_cm": round(depth.value, 1), "why": why},
            late=depth.late,
        )
