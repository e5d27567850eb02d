"""Road stations over plow sections: where the road is slippery, and where it will be within three hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.road_watch import Ahead, Watch, WatchConfig, watch
from geo.sections import sections_of
from geo.station import Station

_JAPAN = ZoneInfo("Asia/Tokyo")
_WORDS = {
    "icing_rain": "着氷性の雨",
    "black_ice": "ブラックアイス",
    "frost": "霜による凍結",
    "ice_or_snow": "凍結または積雪",
    "mixture": "シャーベット状の雪氷",
}
_MOISTURE = frozenset({"water_film", "snow_film", "rain_10min", "rain_1h", "dew_point", "humidity"})


class RoadIce:
    """One hazard per plow section and road station, observed or foreseen. Level 3 for icing rain, 2 for other ice now,
    1 for what is foreseen; none of them is a 警戒レベル."""

    name = "road_ice"
    version = "1"
    quantities = _MOISTURE | {"road_temperature", "air_temperature", "deicer"}
    window = timedelta(hours=6)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: WatchConfig | None = None) -> None:
        self.config = config or WatchConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every section whose road is icy, or is expected to be."""
        hazards = []
        for code, station in sorted(ground.stations.items()):
            if not _watches_a_road(station):
                continue
            series = {name: inputs.series.get((code, name), ()) for name in station.quantities & self.quantities}
            state = watch(series, inputs.now, self.config)
            if state is None or not (state.held or state.ahead):
                continue
            for area in sections_of(station, ground):
                if state.held:
                    hazards.append(self._observed(state, station, area, inputs))
                elif state.ahead:
                    hazards.append(self._foreseen(state, state.ahead, station, area, inputs))
        return hazards

    def _observed(self, state: Watch, station: Station, area: Area, inputs: Inputs) -> Hazard:
        text = f"{station.name} 路面 {_surface(state)}（{_clock(state.newest.at)}）、{_WORDS[state.held]}"
        if state.condition != state.held:
            text += "が残るおそれ"
        return Hazard(
            kind="road_ice",
            area=area.code,
            area_name=area.name,
            level=3 if state.held == "icing_rain" else 2,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=state.since,
            valid_until=state.newest.at + self.config.stale,
            headline=text,
            probability=_tenths(state.probability),
            late=state.newest.late,
            source=station.code,
            evidence=_evidence(state, text),
            facts={**_facts(state, station), "condition": state.held},
        )

    def _foreseen(self, state: Watch, ahead: Ahead, station: Station, area: Area, inputs: Inputs) -> Hazard:
        when = _clock(ahead.at)
        text = f"{station.name} {when}ごろ{_WORDS[ahead.condition]}の見込み（今 {_surface(state)}）"
        return Hazard(
            kind="road_ice",
            area=area.code,
            area_name=area.name,
            level=1,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=False,
            since=state.newest.at,
            valid_until=state.newest.at + self.config.stale,
            headline=text,
            probability=_tenths(ahead.probability),
            late=state.newest.late,
            source=f"{station.code}:foreseen",
            evidence=_evidence(state, f"{text}。路面は {ahead.surface_c:.1f}℃ の見込み"),
            facts={**_facts(state, station), "condition": ahead.condition, "icy_at": _iso(ahead.at)},
        )


def _watches_a_road(station: Station) -> bool:
    """A road's own thermometer, or at least the air's with something that tells of moisture."""
    told = station.quantities
    return "road_temperature" in told or ("air_temperature" in told and bool(told & (_MOISTURE - {"humidity"})))


def _evidence(state: Watch, text: str) -> tuple[Evidence, ...]:
    if state.guessed:
        text += "。路面温度は測っておらず、気温からの推定"
    if state.deicer_g_m2 >= 1:
        text += f"。凍結防止剤 {state.deicer_g_m2:.0f} g/m2 が残り、{state.freezing_c:.1f}℃ まで凍らない見込み"
    others = tuple(Evidence(ref=one.ref, text="判定に使った値") for one in state.used if one.ref != state.newest.ref)
    return (Evidence(ref=state.newest.ref, text=text), *others)


def _facts(state: Watch, station: Station) -> dict[str, str | float | int | bool]:
    return {
        "gauge": station.name,
        "gauge_en": station.name_en or station.name,
        "surface_c": round(state.surface_c, 1),
        "freezing_c": round(state.freezing_c, 1),
        "margin_c": round(state.surface_c - state.freezing_c, 1),
        "guessed": state.guessed,
        "measured_at": _iso(state.newest.at),
    }


def _surface(state: Watch) -> str:
    return f"{'約' if state.guessed else ''}{state.surface_c:.1f}℃"


def _tenths(probability: float) -> float:
    return min(0.9, max(0.1, round(probability, 1)))


def _iso(at: datetime) -> str:
    return at.astimezone(_JAPAN).isoformat("T", "minutes")


def _clock(at: datetime) -> str:
    return f"{at.astimezone(_JAPAN):%H:%M}"
