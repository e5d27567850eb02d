"""Snow gauges over plow sections: where enough has fallen, or lies, for the plows to go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.japan import JAPAN, clock
from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.sections import sections_of
from geo.snow.gauge import Counting, GaugeState, gauge_state
from geo.station import Station

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowConfig(Counting):
    """What a city may set. Ten is Morioka's and most cities' figure for sending the plows."""

    new_snow_cm: float = 10.0
    depth_cm: float = 10.0


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
                state = gauge_state(samples, inputs.now, inputs.passes.get(area.code), self.config)
                if state and self._calls(state):
                    hazards.append(self._hazard(state, station, area, inputs))
        return hazards

    def _calls(self, state: GaugeState) -> bool:
        fresh = state.new.cm >= self.config.new_snow_cm and state.lies(self.config.lying)
        return fresh or state.depth_cm >= self.config.depth_cm

    def _hazard(self, state: GaugeState, station: Station, area: Area, inputs: Inputs) -> Hazard:
        config = self.config
        hours = round(config.over / _HOUR)
        over = f"除雪（{clock(state.passed_at)}）後" if state.passed_at else f"{hours}時間"
        fallen = f"{over}の新雪 {state.new.cm:.0f} cm{'以上' if state.new.at_least else ''}"
        text = f"{station.name} 積雪 {state.depth_cm:.0f} cm、{fallen}（{clock(state.newest.at)}）"
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
                "measured_at": _iso(state.newest.at),
            },
        )


def _iso(at: datetime) -> str:
    return at.astimezone(JAPAN).isoformat("T", "minutes")
