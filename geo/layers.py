"""Hazard layers in memory: plain lists of zones and one STRtree per layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Zone:
    """One polygon of a layer. ``facts`` are the attributes by the layer's kind, e.g. depth_rank for flood."""

    geometry: BaseGeometry
    facts: Mapping[str, object]


class Layer:
    """One hazard map, exploded to single polygons, in JGD2011 degrees. Replaced whole, never changed."""

    def __init__(self, name: str, kind: str, zones: Sequence[Zone], version: str, credit: str = "") -> None:
        self.name, self.kind, self.version, self.credit = name, kind, version, credit
        self.zones = list(zones)
        self.tree = shapely.STRtree([zone.geometry for zone in self.zones])

    def at(self, lon: float, lat: float) -> list[Zone]:
        """Zones holding the point, border included. Nothing found means no data, never "safe"."""
        found = self.tree.query(shapely.Point(lon, lat), predicate="intersects")
        return [self.zones[i] for i in sorted(found)]


class Layers:
    """All layers of a city by name."""

    def __init__(self, layers: Iterable[Layer] = ()) -> None:
        self._layers = {layer.name: layer for layer in layers}

    def __iter__(self) -> Iterator[Layer]:
        return iter(self._layers.values())

    def of_kind(self, kind: str) -> list[Layer]:
        return [layer for layer in self if layer.kind == kind]
