"""Regional mesh of JIS X 0410: codes, edges, neighbours and children, in whole numbers throughout.

Every edge of every level lies on a multiple of an eighth of an arc second, so a cell is two whole numbers and its
edges are exact. Coordinates arrive as floats and are taken to the millionth of an arc second (0.03 nm) first: a float
39.7 is not 39.7, and without that step half of the points on an edge fall into the cell beside it.

========  =====================  ==================  ==============
level     name                   size near Morioka   digits of code
========  =====================  ==================  ==============
1         first (第1次)          74 × 86 km          4
2         second (第2次)         9.3 × 10.7 km       6
3         third (基準, 1 km)     925 × 1,072 m       8
4         half (500 m)           463 × 536 m         9
5         quarter (250 m)        231 × 268 m         10
6         eighth (125 m)         116 × 134 m         11
========  =====================  ==================  ==============

A cell owns its southern and western edge. JMA's "5 km mesh" is another grid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

LEVELS = (1, 2, 3, 4, 5, 6)
Bounds: TypeAlias = tuple[float, float, float, float]  # west, south, east, north in degrees

_DEGREE = 28_800  # eighths of an arc second
_ORIGIN = 100  # °E
_SOUTH, _NORTH, _WEST, _EAST = 20, 46, 122, 154  # whole degrees that hold Japan
_FINE = 1_000_000  # parts of an eighth of an arc second, in which points are counted
# Height and width of a cell in eighths of an arc second, by level.
_SIZE = {1: (19_200, 28_800), 2: (2_400, 3_600), 3: (240, 360), 4: (120, 180), 5: (60, 90), 6: (30, 45)}
_DIGITS = {4: 1, 6: 2, 8: 3, 9: 4, 10: 5, 11: 6}


class MeshError(ValueError):
    """No cell of the regional mesh; the text says why and what would be one."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One cell: ``row`` counts cells of its level northwards from the equator, ``column`` eastwards from 100° E."""

    level: int
    row: int
    column: int

    def __post_init__(self) -> None:
        height, width = _size(self.level)
        south, west = self.row * height, self.column * width + _ORIGIN * _DEGREE
        if not (_SOUTH * _DEGREE <= south < _NORTH * _DEGREE and _WEST * _DEGREE <= west < _EAST * _DEGREE):
            raise MeshError(
                f"{south / _DEGREE:.6f} N, {west / _DEGREE:.6f} E is outside the mesh of Japan (20–46, 122–154)"
            )

    @property
    def code(self) -> str:
        height, width = _SIZE[self.level]
        return str(_code(self.row * height, self.column * width, self.level, 1))

    @property
    def bounds(self) -> Bounds:
        """Edges in degrees, each the float nearest to the exact value."""
        height, width = _SIZE[self.level]
        south, west = self.row * height, self.column * width + _ORIGIN * _DEGREE
        return west / _DEGREE, south / _DEGREE, (west + width) / _DEGREE, (south + height) / _DEGREE

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude."""
        height, width = _SIZE[self.level]
        south, west = 2 * self.row * height, 2 * (self.column * width + _ORIGIN * _DEGREE)
        return (west + width) / (2 * _DEGREE), (south + height) / (2 * _DEGREE)

    @property
    def polygon(self) -> BaseGeometry:
        """The cell in degrees, JGD2011."""
        return shapely.box(*self.bounds)

    def beside(self, north: int, east: int) -> Cell:
        """The cell that many rows to the north and columns to the east. Raises :class:`MeshError` outside Japan."""
        return Cell(self.level, self.row + north, self.column + east)

    def neighbours(self) -> list[Cell]:
        """The up to eight cells around, from the south-west to the north-east; fewer at the edge of the mesh."""
        found = []
        for north, east in ((n, e) for n in (-1, 0, 1) for e in (-1, 0, 1) if n or e):
            try:
                found.append(self.beside(north, east))
            except MeshError:
                continue  # the mesh ends here
        return found

    def parent(self, level: int) -> Cell:
        """The cell of a coarser (or the same) level that holds this one."""
        (height, width), (tall, wide) = _SIZE[self.level], _size(level)
        if level > self.level:
            raise MeshError(f"a cell of level {self.level} lies in none of level {level}; ask for its children")
        return Cell(level, self.row * height // tall, self.column * width // wide)

    def children(self, level: int) -> list[Cell]:
        """All cells of a finer (or the same) level inside this one, row by row from the south-west."""
        (height, width), (low, narrow) = _SIZE[self.level], _size(level)
        if level < self.level:
            raise MeshError(f"a cell of level {self.level} holds none of level {level}; ask for its parent")
        rows = range(self.row * height // low, (self.row + 1) * height // low)
        columns = range(self.column * width // narrow, (self.column + 1) * width // narrow)
        return [Cell(level, row, column) for row in rows for column in columns]


def cell_at(lon: float, lat: float, level: int) -> Cell:
    """The cell of ``level`` (1–6) that holds a point in JGD2011 degrees. Raises :class:`MeshError` outside Japan."""
    height, width = _size(level)
    if not (_WEST <= lon < _EAST and _SOUTH <= lat < _NORTH):  # NaN falls through here, too
        swapped = "; longitude comes first" if _WEST <= lat < _EAST and _SOUTH <= lon < _NORTH else ""
        raise MeshError(f"{lon} E, {lat} N is outside the mesh of Japan (122–154 E, 20–46 N){swapped}")
    y, x = _fine(lat), _fine(lon) - _ORIGIN * _DEGREE * _FINE
    return Cell(level, y // (height * _FINE), x // (width * _FINE))


def mesh_code(lon: float, lat: float, level: int) -> str:
    """The code of the cell that holds the point; as :func:`cell_at`."""
    return cell_at(lon, lat, level).code


def mesh_codes(lons: NDArray[np.float64], lats: NDArray[np.float64], level: int) -> NDArray[np.int64]:
    """The codes of many points at once, as whole numbers. Raises :class:`MeshError` naming the first point outside."""
    _size(level)
    inside = (lons >= _WEST) & (lons < _EAST) & (lats >= _SOUTH) & (lats < _NORTH)
    if not inside.all():
        first = int(np.argmin(inside))
        raise MeshError(f"point {first}: {lons[first]} E, {lats[first]} N is outside the mesh of Japan")
    codes: NDArray[np.int64] = _code(_fine(lats), _fine(lons) - _ORIGIN * _DEGREE * _FINE, level, _FINE)
    return codes


def cell_of(code: str | int) -> Cell:
    """The cell of a code. Raises :class:`MeshError` for what is no code, naming the digit."""
    text = str(code).strip()
    level = _DIGITS.get(len(text))
    if not (text.isascii() and text.isdecimal()) or level is None:
        hint = "; seven digits are a 5 km mesh (統合地域メッシュ)" if len(text) == 7 else ""
        raise MeshError(f"{text!r} is no mesh code: 4, 6, 8, 9, 10 or 11 digits are{hint}")
    row, column = int(text[:2]), int(text[2:4])
    if level >= 2:
        row, column = 8 * row + _digit(text, 4, 0, 7), 8 * column + _digit(text, 5, 0, 7)
    if level >= 3:
        row, column = 10 * row + _digit(text, 6, 0, 9), 10 * column + _digit(text, 7, 0, 9)
    for place in range(8, len(text)):
        north, east = divmod(_digit(text, place, 1, 4) - 1, 2)
        row, column = 2 * row + north, 2 * column + east
    return Cell(level, row, column)


def cells_over(geometry: BaseGeometry, level: int) -> list[Cell]:
    """The cells that share area with a polygon, or a point with a line or a point; row by row from the south-west.

    ``geometry`` in JGD2011 degrees. Raises :class:`MeshError` for a part outside Japan.
    """
    if geometry.is_empty:
        return []
    cells = list(_grid(geometry.bounds, level))
    shapely.prepare(geometry)
    boxes = shapely.box(*np.array([cell.bounds for cell in cells]).T)
    over = shapely.intersects(geometry, boxes)
    if shapely.get_dimensions(geometry) == 2:
        over &= ~shapely.touches(geometry, boxes)
    return [cell for cell, yes in zip(cells, over, strict=True) if yes]


def _grid(bounds: Bounds, level: int) -> Iterator[Cell]:
    west, south, east, north = bounds
    first, last = cell_at(west, south, level), cell_at(east, north, level)
    for row in range(first.row, last.row + 1):
        for column in range(first.column, last.column + 1):
            yield Cell(level, row, column)


def _size(level: int) -> tuple[int, int]:
    if level not in _SIZE:
        raise MeshError(f"there is no mesh of level {level}; use 1 to 6 (3 is 1 km, 4 500 m, 5 250 m, 6 125 m)")
    return _SIZE[level]


def _digit(text: str, place: int, low: int, high: int) -> int:
    digit = int(text[place])
    if not low <= digit <= high:
        hint = "; a ninth digit 5 is a 2 km mesh (統合地域メッシュ)" if place == 8 and digit == 5 else ""
        raise MeshError(f"{text!r} is no mesh code: digit {place + 1} must be {low}–{high}{hint}")
    return digit


def _fine(degrees: Any) -> Any:
    """Degrees, one or an array of them, in millionths of an eighth of an arc second, by way of whole micro seconds."""
    if isinstance(degrees, np.ndarray):
        return np.rint(degrees * 3_600e6).astype(np.int64) * 8
    return round(degrees * 3_600e6) * 8


def _code(y: Any, x: Any, level: int, unit: int) -> Any:
    """The code as a number. ``y`` from the equator and ``x`` from 100° E in parts of which ``unit`` make an eighth."""
    height, width = _SIZE[1]
    (p, y), (u, x) = divmod(y, height * unit), divmod(x, width * unit)
    code = 100 * p + u
    for finer in range(2, level + 1):
        height, width = _SIZE[finer]
        (north, y), (east, x) = divmod(y, height * unit), divmod(x, width * unit)
        code = code * 100 + 10 * north + east if finer <= 3 else code * 10 + 1 + 2 * north + east
    return code
