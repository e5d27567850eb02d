"""What the published maps expect of a scenario in a district: how deep, how far, who is inside.

A rarer rain must never seem to flood less. Maps of several scenarios do not always lie within each other (they were
drawn in different years, or for different rivers), so the extent of a scenario takes in those of the more frequent
ones; where one of these is the deeper, the depth bears its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import circle
from geo.exposure import Depth, rank_of_zone
from geo.flooding.scenario import Scenario, scenario_of
from geo.inside import Inside, inside
from geo.layers.layer import Layer, Layers, Zone
from geo.model import Ground
from geo.station import Station

_AT_M = 300.0  # a gauge this near to a zone stands at the river that floods it


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose maps are asked for: a gauge's river and, unless the city named its districts, how far it speaks."""

    river: str  # empty where no map names any: then all gauges of a district ask for the same
    lon: float = 0.0
    lat: float = 0.0
    around_m: float | None = None  # None: for the whole of its districts

    @property
    def land(self) -> BaseGeometry | None:
        """Where it speaks, in degrees; None for everywhere."""
        return None if self.around_m is None else circle(self.lon, self.lat, self.around_m)


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
    own: bool  # every zone names the gauge's river; else water of others may be among it

    @property
    def most(self) -> Depth:
        """The deepest of every scenario: what nobody should count on staying below."""
        return max(reversed(self.depths), key=lambda depth: depth.rank)


def reach_of(station: Station, layers: Layers, around_m: float) -> Reach:
    """Whose maps a gauge asks for; ``around_m`` metres far where it has no districts of its own."""
    river = station.river if any(_naming(layer) for layer in _flood(layers)) else ""
    return Reach(river) if station.areas else Reach(river, station.lon, station.lat, around_m)


@lru_cache(maxsize=64)
def scenarios_of(layer: Layer) -> tuple[Scenario, ...]:
    """The scenarios of a flood layer, the rarest rain first."""
    found = {scenario_of(zone.facts) for zone in layer.zones}
    return tuple(sorted(found, key=lambda scenario: scenario.order, reverse=True))


@lru_cache(maxsize=256)
def mapped(layers: Layers, reach: Reach) -> tuple[Scenario, ...]:
    """The scenarios that are drawn for a gauge, the most frequent first."""
    zones = (zone for layer in _flood(layers) for zone in layer.zones if _counts(layers, zone, reach))
    return tuple(sorted({scenario_of(zone.facts) for zone in zones}, key=lambda scenario: scenario.order))


@lru_cache(maxsize=1024)
def extent(ground: Ground, area: str, reach: Reach, scenario: Scenario) -> Extent | None:
    """The extent in the area of that code; None where nothing of it is drawn up to this scenario, which does not mean
    safe. Kept, as neither changes until the profile is loaded anew and a union of thousands of zones takes a while."""
    district, land = ground.areas.get(area), reach.land
    if district is None:
        return None
    region = district.geometry if land is None else district.geometry & land
    zones = list(_zones(ground.layers, region, reach))
    reached = [one for one in zones if scenario_of(one[1].facts).order <= scenario.order]
    deepest = _depths(reached)
    if not deepest:
        return None
    clipped = shapely.intersection(np.array([zone.geometry for _, zone in reached], dtype=object), region)
    parts = shapely.get_parts(clipped)
    drawn = shapely.union_all(parts[shapely.area(parts) > 0])  # a zone may touch the region's edge besides
    found = inside(ground, drawn)
    return Extent(
        scenario=scenario,
        depth=max(deepest, key=lambda depth: (depth.rank, depth.scenario == scenario)),
        depths=_depths(zones),
        zone=drawn,
        inside=found,
        share=next((share for one, share in found.districts if one.code == area), 0.0),
        layers=tuple(dict.fromkeys(layer.name for layer, _ in reached)),
        own=all(_names(zone, reach.river) for _, zone in reached),
    )


def _zones(layers: Layers, region: BaseGeometry, reach: Reach) -> Iterator[tuple[Layer, Zone]]:
    for layer in _flood(layers):
        yield from ((layer, zone) for zone in layer.overlapping(region) if _counts(layers, zone, reach))


def _depths(zones: list[tuple[Layer, Zone]]) -> tuple[Depth, ...]:
    deepest: dict[Scenario, int] = {}
    for _, zone in zones:
        scenario = scenario_of(zone.facts)
        deepest[scenario] = max(deepest.get(scenario, 0), rank_of_zone(zone.facts))
    order = sorted(deepest, key=lambda scenario: scenario.order, reverse=True)
    return tuple(Depth(scenario, deepest[scenario]) for scenario in order if deepest[scenario])


def _flood(layers: Layers) -> list[Layer]:
    return layers.of_kind("flood")


def _counts(layers: Layers, zone: Zone, reach: Reach) -> bool:
    """Whether a zone may be flooded by the gauge's river: it names it; or it names none, and the city says that the
    gauge speaks for its districts, or the gauge stands at such a zone. A brook in the hills does not flood what is
    drawn for the river of the valley. Where no map knows a configured gauge's river by name, all count."""
    if _names(zone, reach.river):
        return True
    if not (zone.facts.get("river") and reach.river):
        return reach.around_m is None or _stands_at(layers, reach)
    return reach.around_m is None and not _known(layers, reach.river)


@lru_cache(maxsize=64)
def _naming(layer: Layer) -> bool:
    return any(zone.facts.get("river") for zone in layer.zones)


def _names(zone: Zone, river: str) -> bool:
    """北上川上流 and 北上川 are one river; names are only ever compared within a gauge's own districts."""
    named = str(zone.facts.get("river") or "")
    return bool(named and river) and (river in named or named in river)


@lru_cache(maxsize=256)
def _known(layers: Layers, river: str) -> bool:
    """Whether any zone may speak for the river without guessing."""
    zones = (zone for layer in _flood(layers) for zone in layer.zones)
    return any(not zone.facts.get("river") or _names(zone, river) for zone in zones)


@lru_cache(maxsize=256)
def _stands_at(layers: Layers, reach: Reach) -> bool:
    around = circle(reach.lon, reach.lat, _AT_M)
    return any(not (zone.facts.get("river") and reach.river) for one in _flood(layers) for zone in one.touching(around))
