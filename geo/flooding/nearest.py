"""Which design scenario a gauge's level stands nearest to. It is a choice among maps, no simulation of the night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo.flooding.scenario import MAXIMUM, PLANNED, Scenario, scenario_named
from geo.station import Station

_DANGER, _OVERFLOW = 4, 5  # 氾濫危険水位, 氾濫発生水位


@dataclass(frozen=True, slots=True)
class Nearest:
    """The map to look at: of the scenario that is wanted or, where that is not drawn, of the next rarer rain."""

    scenario: Scenario
    wanted: Scenario | None  # None: above the highest level that is configured
    level_m: float | None  # of the wanted scenario at this gauge, where the city knows it
    at_least: bool  # only maps of more frequent rain are there: it may be worse than they tell


def nearest(station: Station, value: float, level: int, drawn: Sequence[Scenario]) -> Nearest | None:
    """The scenario for a level of ``value`` metres that has reached flood level ``level``; ``drawn`` ascends.

    By ``scenario_levels`` of the gauge, the lowest that is not below the value, so that a map is never milder than the
    level; beyond them the next rarer map. Without them 計画規模 from 氾濫危険水位 on, and 想定最大規模 from the level
    at which flooding begins. None below both, and where no map is drawn. Monotone: a higher value never gives a map
    of more frequent rain.
    """
    told = sorted(
        ((_as_drawn(scenario_named(key), drawn), metres) for key, metres in station.scenario_levels.items()),
        key=lambda pair: pair[0].order,
    )
    passed = bool(told) and value >= min(metres for _, metres in told)
    if not drawn or not (level >= _DANGER or passed):
        return None
    if not told:
        return _map_of(_as_drawn(PLANNED, drawn) if level < _OVERFLOW else MAXIMUM, None, drawn)
    for scenario, metres in told:
        if value <= metres:
            return _map_of(scenario, metres, drawn)
    rarer = next((one for one in drawn if one.order > told[-1][0].order), None)
    return Nearest(rarer or drawn[-1], None, None, rarer is None)


def _as_drawn(scenario: Scenario, drawn: Sequence[Scenario]) -> Scenario:
    """計画規模 with the years that its map tells."""
    return next((one for one in drawn if one.code == scenario.code == "planned"), scenario)


def _map_of(wanted: Scenario, metres: float | None, drawn: Sequence[Scenario]) -> Nearest:
    found = next((one for one in drawn if one.order >= wanted.order), None)
    return Nearest(found or drawn[-1], wanted, metres, found is None)
