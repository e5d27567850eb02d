"""Snow sliding off roofs: the hours in which it may, after a week of snow, as the air warms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from feeds.japan import clock
from geo.air.temperature_outlook import chance_of_reaching, outlook
from geo.finding import Finding, placed, tenths
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.series.lately import newest
from geo.series.season import Values, last_hours
from geo.snow.snowfall import depth_now, new_snow

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlideConfig:
    """What a city may set. Slides begin at −2 °C, and people are hurt on days of −3 °C and more (NIED, Yamagata)."""

    begins_c: float = -2.0
    day_c: float = -3.0
    week_snow_cm: float = 40.0
    lying_cm: float = 10.0
    ahead: int = 24  # hours
    cold_spell: int = 48  # hours without a slide's warmth: the first thaw after them brings down most
    stale: timedelta = timedelta(hours=2)


class RoofSlide:
    """One hazard per plow section and station with a snow gauge and a thermometer, observed or foreseen."""

    name = "roof_slide"
    version = "1"
    quantities = frozenset({"snow_depth", "air_temperature"})
    window = timedelta(hours=25)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: SlideConfig | None = None) -> None:
        self.config = config or SlideConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every section where enough has fallen in a week, and it is or will be warm enough."""
        hazards = []
        for code, station in sorted(ground.stations.items()):
            depth = depth_now(inputs.series.get((code, "snow_depth"), ()), inputs.now, self.config.stale)
            air = newest(inputs.series.get((code, "air_temperature"), ()), inputs.now, self.config.stale)
            if depth is None or air is None or depth.value < self.config.lying_cm:
                continue
            hours = last_hours(inputs.season.get((code, "snow_depth"), ()), inputs.now, 7 * 24 + 1)
            week = new_snow([None if np.isnan(one) else float(one) for one in hours], 1.0, 20.0)
            past = last_hours(inputs.season.get((code, "air_temperature"), ()), inputs.now, self.config.cold_spell)
            finding = self._finding(depth, air, week.cm, past, inputs.now)
            if finding and week.cm >= self.config.week_snow_cm:
                hazards += placed(finding, f"{self.name}@{self.version}", station, inputs, ground)
        return hazards

    def _finding(self, depth: Sample, air: Sample, week_cm: float, past: Values, now: datetime) -> Finding | None:
        ahead = outlook(past[-25:], self.config.ahead)
        sliding = air.value >= self.config.begins_c
        if not sliding and not np.nanmax(ahead, initial=-99) >= self.config.day_c:
            return None
        before = past[:-1]
        thaw = not np.isnan(before).all() and bool(np.nanmax(before) < self.config.begins_c)
        hours = self._hours(ahead, now)
        text = f"7日間の新雪 {week_cm:.0f} cm、気温 {air.value:.1f}℃（{clock(air.at)}）"
        when = "いま" if sliding else (f"{hours[0]}～{hours[1]}ごろ" if hours else "暖まったとき")
        first = "寒さのあと初めてのゆるみ。" if thaw else ""
        return Finding(
            kind="roof_slide",
            level=(3 if thaw else 2) if sliding else (2 if thaw else 1),
            observed=sliding,
            since=air.at,
            until=air.at + self.config.stale,
            headline=f"屋根からの落雪に注意：{when}。{text}",
            probability=None if sliding else tenths(chance_of_reaching(ahead, self.config.begins_c)),
            evidence=(
                Evidence(ref=air.ref, text=f"{first}{text}。先の気温は前日の経過からの推定"),
                Evidence(ref=depth.ref, text=f"積雪 {depth.value:.0f} cm"),
            ),
            facts={
                "week_snow_cm": round(week_cm, 1),
                "air_c": round(air.value, 1),
                "first_thaw": thaw,
                **({"hours_from": hours[0], "hours_to": hours[1]} if hours else {}),
            },
            late=air.late or depth.late,
        )

    def _hours(self, ahead: Values, now: datetime) -> tuple[str, str] | None:
        """The first run of hours in which snow may slide, from and to, Japanese time."""
        warm = np.flatnonzero(ahead >= self.config.begins_c)
        if not len(warm):
            return None
        breaks = np.flatnonzero(np.diff(warm) > 1)
        last = warm[breaks[0]] if len(breaks) else warm[-1]
        start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return clock(start + int(warm[0]) * _HOUR), clock(start + (int(last) + 1) * _HOUR)
