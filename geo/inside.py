"""Who and what lies inside a hazard's polygon: people, shelters, roads and districts, each with its uncertainty.

Inside is what a published map draws. Outside means *not drawn*: not modelled, or not flooded; never "safe". The edge
of a map is not exact either (national flood maps follow cells of 5 m, addresses stray by more), so amounts are told
for the polygon a little smaller and a little larger as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.crs import to_degrees, to_metres
from geo.flooding.scenario import Scenario, scenario_of
from geo.layers.layer import Layer, Layers, Zone
from geo.model import Ground
from geo.shelter import Shelter

EDGE_M = 30.0  # how far the drawn edge and a place may be from the truth together


@dataclass(frozen=True, slots=True)
class Amount:
    """What lies inside: at least, likely, at most."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What is inside a polygon. ``unknown`` names what no layer tells; then the figure is None, not 0."""

    area_km2: float
    people: Amount | None
    people_known: float  # share of the polygon that the population layer covers, 0–1
    roads_km: Mapping[str, Amount] | None  # by class of road
    shelters: tuple[Shelter, ...]
    shelters_near: tuple[Shelter, ...]  # outside, but nearer to the edge than the edge is exact
    districts: tuple[tuple[Area, float], ...]  # and the share of each that is inside, most first
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Edges:
    """The polygon in metres: what is surely inside, what is drawn, what may be inside."""

    core: BaseGeometry
    drawn: BaseGeometry
    wide: BaseGeometry


def zone_of(
    layers: Iterable[Layer],
    least_rank: int = 1,
    within: BaseGeometry | None = None,
    scenario: Scenario | None = None,
) -> BaseGeometry:
    """All zones of the layers from a depth rank on as one shape, clipped to ``within``; empty where there are none.

    Zones without a rank (landslides) always count. Of flood maps name the ``scenario``: without it all count.
    """
    found = [zone for layer in layers for zone in (layer.touching(within) if within is not None else layer.zones)]
    deep = [
        zone.geometry
        for zone in found
        if _rank(zone) >= least_rank and (scenario is None or scenario_of(zone.facts) == scenario)
    ]
    merged: BaseGeometry = shapely.union_all(deep)
    return merged if within is None else merged & within


def inside(ground: Ground, hazard: BaseGeometry, edge_m: float = EDGE_M) -> Inside:
    """What lies inside ``hazard``, a polygon or several in degrees. ``edge_m``: how exact its edge is taken to be."""
    drawn = to_metres(hazard)
    plain = drawn.simplify(edge_m / 10)  # staircases of 5 m cells cost ten times as much and change nothing
    edges = _Edges(plain.buffer(-edge_m), drawn, plain.buffer(edge_m))
    for shape in (edges.core, edges.drawn, edges.wide):
        shapely.prepare(shape)
    people, known = _people(ground.layers, edges)
    roads = _roads(ground.layers, edges)
    within, near = _shelters(ground.shelters, edges)
    unknown = [f"{what}: no such layer" for what, found in (("population", people), ("roads", roads)) if found is None]
    if people is not None and known < 0.99:
        unknown.append(f"population: known for {known:.0%} of the polygon")
    return Inside(
        area_km2=drawn.area / 1e6,
        people=people,
        people_known=known,
        roads_km=roads,
        shelters=within,
        shelters_near=near,
        districts=_districts(ground, edges),
        unknown=tuple(unknown),
    )


def _people(layers: Layers, edges: _Edges) -> tuple[Amount | None, float]:
    """At least: units wholly inside. Likely: by share of area. At most: units that are touched. Of the finest layer."""
    layer = max(layers.of_kind("population"), key=lambda one: len(one.zones), default=None)
    if layer is None or edges.drawn.is_empty:
        return (None if layer is None else Amount(0, 0, 0)), 0.0
    zones, shapes = _touched(layer, edges.wide)
    counts = np.array([_number(zone.facts.get("people")) for zone in zones])
    whole = shapely.covers(edges.core, shapes)
    shared = shapely.area(shapely.intersection(shapes, edges.drawn))
    likely = counts * shared / shapely.area(shapes)
    amount = Amount(float(counts[whole].sum()), float(likely.sum()), float(counts.sum()))
    return amount, min(float(shared.sum()) / edges.drawn.area, 1.0)


def _roads(layers: Layers, edges: _Edges) -> dict[str, Amount] | None:
    found = layers.of_kind("road")
    if not found:
        return None
    km: dict[str, NDArray[np.float64]] = {}
    for layer in found:
        zones, shapes = _touched(layer, edges.wide)
        lengths = [
            shapely.length(shapely.intersection(shapes, shape)) for shape in (edges.core, edges.drawn, edges.wide)
        ]
        for zone, three in zip(zones, np.array(lengths).T / 1000, strict=True):
            road_class = str(zone.facts.get("road_class"))
            km[road_class] = km.get(road_class, np.zeros(3)) + three
    return {road_class: Amount(*map(float, km[road_class])) for road_class in sorted(km)}


def _shelters(shelters: Iterable[Shelter], edges: _Edges) -> tuple[tuple[Shelter, ...], tuple[Shelter, ...]]:
    listed = list(shelters)
    points = to_metres(shapely.points(np.array([(s.lon, s.lat) for s in listed]).reshape(-1, 2)))
    within, wide = shapely.intersects(edges.drawn, points), shapely.intersects(edges.wide, points)
    return _chosen(listed, within), _chosen(listed, wide & ~within)


def _chosen(shelters: list[Shelter], which: NDArray[np.bool_]) -> tuple[Shelter, ...]:
    return tuple(shelter for shelter, yes in zip(shelters, which, strict=True) if yes)


def _districts(ground: Ground, edges: _Edges) -> tuple[tuple[Area, float], ...]:
    touched = ground.areas.touching(to_degrees(edges.drawn), "district") if not edges.drawn.is_empty else []
    shares = [(area, _share(to_metres(area.geometry), edges.drawn)) for area in touched]
    return tuple(sorted((pair for pair in shares if pair[1] > 0), key=lambda pair: (-pair[1], pair[0].code)))


def _share(area: BaseGeometry, drawn: BaseGeometry) -> float:
    return float(shapely.intersection(area, drawn).area / area.area)


def _touched(layer: Layer, wide: BaseGeometry) -> tuple[list[Zone], NDArray[Any]]:
    """Zones that share a point with the widened polygon, and their shapes in metres."""
    zones = layer.touching(to_degrees(wide)) if not wide.is_empty else []
    return zones, to_metres(np.array([zone.geometry for zone in zones], dtype=object))


def _rank(zone: Zone) -> float:
    rank = zone.facts.get("depth_rank")
    return rank if isinstance(rank, int) else float("inf")


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
