"""Snow gauges over plow sections: where enough has fallen, or lies, for the plows to go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from feeds.japan import JAPAN
from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.sections import sections_of
from geo.series.believed import plausible
from geo.snow.snowfall import HIGHEST_CM, LOWEST_CM, NewSnow, clock_hour, hourly, new_snow, without_jumps
from geo.station import Station

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowConfig:
    """What a city may set. Centimetres, and times. Ten is Morioka's and most cities' figure for sending the plows."""

    new_snow_cm: float = 10.0
    depth_cm: float = 10.0
    over: timedelta = timedelta(hours=12)  # new snow is counted over this long
    dead_band_cm: float = 1.0  # smaller hourly differences are the gauge's noise
    jump_cm: float = 20.0  # more in one hour is not snowfall: a vehicle, a person, or the gauge was moved
    highest_cm: float = HIGHEST_CM
    lying: float = 0.5  # new snow counts as long as this share of it still lies
    stale: timedelta = timedelta(hours=2)  # an older value is not believed any more


@dataclass(frozen=True, slots=True)
class _State:
    """One gauge at one time."""

    newest: Sample
    depth_cm: float
    new: NewSnow  # over the city's period, or since the last pass where that is later
    day: NewSnow  # over 24 hours
    passed_at: datetime | None = None


class Snow:
    """One hazard per plow section and gauge. Wants ``snow_depth`` in centimetres."""

    name = "snow"
    version = "2"
    quantities = frozenset({"snow_depth"})
    window = timedelta(hours=25)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: SnowConfig | None = None) -> None:
        self.config = config or SnowConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every section whose gauge shows new snow or depth at or above the city's figures."""
        hazards = []
        for code, station in sorted(ground.stations.items()):
            samples = inputs.series.get((code, "snow_depth"), ())
            for area in sections_of(station, ground) if samples else ():
                state = self._state(samples, inputs.now, inputs.passes.get(area.code))
                if state and self._calls(state):
                    hazards.append(self._hazard(state, station, area, inputs))
        return hazards

    def _calls(self, state: _State) -> bool:
        fresh = state.new.cm >= self.config.new_snow_cm and state.depth_cm >= state.new.cm * self.config.lying
        return fresh or state.depth_cm >= self.config.depth_cm

    def _state(self, samples: Sequence[Sample], now: datetime, passed_at: datetime | None) -> _State | None:
        usable = plausible(samples, now, LOWEST_CM, self.config.highest_cm)
        if not usable or now - usable[-1].at > self.config.stale:
            return None
        newest = usable[-1].at
        hours = without_jumps(hourly(usable, newest), self.config.jump_cm)
        depth = next((value for value in reversed(hours) if value is not None), None)
        if depth is None:
            return None
        counted = ceil(self.config.over / _HOUR)
        recent = passed_at if passed_at is not None and newest - self.config.over < passed_at <= now else None
        if recent is not None:
            counted = clock_hour(newest) - clock_hour(min(recent, newest))
        new, day = (
            new_snow(some, self.config.dead_band_cm, self.config.jump_cm) for some in (hours[-counted - 1 :], hours)
        )
        return _State(usable[-1], depth, new, day, recent)

    def _hazard(self, state: _State, station: Station, area: Area, inputs: Inputs) -> Hazard:
        config = self.config
        hours = round(config.over / _HOUR)
        at = state.newest.at.astimezone(JAPAN)
        over = f"除雪（{state.passed_at.astimezone(JAPAN):%H:%M}）後" if state.passed_at else f"{hours}時間"
        fallen = f"{over}の新雪 {state.new.cm:.0f} cm{'以上' if state.new.at_least else ''}"
        text = f"{station.name} 積雪 {state.depth_cm:.0f} cm、{fallen}（{at:%H:%M}）"
        limits = f"基準：新雪 {config.new_snow_cm:g} cm または積雪 {config.depth_cm:g} cm"
        return Hazard(
            kind="snow_depth",
            area=area.code,
            area_name=area.name,
            level=2,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=state.newest.at,
            valid_until=state.newest.at + config.stale,
            headline=text,
            late=state.newest.late,
            source=station.code,
            evidence=(Evidence(ref=state.newest.ref, text=f"{text}。{limits}"),),
            facts={
                "gauge": station.name,
                "gauge_en": station.name_en or station.name,
                "depth_cm": round(state.depth_cm, 1),
                "new_snow_cm": round(state.new.cm, 1),
                "hours": hours,
                "at_least": state.new.at_least,
                "new_24h_cm": round(state.day.cm, 1),
                **(
                    {"passed_at": state.passed_at.astimezone(JAPAN).isoformat("T", "minutes")}
                    if state.passed_at
                    else {}
                ),
                "measured_at": _iso(at),
            },
        )


def _iso(at: datetime) -> str:
    return at.astimezone(JAPAN).isoformat("T", "minutes")
