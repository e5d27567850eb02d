"""Road stations over plow sections: where the road is slippery, and where it will be within three hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from feeds.japan import JAPAN, clock
from geo.finding import Finding, placed, tenths
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.road.watch import Watch, WatchConfig, watch
from geo.station import Station

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
    window: timedelta
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: WatchConfig | None = None) -> None:
        self.config = config or WatchConfig()
        self.window = self.config.memory

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every section whose road is icy, or is expected to be."""
        hazards = []
        for code, station in sorted(ground.stations.items()):
            if not _watches_a_road(station):
                continue
            series = {name: inputs.series.get((code, name), ()) for name in station.quantities & self.quantities}
            state = watch(series, inputs.now, self.config)
            if state is not None and (finding := self._finding(state, station)):
                hazards += placed(finding, f"{self.name}@{self.version}", station, inputs, ground)
        return hazards

    def _finding(self, state: Watch, station: Station) -> Finding | None:
        if state.held:
            text = f"{station.name} 路面 {_surface(state)}（{clock(state.newest.at)}）、{_WORDS[state.held]}"
            text += "が残るおそれ" if state.condition != state.held else ""
        elif state.ahead:
            word = _WORDS[state.ahead.condition]
            text = f"{station.name} {clock(state.ahead.at)}ごろ{word}の見込み（今 {_surface(state)}）"
        else:
            return None
        observed = bool(state.held)
        chance = state.probability if observed or not state.ahead else state.ahead.probability
        return Finding(
            kind="road_ice",
            level=(3 if state.held == "icing_rain" else 2) if observed else 1,
            observed=observed,
            since=state.since if observed else state.newest.at,
            until=state.newest.at + self.config.stale,
            headline=text,
            probability=tenths(chance),
            late=state.newest.late,
            evidence=_evidence(state, text),
            facts=_facts(state),
        )


def _watches_a_road(station: Station) -> bool:
    """A road's own thermometer, or at least the air's with something that tells of moisture."""
    told = station.quantities
    return "road_temperature" in told or ("air_temperature" in told and bool(told & (_MOISTURE - {"humidity"})))


def _evidence(state: Watch, text: str) -> tuple[Evidence, ...]:
    if not state.held and state.ahead:
        text += f"。路面は {state.ahead.surface_c:.1f}℃ の見込み"
    if state.guessed:
        text += "。路面温度は測っておらず、気温からの推定"
    if state.deicer_g_m2 >= 1:
        text += f"。凍結防止剤 {state.deicer_g_m2:.0f} g/m2 が残り、{state.freezing_c:.1f}℃ まで凍らない見込み"
    others = tuple(Evidence(ref=one.ref, text="判定に使った値") for one in state.used if one.ref != state.newest.ref)
    return (Evidence(ref=state.newest.ref, text=text), *others)


def _facts(state: Watch) -> dict[str, str | float | int | bool]:
    facts: dict[str, str | float | int | bool] = {
        "condition": state.held or (state.ahead.condition if state.ahead else state.condition),
        "surface_c": round(state.surface_c, 1),
        "freezing_c": round(state.freezing_c, 1),
        "margin_c": round(state.surface_c - state.freezing_c, 1),
        "guessed": state.guessed,
        "measured_at": _iso(state.newest.at),
    }
    if not state.held and state.ahead:
        facts["icy_at"] = _iso(state.ahead.at)
    return facts


def _surface(state: Watch) -> str:
    return f"{'約' if state.guessed else ''}{state.surface_c:.1f}℃"


def _iso(at: datetime) -> str:
    return at.astimezone(JAPAN).isoformat("T", "minutes")
