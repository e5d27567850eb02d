"""What the flood layers say about an area: how deep in each design scenario, and which shelters stand inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.depths import DEPTHS
from geo.flooding.scenario import UNSTATED, Scenario, scenario_of
from geo.layers.layer import Layer
from geo.model import Ground
from geo.shelter import Shelter


@dataclass(frozen=True, slots=True)
class Depth:
    """The deepest rank inside an area in one scenario."""

    scenario: Scenario
    rank: int  # 1–6; 0: outside the published zones, which does not mean safe

    @property
    def min_m(self) -> float:
        return DEPTHS[self.rank][0]

    @property
    def max_m(self) -> float | None:
        return DEPTHS[self.rank][1]

    @property
    def metres(self) -> str:
        """0.5～3 m; 20 m 以上."""
        return f"{self.min_m:g}～{self.max_m:g} m" if self.max_m is not None else f"{self.min_m:g} m 以上"


@dataclass(frozen=True, slots=True)
class Exposure:
    """An area under the flood layers."""

    depths: tuple[Depth, ...]  # of each scenario that is drawn in the area, the rarest rain first
    layers: tuple[str, ...]
    credits: tuple[str, ...]
    shelters_inside: tuple[Shelter, ...]

    @property
    def deepest(self) -> Depth:
        """The deepest of all scenarios, with the scenario it is of; of two alike the more frequent one."""
        return max(reversed(self.depths), key=lambda depth: depth.rank, default=Depth(UNSTATED, 0))


def exposure(ground: Ground, area: Area) -> Exposure:
    """The deepest rank in each scenario within the area, and the area's shelters that stand in a zone of any."""
    layers = [layer for layer in ground.layers.of_kind("flood") if deepest(layer, area.geometry)]
    inside = [
        shelter
        for shelter in _shelters_of(ground.shelters, area)
        if any(layer.at(shelter.lon, shelter.lat) for layer in layers)
    ]
    return Exposure(
        depths=_depths(ranks(layer, area.geometry) for layer in layers),
        layers=tuple(layer.name for layer in layers),
        credits=tuple(dict.fromkeys(layer.credit for layer in layers if layer.credit)),
        shelters_inside=tuple(inside),
    )


def deepest(layer: Layer, geometry: BaseGeometry) -> int:
    """The deepest rank of a flood layer inside the geometry in any scenario, 0 for none."""
    return max(ranks(layer, geometry).values(), default=0)


# Areas and layers change only when the profile is loaded anew, the answer is asked for at every reading, and on the
# national layer it costs milliseconds: so it is kept. A layer is its own key, being never changed.
@lru_cache(maxsize=4096)
def ranks(layer: Layer, geometry: BaseGeometry) -> Mapping[Scenario, int]:
    """The deepest rank of each scenario of a flood layer inside the geometry; a shared border alone does not count."""
    found: dict[Scenario, int] = {}
    for zone in layer.overlapping(geometry):
        scenario = scenario_of(zone.facts)
        found[scenario] = max(found.get(scenario, 0), rank_of_zone(zone.facts))
    return found


def rank_of_zone(facts: Mapping[str, object]) -> int:
    """The depth rank among the facts of a zone, 0 where it has none."""
    value = facts.get("depth_rank")
    return value if isinstance(value, int) else 0


def _depths(found: Iterable[Mapping[Scenario, int]]) -> tuple[Depth, ...]:
    merged: dict[Scenario, int] = {}
    for ranked in found:
        for scenario, rank in ranked.items():
            merged[scenario] = max(merged.get(scenario, 0), rank)
    order = sorted(merged, key=lambda scenario: scenario.order, reverse=True)
    return tuple(Depth(scenario, merged[scenario]) for scenario in order if merged[scenario])


def _shelters_of(shelters: Sequence[Shelter], area: Area) -> Iterable[Shelter]:
    return [s for s in shelters if shapely.intersects_xy(area.geometry, s.lon, s.lat)]
