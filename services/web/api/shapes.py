"""Geometry as GeoJSON: six decimals (a decimetre), rings wound as RFC 7946 wants, each area converted once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import shapely
from aiohttp import web
from shapely.geometry.base import BaseGeometry

from geo.area import Areas
from geo.sighted.squares import known_area
from rules.alert import Place
from services.web.context import CONTEXT


class Shapes:
    """The polygons of the city's areas as GeoJSON, converted when first asked for."""

    def __init__(self, areas: Areas) -> None:
        self._areas = areas
        self._ready: dict[str, Any] = {}

    def area(self, code: str) -> Any:
        """The polygon of an area or of a square of the mesh, None for a code that is neither's."""
        if code not in self._ready:
            area = known_area(code, self._areas)
            if area is None:
                return None
            self._ready[code] = geojson(area.geometry)
        return self._ready[code]

    def places(self, places: Iterable[Place]) -> Any:
        """The places of an alert as one MultiPolygon, None where no place has a polygon."""
        polygons: list[BaseGeometry] = []
        for place in places:
            area = known_area(place.code, self._areas)
            if place.polygons:
                polygons += [shapely.Polygon(ring) for ring in place.polygons if len(ring) >= 4]
            elif area is not None:
                parts = shapely.get_parts(area.geometry)
                polygons += [part for part in parts if part.geom_type == "Polygon"]
        return geojson(shapely.MultiPolygon(polygons)) if polygons else None


SHAPES: web.AppKey[Shapes] = web.AppKey("shapes", Shapes)


def setup(app: web.Application) -> None:
    app[SHAPES] = Shapes(app[CONTEXT].ground.areas)


def geojson(geometry: BaseGeometry) -> Any:
    """A geometry as a GeoJSON object; None for an empty one."""
    if geometry.is_empty:
        return None
    rounded = shapely.transform(shapely.orient_polygons(geometry), lambda coordinates: coordinates.round(6))
    return json.loads(shapely.to_geojson(rounded))


def point(lon: float, lat: float) -> Any:
    return {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
