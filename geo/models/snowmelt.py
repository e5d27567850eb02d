"""Melt water and rain on snow: what reaches the ground within a day, beside the rain that a city takes as dangerous."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geo.air.temperature_outlook import outlook
from geo.finding import Finding, placed
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.rain.fallen import QUANTITIES as RAIN
from geo.rain.fallen import rain_24h
from geo.series.lately import newest
from geo.series.season import last_hours
from geo.snow.melt import degree_day, rain_on_snow, to_the_ground
from geo.snow.pack import pack_now
from geo.snow.snowfall import depth_now

Values: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeltConfig:
    """What a city must set: the water of a day that its rivers and slopes bear, as its rain criteria say."""

    water_mm: float = 50.0
    deep_cm: float = 10.0
    stale: timedelta = timedelta(hours=3)


class Snowmelt:
    """One hazard per plow section and gauge: level 2 for the last 24 hours, 1 for the 24 to come; no 警戒レベル."""

    name = "snowmelt"
    version = "1"
    quantities = RAIN | {"snow_depth", "air_temperature", "wind_speed"}
    window = timedelta(hours=25)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: MeltConfig | None = None) -> None:
        self.config = config or MeltConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every section where melt and rain together reach the city's figure."""
        hazards = []
        for code, station in sorted(ground.stations.items()):
            depth = depth_now(inputs.series.get((code, "snow_depth"), ()), inputs.now, self.config.stale)
            if depth is None:
                continue
            hours = last_hours(inputs.season.get((code, "air_temperature"), ()), inputs.now, 25)
            if np.isfinite(hours).sum() < 12:
                continue
            if finding := self._finding(code, depth, hours, inputs):
                hazards += placed(finding, f"{self.name}@{self.version}", station, inputs, ground)
        return hazards

    def _finding(self, code: str, depth: Sample, hours: Values, inputs: Inputs) -> Finding | None:
        pack = pack_now(inputs.season.get((code, "snow_depth"), ()), depth, inputs.now)
        series = {name: inputs.series.get((code, name), ()) for name in self.quantities}
        rain, refs = rain_24h(series, inputs.now)
        melt = self._melt(hours[1:], rain, newest(series["wind_speed"], inputs.now, self.config.stale))
        fell = rain if np.nanmean(hours[1:]) > 0 else 0.0  # in the cold it fell as snow, and lies
        water = to_the_ground(melt, fell, max(pack.before_mm, pack.swe_mm))
        to_come = min(float(np.nansum(degree_day(outlook(hours, 24), 1 / 24))), pack.swe_mm)
        observed = water >= self.config.water_mm
        enough = pack.swe_mm > 0 and depth.value >= self.config.deep_cm
        if not observed and not (enough and to_come >= self.config.water_mm):
            return None
        text = f"融雪と雨で24時間に約 {water:.0f} mm（融雪 {min(melt, pack.before_mm):.0f}、雨 {fell:.0f}）"
        if not observed:
            text = f"今後24時間の融雪 約 {to_come:.0f} mm の見込み"
        return Finding(
            kind="snowmelt",
            level=2 if observed else 1,
            observed=observed,
            since=depth.at,
            until=depth.at + self.config.stale,
            headline=f"{text}：川の増水と斜面に注意",
            evidence=(
                Evidence(ref=depth.ref, text=f"{text}。積雪 {depth.value:.0f} cm（水にして {pack.swe_mm:.0f} mm）"),
                *(Evidence(ref=one, text=f"24時間の雨 {rain:.0f} mm") for one in refs),
            ),
            facts={
                "water_24h_mm": round(water),
                "melt_24h_mm": round(min(melt, pack.before_mm)),
                "rain_24h_mm": round(rain),
                "ahead_mm": round(to_come),
                "swe_mm": round(pack.swe_mm),
            },
            late=depth.late,
        )

    def _melt(self, hours: Values, rain: float, wind: Sample | None) -> float:
        """By degree-days, and by wind and rain where both are known: the larger, mm in 24 hours."""
        plain = float(np.nanmean(degree_day(hours)))
        if wind is None or rain <= 0:
            return plain
        mean, speed = np.array(np.nanmean(hours)), np.array(3.6 * wind.value)
        return max(plain, float(rain_on_snow(mean, speed, np.array(rain))))
