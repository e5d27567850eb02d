"""What the published maps expect of a scenario in a district: how deep, how far, who is inside.

A rarer rain must never seem to flood less. Maps of several scenarios do not always lie within each other (they were
drawn in different years, or for different rivers), so the extent of a scenario takes in those of the more frequent
ones; where one of these is the deeper, the depth bears its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.exposure import Depth, rank_of_zone
from geo.flooding.scenario import Scenario, scenario_of
from geo.inside import Inside, inside
from geo.layers.layer import Layer, Layers, Zone
from geo.model import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """One district in one scenario."""

    scenario: Scenario
    depth: Depth  # the deepest, and the scenario that is of
    depths: tuple[Depth, ...]  # of every scenario that is drawn here, the rarest rain first
    zone: BaseGeometry  # degrees
    inside: Inside
    share: float  # of the district, 0–1
    layers: tuple[str, ...]

    @property
    def most(self) -> Depth:
        """The deepest of every scenario: what nobody should count on staying below."""
        return max(reversed(self.depths), key=lambda depth: depth.rank)


@lru_cache(maxsize=64)
def scenarios_of(layer: Layer) -> tuple[Scenario, ...]:
    """The scenarios of a flood layer, the rarest rain first."""
    found = {scenario_of(zone.facts) for zone in layer.zones}
    return tuple(sorted(found, key=lambda scenario: scenario.order, reverse=True))


@lru_cache(maxsize=256)
def mapped(layers: Layers, river: str) -> tuple[Scenario, ...]:
    """The scenarios that are drawn of a river, the most frequent first."""
    found = {scenario_of(zone.facts) for layer in _flood(layers) for zone in layer.zones if _of(layers, zone, river)}
    return tuple(sorted(found, key=lambda scenario: scenario.order))


@lru_cache(maxsize=1024)
def extent(ground: Ground, area: str, river: str, scenario: Scenario) -> Extent | None:
    """The extent in the area of that code; None where nothing of it is drawn up to this scenario, which does not mean
    safe. Kept, as neither changes until the profile is loaded anew and a union of thousands of zones takes a while."""
    district = ground.areas.get(area)
    if district is None:
        return None
    zones = list(_zones(ground.layers, district, river))
    reached = [one for one in zones if scenario_of(one[1].facts).order <= scenario.order]
    deepest = _depths(reached)
    if not deepest:
        return None
    zone = shapely.union_all([one.geometry for _, one in reached]) & district.geometry
    found = inside(ground, zone)
    return Extent(
        scenario=scenario,
        depth=max(deepest, key=lambda depth: (depth.rank, depth.scenario == scenario)),
        depths=_depths(zones),
        zone=zone,
        inside=found,
        share=next((share for one, share in found.districts if one.code == area), 0.0),
        layers=tuple(dict.fromkeys(layer.name for layer, _ in reached)),
    )


def _zones(layers: Layers, area: Area, river: str) -> Iterator[tuple[Layer, Zone]]:
    for layer in _flood(layers):
        for zone in layer.touching(area.geometry):
            if _of(layers, zone, river) and not shapely.touches(zone.geometry, area.geometry):
                yield layer, zone


def _depths(zones: list[tuple[Layer, Zone]]) -> tuple[Depth, ...]:
    deepest: dict[Scenario, int] = {}
    for _, zone in zones:
        scenario = scenario_of(zone.facts)
        deepest[scenario] = max(deepest.get(scenario, 0), rank_of_zone(zone.facts))
    order = sorted(deepest, key=lambda scenario: scenario.order, reverse=True)
    return tuple(Depth(scenario, deepest[scenario]) for scenario in order if deepest[scenario])


def _flood(layers: Layers) -> list[Layer]:
    return layers.of_kind("flood")


def _of(layers: Layers, zone: Zone, river: str) -> bool:
    """Whether a zone may be flooded by the river: it names this one, or none. Where no map knows the river by name,
    all of them count: rather too many than none."""
    named = zone.facts.get("river")
    return not (named and river) or _same(str(named), river) or not _known(layers, river)


@lru_cache(maxsize=256)
def _known(layers: Layers, river: str) -> bool:
    """Whether any zone may speak for the river without guessing."""
    names = {zone.facts.get("river") for layer in _flood(layers) for zone in layer.zones}
    return any(not name or _same(str(name), river) for name in names)


def _same(named: str, river: str) -> bool:
    """北上川上流 and 北上川 are one river; names are only ever compared within a gauge's own districts."""
    return river in named or named in river
