"""Coordinate systems: everything inside is JGD2011 longitude/latitude; metres are plane rectangular zone X.

A file that does not say its system, or says one that cannot be right, is an error. Nothing is ever guessed: a wrong
datum moves a flood edge by metres (JGD2000) or by 400 m (Tokyo).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

DEGREES = 6668  # JGD2011, null transformation to WGS 84
METRES = 6678  # JGD2011 / plane rectangular zone X: Aomori, Akita, Yamagata, Iwate, Miyagi
JAPAN = (122.0, 20.0, 154.0, 46.0)  # west, south, east, north

_SAME = (6668, 4326)
_OLD = 4612
_TOKYO = 4301


class CrsError(ValueError):
    """The coordinate system is missing, refused, or contradicted by the coordinates."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Geometries in JGD2011 degrees, where they came from, and what the reader must know about the way."""

    geometries: np.ndarray[Any, Any]
    crs_from: str
    findings: tuple[str, ...] = ()


@cache
def _transformer(source: int | str, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_metres(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry as easting and northing in metres (zone X)."""
    return _moved(geometry, _transformer(DEGREES, METRES))


def to_degrees(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry, given in metres of zone X, as longitude and latitude."""
    return _moved(geometry, _transformer(METRES, DEGREES))


def circle(lon: float, lat: float, radius_m: float) -> BaseGeometry:
    """All places within ``radius_m`` metres of the point, as a polygon in degrees."""
    return to_degrees(to_metres(shapely.Point(lon, lat)).buffer(radius_m))


def to_jgd2011(geometries: np.ndarray[Any, Any], crs: object, where: str) -> Moved:
    """Bring an array of geometries to JGD2011 degrees.

    ``crs`` is anything that pyproj understands, or None; ``where`` names the file in errors. JGD2000 is taken over
    with a finding, because the movement of March 2011 is not in it. Raises :class:`CrsError` for no system, Tokyo
    Datum, an unknown datum, or coordinates that do not lie in Japan.
    """
    if crs is None or crs == "":
        raise CrsError(
            f"{where}: no coordinate system; add a .prj, or name the one in the data's documentation: --crs EPSG:6668"
        )
    try:
        source = CRS.from_user_input(crs)
    except CRSError as error:
        raise CrsError(f"{where}: the coordinate system {crs!r} is not known ({error})") from None
    datum = _datum(source, where)
    name = _name(source)
    if datum == _TOKYO:
        raise CrsError(f"{where}: {name} is Tokyo Datum, about 400 m off; convert the file to JGD2011 first")
    findings: tuple[str, ...] = ()
    target = DEGREES
    if datum == _OLD:
        target = _OLD  # only the projection is undone; there is no shift to apply without the correction grid
        findings = (f"{name} is JGD2000: the movement of March 2011 (up to metres in Iwate) is not corrected",)
    moved = geometries
    if not (source.is_geographic and datum in (*_SAME, _OLD)):
        moved = _moved(geometries, _transformer(source.to_wkt(), target))
    _check_in_japan(moved, where, name)
    return Moved(moved, name, findings)


def _moved(geometries: Any, transformer: Transformer) -> Any:
    move: Callable[..., Any] = transformer.transform
    return shapely.transform(geometries, move, interleaved=False)


def _datum(source: CRS, where: str) -> int:
    """Exactly one datum must fit: one that is called "unknown" equals every datum of its ellipsoid."""
    base = source.geodetic_crs
    if base is not None:
        known, flat = (*_SAME, _OLD, _TOKYO), base.to_2d()
        fitting = [code for code in known if flat.equals(CRS.from_epsg(code), ignore_axis_order=True)]
        if len(fitting) == 1:
            return fitting[0]
        for named in (source, flat) if source.is_geographic else (flat,):  # a .prj spells names its own way
            found = named.to_epsg(min_confidence=20)
            if found in known:
                return int(found)
    raise CrsError(f"{where}: {_name(source)} rests on a datum that is not used in Japan; convert it to JGD2011")


def _name(source: CRS) -> str:
    code = source.to_epsg(min_confidence=20)
    return f"EPSG:{code}" if code else source.name


def _check_in_japan(geometries: np.ndarray[Any, Any], where: str, name: str) -> None:
    if shapely.is_missing(geometries).all() or shapely.is_empty(geometries).all():
        return
    bounds = shapely.total_bounds(geometries)
    west, south, east, north = (float(value) for value in bounds)
    if not (JAPAN[0] <= west and JAPAN[1] <= south and east <= JAPAN[2] and north <= JAPAN[3]):
        raise CrsError(
            f"{where}: says {name}, but its coordinates reach {west:.4f},{south:.4f} to {east:.4f},{north:.4f}, "
            "outside Japan; the axes are swapped or the coordinate system is wrong"
        )
