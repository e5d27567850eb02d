"""Polygons small enough for an alert, simplified towards the outside only: nobody at risk is dropped."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

Ring: TypeAlias = tuple[tuple[float, float], ...]

_DECIMALS = 6  # a tenth of a metre
_TOLERANCES_M = tuple(0.5 * 2**step for step in range(18))  # 0.5 m … 65 km
_JAPAN = (122.0, 20.0, 154.0, 46.0)  # lon, lat, lon, lat: the two ranges do not overlap


def outline(geometry: BaseGeometry, max_vertices: int = 100) -> tuple[Ring, ...]:
    """Closed rings of (lon, lat) that together cover the geometry, each of at most ``max_vertices`` points.

    ``geometry`` is in degrees, longitude first, anywhere in Japan; holes are filled, a multi-part geometry gives
    several rings, lines and points get a little room, and an empty geometry gives none. Every ring is checked to
    cover its part before it is returned. Raises ValueError for coordinates outside Japan, with a word on which are
    swapped, and for fewer than five vertices.
    """
    if max_vertices < 5:
        raise ValueError(f"max_vertices is {max_vertices}; a closed ring needs five points to cover anything")
    if geometry.is_empty:
        return ()
    _refuse_elsewhere(geometry)
    return tuple(_ring(part, max_vertices) for part in _parts(geometry))


def _refuse_elsewhere(geometry: BaseGeometry) -> None:
    points = shapely.get_coordinates(geometry)
    west, south, east, north = _JAPAN
    lower, upper = np.array([west, south]), np.array([east, north])
    if ((lower <= points) & (points <= upper)).all():
        return
    if ((lower <= points[:, ::-1]) & (points[:, ::-1] <= upper)).all():
        raise ValueError("the coordinates look swapped: longitude comes first, as in (141.15, 39.70)")
    outside = points[~((lower <= points) & (points <= upper)).all(axis=1)][0]
    raise ValueError(f"{outside[0]}, {outside[1]} is not in Japan as longitude, latitude in degrees")


def _parts(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Valid parts that do not overlap, with their holes filled; what lay in a hole is part of the whole."""
    flat = shapely.force_2d(geometry)
    valid = flat if flat.is_valid else shapely.make_valid(flat)
    filled = [shapely.Polygon(p.exterior) if p.geom_type == "Polygon" else p for p in _singles(valid)]
    merged = shapely.unary_union(filled)
    # Parts that touch at points can enclose a hole of their own once they are merged.
    return [shapely.Polygon(p.exterior) if p.geom_type == "Polygon" else p for p in _singles(merged)]


def _singles(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Polygons, lines and points, however deep they are nested."""
    if not hasattr(geometry, "geoms"):
        return [] if geometry.is_empty else [geometry]
    return [single for part in geometry.geoms for single in _singles(part)]


def _ring(part: BaseGeometry, max_vertices: int) -> Ring:
    """The tightest ring that is proven to cover the part."""
    shape = shapely.transform(part, _to_metres().transform, interleaved=False)
    for tolerance in _TOLERANCES_M:
        # Each step starts from the one before, which is small already and covers the part. The simplified edge
        # strays from the widened one by no more than the tolerance, so it stays outside.
        wide = shape.buffer(1.25 * tolerance, join_style="mitre", mitre_limit=2, cap_style="square")
        if wide.geom_type != "Polygon":  # a sliver that falls apart when it is widened by so little
            continue
        shape = shapely.Polygon(wide.exterior).simplify(tolerance)
        ring = _degrees(shape)
        if len(ring) <= max_vertices and _covers(ring, part):
            return min(ring, _box(part), key=_area)
    return _box(part)


def _degrees(polygon: BaseGeometry) -> Ring:
    lonlat = shapely.transform(polygon, _to_degrees().transform, interleaved=False)
    return tuple((float(lon), float(lat)) for lon, lat in np.round(lonlat.exterior.coords, _DECIMALS))


def _covers(ring: Ring, part: BaseGeometry) -> bool:
    """Rounding and the bend of straight lines between projections are part of what is checked."""
    polygon = shapely.Polygon(ring)
    return bool(polygon.is_valid and polygon.covers(part))


def _box(part: BaseGeometry) -> Ring:
    """The bounding box, with room for its rounding, covers by construction."""
    step = 10.0**-_DECIMALS
    west, south = np.round(np.array(part.bounds[:2]) - step, _DECIMALS).tolist()
    east, north = np.round(np.array(part.bounds[2:]) + step, _DECIMALS).tolist()
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def _area(ring: Ring) -> float:
    return float(shapely.Polygon(ring).area)


@cache
def _to_metres() -> Transformer:
    """Plane rectangular zone X; far from it metres are a little long or short, which only moves the tolerance."""
    return Transformer.from_crs("EPSG:6668", "EPSG:6678", always_xy=True)


@cache
def _to_degrees() -> Transformer:
    return Transformer.from_crs("EPSG:6678", "EPSG:6668", always_xy=True)
