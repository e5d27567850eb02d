"""Geometries as files bring them, made into single valid zones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.layers.attributes import UnreadableError
from geo.layers.schema import Shape

_TYPES = {  # what may become a zone of the shape, and what a zone then is
    Shape.AREA: ({"Polygon", "MultiPolygon", "GeometryCollection"}, "Polygon"),
    Shape.LINE: ({"LineString", "MultiLineString", "GeometryCollection"}, "LineString"),
    Shape.POINT: ({"Point", "MultiPoint"}, "Point"),
}


def zones_of(geometry: BaseGeometry | None, shape: Shape) -> tuple[list[BaseGeometry], bool]:
    """The single zones of a geometry, flat and valid; and whether that needed repair.

    Raises :class:`~geo.layers.attributes.UnreadableError` for what is no such shape, or where nothing is left of it.
    """
    if geometry is None or geometry.is_empty:
        raise UnreadableError("no geometry, or one that cannot be read")
    taken, single = _TYPES[shape]
    if geometry.geom_type not in taken:
        raise UnreadableError(f"a {geometry.geom_type} is no {shape.value}")
    flat = shapely.force_2d(geometry)
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise UnreadableError("a coordinate is no number")
    valid = _made_valid(flat) if shape is Shape.AREA else flat
    size = {Shape.AREA: shapely.area, Shape.LINE: shapely.length}.get(shape, np.ones_like)
    found = [part for part in _parts(valid) if part.geom_type == single and size(part) > 0]
    if not found:
        raise UnreadableError(f"no {shape.value} is left after repair")
    return found, valid is not flat


def _made_valid(flat: BaseGeometry) -> BaseGeometry:
    if shapely.is_valid(flat):
        return flat
    try:
        return shapely.make_valid(flat, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException as error:
        raise UnreadableError(f"polygon beyond repair: {error}") from None


def _parts(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in shapely.get_parts(geometry):
        if hasattr(part, "geoms"):
            yield from _parts(part)
        else:
            yield part
