"""The area that people are told to stay inside of, while a dangerous animal is dealt with.

It must hold everybody who could be hit, and must not tell where the animal or a person with a gun is. So it is made of
districts or of squares of the national grid, never of a circle. What is drawn around a point depends on the square of a
kilometre in which the point lies, and on nothing finer: every point of that square gives the same area.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, radians

import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Areas
from geo.mesh import Cell, MeshError, cell_at
from geo.sighted.squares import known_area, mesh_cell, mesh_place, square

SQUARE = 4  # level of the mesh: 500 m
BLOCK = 3  # 1 km: all that an area around a point tells of it
RADII = (300, 500, 1000)  # metres that are offered around a point
LEAST_KM2 = 0.9  # four squares of 500 m
MOST = 60  # squares and districts: more is a matter for the whole city, and for words
_DEGREE_M = 111_320.0


class CordonError(ValueError):
    """An area that cannot be told; ``code`` is for programs, the text for the officer, in Japanese and English."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def around_point(lon: float, lat: float, radius_m: float, areas: Areas) -> tuple[str, ...]:
    """Codes of the squares within ``radius_m`` of the kilometre square of a point in degrees JGD2011.

    Raises CordonError: outside the city, and those of :func:`checked`.
    """
    if not areas.at(lon, lat, "city"):
        raise CordonError("outside", "市の外の位置です / this place is outside the city")
    block = cell_at(lon, lat, BLOCK)
    west, south, east, north = block.bounds
    wide, high = radius_m / (_DEGREE_M * cos(radians(block.centre[1]))), radius_m / _DEGREE_M
    return checked(squares_of(shapely.box(west - wide, south - high, east + wide, north + high), areas), areas)


def squares_of(shape: BaseGeometry, areas: Areas) -> tuple[str, ...]:
    """Codes of the squares of 500 m of the city in which any of a shape in degrees lies, from the south-west.

    Raises CordonError too_wide, outside.
    """
    try:
        west, south, east, north = shape.bounds
        first, last = cell_at(west, south, SQUARE), cell_at(east, north, SQUARE)
    except (MeshError, ValueError):
        raise CordonError("outside", "市の外の位置です / this place is outside the city") from None
    if (last.row - first.row + 1) * (last.column - first.column + 1) > 40 * MOST:
        raise CordonError("too_wide", _WIDE)
    cells = (
        Cell(SQUARE, row, column)
        for row in range(first.row, last.row + 1)
        for column in range(first.column, last.column + 1)
    )
    touched = (cell for cell in cells if shapely.intersection(cell.polygon, shape).area > 0)
    return tuple(mesh_place(cell) for cell in touched if square(cell, areas) is not None)


def checked(codes: Iterable[str], areas: Areas) -> tuple[str, ...]:
    """The codes once each, where they may be told. Raises CordonError: none, unknown, too_wide, too_small."""
    wanted = tuple(dict.fromkeys(codes))
    if not wanted:
        raise CordonError("no_area", "区域を決めてください / an area is needed")
    if len(wanted) > MOST:
        raise CordonError("too_wide", _WIDE)
    unknown = [code for code in wanted if not _tellable(code, areas)]
    if unknown:
        text = f"区域は町丁目か500 m四方のます目です：{'、'.join(unknown)[:80]} / districts or squares of 500 m"
        raise CordonError("bad_area", text)
    if square_km(wanted, areas) < LEAST_KM2:
        text = f"区域が狭すぎて位置が知られます。{LEAST_KM2} km²以上にしてください / too small: it would tell the place"
        raise CordonError("too_small", text)
    return wanted


def square_km(codes: Sequence[str], areas: Areas) -> float:
    """How much ground it covers, in km²; what two of them share is counted once."""
    whole = outline_of(codes, areas)
    if whole.is_empty:
        return 0.0
    scale = (_DEGREE_M / 1000) ** 2 * cos(radians(whole.centroid.y))
    return float(whole.area * scale)


def outline_of(codes: Iterable[str], areas: Areas) -> BaseGeometry:
    """All of it as one shape, in degrees; empty where no code is known."""
    found = (known_area(code, areas) for code in codes)
    return shapely.union_all([one.geometry for one in found if one is not None])


def _tellable(code: str, areas: Areas) -> bool:
    cell = mesh_cell(code)
    if cell is not None:
        return cell.level == SQUARE and square(cell, areas) is not None
    area = areas.get(code)
    return area is not None and area.kind == "district"


_WIDE = f"区域が広すぎます。{MOST}か所までにしてください / too wide: {MOST} squares or districts at most"
