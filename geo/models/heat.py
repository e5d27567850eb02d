"""Heat stress (暑さ指数, WBGT) at each weather station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from feeds.japan import clock
from geo.air.heat import ALERT, BANDS, SPECIAL_ALERT, WORST_SUN, wbgt
from geo.air.sun import clear_sky_kw_m2
from geo.finding import Finding, placed
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.sections import districts_of
from geo.series.lately import newest
from geo.station import Station

_WORDS = {1: "厳重警戒", 2: "危険", 3: "危険（熱中症警戒アラートの水準）", 4: "危険（熱中症特別警戒アラートの水準）"}
_BEGINS = (BANDS[1], BANDS[2], ALERT, SPECIAL_ALERT)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatConfig:
    """What a city may set."""

    calm_m_s: float = 0.5  # where nobody measures the wind
    stale: timedelta = timedelta(minutes=90)


class Heat:
    """One hazard per district and station from WBGT 28 on; levels 1 to 4 by the bands, no 警戒レベル and no
    alert of the ministry's, which is forecast for a whole prefecture."""

    name = "heat"
    version = "1"
    quantities = frozenset({"air_temperature", "humidity", "solar_radiation", "wind_speed"})
    window = timedelta(hours=2)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: HeatConfig | None = None) -> None:
        self.config = config or HeatConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every area whose station measures temperature and humidity, where it is hot."""
        hazards = []
        for code, station in sorted(ground.stations.items()):
            known = {
                name: newest(inputs.series.get((code, name), ()), inputs.now, self.config.stale)
                for name in self.quantities
            }
            air, humidity = known["air_temperature"], known["humidity"]
            if air is None or humidity is None:
                continue
            finding = self._finding(air, humidity, known["solar_radiation"], known["wind_speed"], station)
            if finding:
                hazards += placed(finding, f"{self.name}@{self.version}", station, inputs, ground, districts_of)
        return hazards

    def _finding(
        self, air: Sample, humidity: Sample, sun: Sample | None, wind: Sample | None, station: Station
    ) -> Finding | None:
        radiation = sun.value / 1000 if sun else min(WORST_SUN, clear_sky_kw_m2(air.at, station.lon, station.lat))
        moving = wind.value if wind else self.config.calm_m_s
        index = float(wbgt(*(np.array(one) for one in (air.value, humidity.value, radiation, moving))))
        level = sum(index >= begins for begins in _BEGINS)
        if not level:
            return None
        measured = f"気温 {air.value:.1f}℃、湿度 {humidity.value:.0f}％、{clock(air.at)}"
        text = f"{station.name} 暑さ指数 約 {index:.0f}（{measured}）"
        assumed = [word for word, known in (("日射は快晴", sun), ("風はほぼ無風", wind)) if known is None]
        how = f"{text}。推定式による値" + (f"（{'、'.join(assumed)}と仮定した上限）" if assumed else "")
        others = tuple(Evidence(ref=one.ref, text="計算に使った値") for one in (humidity, sun, wind) if one)
        return Finding(
            kind="heat",
            level=level,
            observed=True,
            since=air.at,
            until=air.at + self.config.stale,
            headline=f"{text}：{_WORDS[level]}",
            evidence=(Evidence(ref=air.ref, text=how), *others),
            facts={"wbgt_c": round(index, 1), "air_c": round(air.value, 1), "at_most": bool(assumed)},
            late=air.late,
        )
