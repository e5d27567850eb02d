"""What an area holds, by the maps: people, water and slopes that may come to them, places of refuge in it and near it.

Nothing here knows of a danger; it is what a duty officer asks when there is one. Costly on national layers, and the
same until a map or the profile is loaded anew: so it is kept for each area.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.crs import to_metres
from geo.exposure import Depth, exposure
from geo.inside import Amount, Inside, inside, zone_of
from geo.layers.layer import Layer
from geo.model import Ground
from geo.shelter import Shelter

NEAR_M = 2000.0  # as far as people are sent on foot: a working assumption of ours
_MOST_NEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Water:
    """Where water may stand in the area by the maps of one scenario."""

    depth: Depth  # the deepest
    share: float  # of the area that is drawn, 0–1
    people: Amount | None  # who live there; None: no layer tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Landslide zones that touch the area, of one kind and colour."""

    phenomenon: str  # steep_slope, debris_flow, landslide
    zone: str  # yellow, red, yellow_planned, red_planned
    many: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuge:
    """A place of refuge in the area, or near it."""

    shelter: Shelter
    metres: int  # from the area's edge, 0 inside
    in_water: bool  # in a flood zone of any scenario
    on_slope: bool  # in a landslide zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """All of it. ``inside`` is of the whole area; ``water`` has the rarest rain first."""

    inside: Inside
    water: tuple[Water, ...]
    slopes: tuple[Slope, ...]
    refuges: tuple[Refuge, ...]  # nearest first
    credits: tuple[str, ...]


@lru_cache(maxsize=512)  # a ground is equal to itself alone: where it is replaced everything is worked out anew
def surroundings(ground: Ground, area: Area) -> Surroundings:
    """What the area holds; geometry in degrees."""
    return Surroundings(
        inside=inside(ground, area.geometry),
        water=tuple(_water(ground, area)),
        slopes=_slopes(ground, area.geometry),
        refuges=_refuges(ground, area.geometry),
        credits=_credits(ground, area.geometry),
    )


def _water(ground: Ground, area: Area) -> list[Water]:
    found = []
    layers = ground.layers.of_kind("flood")
    for depth in exposure(ground, area).depths:
        zone = zone_of(layers, within=area.geometry, scenario=depth.scenario)
        found.append(
            Water(
                depth=depth,
                share=min(zone.area / area.geometry.area, 1.0) if area.geometry.area else 0.0,
                people=None if zone.is_empty else inside(ground, zone).people,
            )
        )
    return found


def _slopes(ground: Ground, geometry: BaseGeometry) -> tuple[Slope, ...]:
    many: Counter[tuple[str, str]] = Counter()
    for layer in ground.layers.of_kind("landslide"):
        for zone in layer.overlapping(geometry):
            many[(str(zone.facts.get("phenomenon") or ""), str(zone.facts.get("zone") or ""))] += 1
    return tuple(Slope(phenomenon=kind, zone=zone, many=count) for (kind, zone), count in sorted(many.items()))


def _refuges(ground: Ground, geometry: BaseGeometry) -> tuple[Refuge, ...]:
    """All inside, and the nearest outside within NEAR_M, so that a full one is not the end of the list."""
    here = to_metres(geometry)
    apart = [(float(shapely.distance(here, to_metres(shapely.Point(s.lon, s.lat)))), s) for s in ground.shelters]
    near = sorted((pair for pair in apart if pair[0] <= NEAR_M), key=lambda pair: (pair[0], pair[1].name))
    inner = sum(1 for metres, _ in near if metres == 0)
    flood, slope = ground.layers.of_kind("flood"), ground.layers.of_kind("landslide")
    return tuple(
        Refuge(shelter=one, metres=round(metres), in_water=_holds(flood, one), on_slope=_holds(slope, one))
        for metres, one in near[: max(inner, _MOST_NEAR)]
    )


def _holds(layers: list[Layer], shelter: Shelter) -> bool:
    return any(layer.at(shelter.lon, shelter.lat) for layer in layers)


def _credits(ground: Ground, geometry: BaseGeometry) -> tuple[str, ...]:
    kinds = ("flood", "landslide", "population", "shelter")
    used = [layer for kind in kinds for layer in ground.layers.of_kind(kind) if layer.touching(geometry)]
    return tuple(dict.fromkeys(layer.credit for layer in used if layer.credit))
