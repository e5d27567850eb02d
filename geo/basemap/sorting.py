"""Rows of a table to pieces of the base map: which part each is, in the shape it is drawn in, and its names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.basemap.parts import PARTS
from geo.basemap.schemes import Rule, Scheme
from geo.crs import DEGREES, to_metres

_SMALL_M2 = 100_000.0  # water below this is drawn from nearer only
_SHAPES = {"area": (3, 6), "line": (1, 2, 5), "point": (0, 4)}  # GEOS type numbers


@dataclass(slots=True)
class Piece:
    """Rows of one part out of one table, in degrees. Columns: geometry, name, reading, name_en, kind."""

    part: str
    frame: Any
    credit: str


def sorted_pieces(frame: Any, scheme: Scheme, land: BaseGeometry, credit: str = "") -> Iterator[Piece]:
    """The rows by part, cut at the edge of the land: the first rule that fits a row takes it.

    ``frame``: a GeoDataFrame in degrees; ``credit``: instead of the scheme's own.
    """
    free = np.ones(len(frame), dtype=bool)
    for rule in scheme.rules:
        if rule.column and rule.column not in frame.columns:
            continue
        fits = free & _fitting(frame, rule)
        free &= ~fits
        if fits.any():
            yield from _pieces(frame[fits], rule, scheme, land, credit)


def _fitting(frame: Any, rule: Rule) -> NDArray[np.bool_]:
    if not rule.column:
        return np.ones(len(frame), dtype=bool)
    texts = frame[rule.column].astype("string")
    return np.asarray((texts.isin(rule.values) if rule.values else texts.notna() & (texts != "")).fillna(False), bool)


def _pieces(frame: Any, rule: Rule, scheme: Scheme, land: BaseGeometry, credit: str) -> Iterator[Piece]:
    import geopandas

    part = PARTS[rule.part]
    kept = _shaped(frame, part.shape, land)
    if not len(kept):
        return
    told = geopandas.GeoDataFrame(
        {
            "name": _first(kept, scheme.names),
            "reading": _first(kept, scheme.readings),
            "name_en": _first(kept, scheme.english),
            "kind": _first(kept, [rule.column]),
        },
        geometry=np.asarray(kept.geometry.values),
        crs=DEGREES,
    )
    credit = credit or scheme.credit
    if part.name != "water":
        yield Piece(part.name, told, credit)
        return
    small = shapely.area(to_metres(np.asarray(told.geometry.values))) < _SMALL_M2
    for name, some in (("water", told[~small]), ("pond", told[small])):
        if len(some):
            yield Piece(name, some, credit)


def _shaped(frame: Any, shape: str, land: BaseGeometry) -> Any:
    """Rows of the shape that the part is drawn as, cut at the edge of the land; a border is the edge of its area."""
    shapes = np.asarray(frame.geometry.values)
    kinds = shapely.get_type_id(shapes)
    areas = np.isin(kinds, _SHAPES["area"])
    if shape == "line" and areas.any():
        shapes = np.where(areas, shapely.boundary(shapes), shapes)
    if shape == "point" and (kinds != 0).any():
        shapes = np.where(kinds != 0, shapely.point_on_surface(shapes), shapes)
    broken = ~shapely.is_valid(shapes)
    shapes = np.where(broken, shapely.make_valid(shapes), shapes) if broken.any() else shapes
    across = ~shapely.covers(land, shapes)
    shapes[across] = shapely.intersection(shapes[across], land)
    kept = np.isin(shapely.get_type_id(shapes), _SHAPES[shape]) & ~shapely.is_empty(shapes)
    return frame[kept].set_geometry(shapes[kept], crs=DEGREES)


def _first(frame: Any, columns: Sequence[str]) -> NDArray[np.object_]:
    """The first column that is filled, row by row, as text; None where none is."""
    found = np.full(len(frame), None, dtype=object)
    for column in columns:
        if column in frame.columns:
            texts = np.array(
                [str(one) if isinstance(one, str) and one else None for one in frame[column]], dtype=object
            )
            found = np.where(found == None, texts, found)  # noqa: E711 - element by element
    return found
