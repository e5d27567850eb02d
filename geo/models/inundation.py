"""Where the water would stand: the published map that a gauge's level, now or within hours, stands nearest to.

No simulation of the night: a map was drawn for a design rain, and a breach is where nobody drew it. So the hazard names
the map's scenario, tells the deepest of all maps beside it, and is no 警戒レベル: that is the flood model's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from geo.flooding.districts import districts_of
from geo.flooding.extent import Extent, extent, mapped, reach_of
from geo.flooding.nearest import Nearest, nearest
from geo.flooding.telling import depth_facts, depths_told, inside_facts, inside_told, underpasses_in
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.river.gauge import LEVELS, GaugeConfig, GaugeState
from geo.river.observed import MEMORY, QUANTITIES
from geo.river.outlook import Outlook, watched
from geo.river.saying import chance_told

_LOWER = 1  # what is foreseen counts one below what has happened, as with the flood model
_CAVEAT = "設計の雨で描かれた想定で、今の雨の計算ではない。図の外も安全という意味ではない"


@dataclass(frozen=True, slots=True)
class _At:
    """The level of a gauge that a map is looked up for, now or ahead."""

    state: GaugeState
    value: float  # metres
    level: int
    hours: int  # ahead; 0 is now
    chance: float | None = None


class Inundation:
    """One hazard per district and gauge whose level calls for a map, and another where it will call for a rarer one."""

    name = "inundation"
    version = "1"
    quantities = QUANTITIES
    window = MEMORY
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: GaugeConfig | None = None, reach_m: float = 3000.0) -> None:
        self.config = config or GaugeConfig()
        self.reach_m = reach_m  # as with the flood model

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Nothing where no map is drawn of the river: the flood model tells that the map is missing."""
        hazards: list[Hazard] = []
        for state, outlook in watched(inputs, ground, self.config).values():
            drawn = mapped(ground.layers, reach_of(state.station, ground.layers, self.reach_m))
            present = _At(state, state.newest.value, state.level, 0)
            now = nearest(state.station, present.value, present.level, drawn)
            if now:
                hazards += self._hazards(present, now, inputs, ground)
            ahead = _ahead(state, outlook, self.config.horizon)
            later = nearest(state.station, ahead.value, ahead.level, drawn) if ahead else None
            if ahead and later and (now is None or later.scenario.order > now.scenario.order):
                hazards += self._hazards(ahead, later, inputs, ground)
        return hazards

    def extent_of(self, hazard: Hazard, ground: Ground) -> Extent | None:
        """The extent that a hazard of this model told of; None where gauge or map are not there any more."""
        station = ground.stations.get(hazard.source.partition(":")[0])
        if station is None:
            return None
        reach = reach_of(station, ground.layers, self.reach_m)
        drawn = (one for one in mapped(ground.layers, reach) if one.key == hazard.facts.get("scenario"))
        return next((extent(ground, hazard.area, reach, one) for one in drawn), None)

    def _hazards(self, at: _At, chosen: Nearest, inputs: Inputs, ground: Ground) -> list[Hazard]:
        station = at.state.station
        reach = reach_of(station, ground.layers, self.reach_m)
        found = []
        for area in districts_of(station, ground, self.reach_m):
            drawn = extent(ground, area.code, reach, chosen.scenario)
            if drawn:
                found.append(self._hazard(at, chosen, drawn, (area.code, area.name), inputs, ground))
        return found

    def _hazard(
        self, at: _At, chosen: Nearest, drawn: Extent, area: tuple[str, str], inputs: Inputs, ground: Ground
    ) -> Hazard:
        station, newest = at.state.station, at.state.newest
        kept = self.config.keep if at.state.stale else self.config.stale
        inside = underpasses_in(drawn.zone, ground)
        layer = f"layer:{','.join(drawn.layers)}"
        return Hazard(
            kind="inundation",
            area=area[0],
            area_name=area[1],
            level=max(1, at.level - _LOWER if at.hours else at.level),
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=False,  # a level was; where the water would go is foretold, and the public may not be told it
            since=newest.at if at.hours else at.state.since,
            valid_until=newest.at + kept,
            headline=_headline(at, chosen, drawn),
            probability=at.chance,
            late=newest.late,
            source=f"{station.code}:foreseen" if at.hours else station.code,
            evidence=(
                Evidence(ref=newest.ref, text=f"{_gauge(at)}。{_why(at, chosen)}"),
                Evidence(
                    ref=f"layer:{','.join(drawn.layers)}",
                    text=f"浸水想定 {depths_told(drawn.depths)}。{_others(drawn)}{_CAVEAT}",
                ),
                Evidence(ref=layer, text=inside_told(drawn, inside)),
            ),
            facts={
                "gauge": station.name,
                "gauge_en": station.name_en or station.name,
                "river": station.river,
                "level_m": round(newest.value, 2),
                "expected_m": round(at.value, 2),
                "lead_h": at.hours,
                "confirmed": newest.confirmed,
                "stale": at.state.stale,
                "scenario": chosen.scenario.key,
                "scenario_name": chosen.scenario.name,
                "basis": "scenario_levels" if station.scenario_levels else "thresholds",
                "at_least": chosen.at_least,
                "own_river": drawn.own,
                "depth_rank": drawn.depth.rank,
                "depth_rank_at_most": drawn.most.rank,
                **depth_facts(drawn.depth),
                **inside_facts(drawn, inside),
            },
        )


def _ahead(state: GaugeState, outlook: Outlook, horizon: timedelta) -> _At | None:
    """The highest that is to be expected within the horizon; None where nothing is foreseen."""
    leads = outlook.within(horizon)
    if not leads:
        return None
    top = max(leads, key=lambda lead: lead.q50)
    warned = {name for lead in leads for name in lead.warned}
    ranked: Sequence[tuple[int, str]] = sorted((LEVELS[name][0], name) for name in warned)
    level, name = ranked[-1] if ranked else (0, "")
    chance = chance_told(outlook, leads[-1].chances[name]) if name else None
    return _At(state, max(top.q50, state.newest.value), max(level, state.level), top.hours, chance)


def _headline(at: _At, chosen: Nearest, drawn: Extent) -> str:
    river = at.state.station.river or at.state.station.name
    when = f"{at.hours}時間以内に" if at.hours else ""
    more = "以上" if chosen.at_least else ""
    missing = chosen.wanted is not None and chosen.scenario.order > chosen.wanted.order
    told = "が上限の目安" if missing else f"{more}に近い"
    text = f"{river}：{when}浸水するとすれば{_map_of(chosen.scenario.name)}{told}（深さ 最大{drawn.depth.metres}"
    if drawn.depth.scenario != chosen.scenario:
        text += f"、{_map_of(drawn.depth.scenario.name)}による"
    if drawn.most.rank > drawn.depth.rank:
        text += f"。{drawn.most.scenario.name}では {drawn.most.metres}"
    if missing and chosen.wanted is not None:
        text += f"。{chosen.wanted.name}の図はない"
    return text + ("）。水位が届いていない" if at.state.stale else "）")


def _map_of(scenario: str) -> str:
    """The map of a scenario in words; a map whose scenario nobody told is called a map already."""
    return scenario if scenario.endswith("図") else f"{scenario}の図"


def _gauge(at: _At) -> str:
    newest = at.state.newest
    text = f"{at.state.station.name} {newest.value:.2f} m"
    if at.hours:
        text += f"、{at.hours}時間以内に {at.value:.2f} m 前後の見込み"
    if not newest.confirmed:
        text += f"（報告値 {newest.reported:.2f} m は次の報告まで未確認）"
    return text + ("。遅れて届いた値" if newest.late else "")


def _others(drawn: Extent) -> str:
    return "" if drawn.own else "図に川の名がないか、ほかの川の図で、この川だけの浸水ではない。"


def _why(at: _At, chosen: Nearest) -> str:
    """Why this map, and what is doubtful about it."""
    if not at.state.station.scenario_levels:
        reached = "氾濫が始まる水位に達した" if at.level >= LEVELS["overflow"][0] else "氾濫危険水位・危険水位に達した"
        text = f"{reached}{'場合' if at.hours else 'ため'}の目安（規模ごとの水位は設定されていない）"
    elif chosen.wanted is None:
        text = "設定された規模ごとの水位をすべて超えている"
    else:
        text = f"{chosen.wanted.name}で予想される水位 {chosen.level_m or 0.0:.2f} m 以下（設定値）"
    if chosen.wanted is not None and chosen.scenario != chosen.wanted:
        text += f"。{chosen.wanted.name}の図がないため{chosen.scenario.name}の図を見る"
    return text + ("。実際はこの図より広く深いおそれがある" if chosen.at_least else "")
