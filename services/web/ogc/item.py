"""A feature before it is written: its geometry stays as it was found until somebody asks for it."""

from __future__ import annotations

import bisect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from services.web.api.answer import feature
from services.web.api.shapes import geojson

Box = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(frozen=True, slots=True)
class Item:
    """One feature. ``place`` is a geometry, GeoJSON, or None where no place is known."""

    id: str
    place: Any
    properties: Mapping[str, Any]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Item:
        """Out of a feature of the API."""
        return cls(str(told["id"]), told["geometry"], told["properties"])

    def written(self) -> dict[str, Any]:
        """As GeoJSON."""
        place = geojson(self.place) if isinstance(self.place, BaseGeometry) else self.place
        return feature(self.id, place, self.properties)


class Held:
    """The features of a collection at an instant, by identity, with an index of places once somebody asks by box."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = sorted(items, key=lambda one: one.id)
        self._ids = [one.id for one in self.items]
        self._tree: shapely.STRtree | None = None

    def find(self, identity: str) -> Item | None:
        """The feature of this identity."""
        at = bisect.bisect_left(self._ids, identity)
        return self.items[at] if at < len(self._ids) and self._ids[at] == identity else None

    def touching(self, boxes: Sequence[Box]) -> list[Item]:
        """Those that share a point with one of the boxes. May take a moment the first time: not for the loop."""
        if self._tree is None:
            self._tree = shapely.STRtree(_shapes(self.items))
        found = {int(at) for box in boxes for at in self._tree.query(shapely.box(*box), predicate="intersects")}
        return [self.items[at] for at in sorted(found)]

    def extent(self) -> Box | None:
        """The box around all of them; None where nothing has a place."""
        bounds = shapely.total_bounds(_shapes(self.items))
        west, south, east, north = (float(one) for one in bounds)
        return None if np.isnan(west) else (west, south, east, north)


def _shapes(items: Sequence[Item]) -> Any:
    shapes = np.empty(len(items), dtype=object)
    for number, one in enumerate(items):
        is_shape = one.place is None or isinstance(one.place, BaseGeometry)
        shapes[number] = one.place if is_shape else shapely.from_geojson(json.dumps(one.place))
    return shapes
