"""Squares of the national grid as places that may be told: what is told of a point depends on its square alone.

Noise would average out over repeats and give the address away; a fixed grid gives the same answer for ever. The name
and the outline are the square's own, worked out without the point, so that neither tells where in the square it was.
"""

from __future__ import annotations

from functools import lru_cache

from geo.area import Area, Areas
from geo.mesh import Cell, MeshError, cell_at, cell_of

METRES = {3: "1 km", 4: "500 m", 5: "250 m", 6: "125 m"}  # by level of the mesh: 基準, 1/2, 1/4 and 1/8
_MESH = "mesh-"
_NEAR = "付近"


def mesh_place(cell: Cell) -> str:
    """A cell as a place; its digits alone may be a district's."""
    return f"{_MESH}{cell.code}"


def mesh_cell(place: str) -> Cell | None:
    """The cell that a place, or the area of a hazard, is; None where it is none."""
    if not place.startswith(_MESH):
        return None
    try:
        return cell_of(place.removeprefix(_MESH))
    except MeshError:
        return None


def snapped(lon: float, lat: float, level: int, areas: Areas) -> Area | None:
    """The square of ``level`` that holds a point in degrees JGD2011; None for a point outside the city."""
    if not areas.at(lon, lat, "city"):
        return None
    return square(cell_at(lon, lat, level), areas)


def known_area(code: str, areas: Areas) -> Area | None:
    """The area of a code, whether it is one of the city's or a square; None for a code that is neither's."""
    area, cell = areas.get(code), mesh_cell(code)
    return area if area is not None or cell is None else square(cell, areas)


def says_where(code: str, name: str) -> bool:
    """False for a square that is named after the city, because its middle lies in no district."""
    return mesh_cell(code) is None or name.endswith(_NEAR)


def around(code: str, areas: Areas) -> frozenset[str]:
    """The codes of the areas in which an area or a square lies, its own too; of a code that nobody knows, itself."""
    cell = None if areas.get(code) else mesh_cell(code)
    return areas.around(code) if cell is None else _holding(cell, areas)


@lru_cache(maxsize=4096)
def _holding(cell: Cell, areas: Areas) -> frozenset[str]:
    told = square(cell, areas)
    return frozenset({mesh_place(cell)}) if told is None else areas.holding(told)


@lru_cache(maxsize=4096)
def square(cell: Cell, areas: Areas) -> Area | None:
    """The part of a cell that lies in the city, named by what lies in its middle; None where none of it does."""
    cities = [area.geometry for area in areas.touching(cell.polygon, "city")]
    inside = cities[0].intersection(cell.polygon) if cities else None
    if inside is None or not inside.area:
        return None
    lon, lat = cell.centre
    if not areas.at(lon, lat, "city"):
        middle = inside.representative_point()
        lon, lat = middle.x, middle.y
    name, english = _named(lon, lat, areas)
    return Area(code=mesh_place(cell), name=name, name_en=english, kind="mesh", geometry=inside)


def _named(lon: float, lat: float, areas: Areas) -> tuple[str, str]:
    districts = sorted(areas.at(lon, lat, "district"), key=lambda area: area.code)
    if districts:
        english = districts[0].name_en
        return f"{districts[0].name}{_NEAR}", f"{english} area" if english else ""
    city = areas.at(lon, lat, "city")
    return (city[0].name, city[0].name_en) if city else ("市の境", "the city's border")
