"""The regional mesh against its definition (JIS X 0410), at the edges above all."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.mesh import LEVELS, Cell, MeshError, cell_at, cell_of, cells_over, mesh_code, mesh_codes

CITY_HALL = (141.15450, 39.70205)
CODES = ("5941", "594141", "59414142", "594141421", "5941414212", "59414142123")

levels = st.sampled_from(LEVELS)
# Corners of the finest cells, counted in cells: every edge of every level is among them.
rows = st.integers(20 * 960, 46 * 960 - 1)
columns = st.integers(22 * 640, 54 * 640 - 1)
lats = st.floats(20, 46, exclude_max=True)
lons = st.floats(122, 154, exclude_max=True)


def by_definition(lon: Fraction, lat: Fraction, level: int) -> str:
    """The standard's own steps, in exact fractions of a minute and a degree."""
    p, a = divmod(lat * 60, 40)
    u, f = divmod(lon - 100, 1)
    code = f"{p}{u}"
    if level == 1:
        return code
    q, b = divmod(a, 5)
    v, g = divmod(f * 60, Fraction(15, 2))
    code += f"{q}{v}"
    if level == 2:
        return code
    r, c = divmod(b * 60, 30)
    w, h = divmod(g * 60, 45)
    code += f"{r}{w}"
    tall, wide = Fraction(30), Fraction(45)
    for _ in range(level - 3):
        tall, wide = tall / 2, wide / 2
        (north, c), (east, h) = divmod(c, tall), divmod(h, wide)
        code += str(2 * north + east + 1)
    return code


@pytest.mark.parametrize(("level", "code"), [*zip(LEVELS, CODES, strict=True)])
def test_known_answer_of_the_city_hall(level: int, code: str) -> None:
    assert mesh_code(*CITY_HALL, level) == code
    assert mesh_codes(*(np.array([value]) for value in CITY_HALL), level).tolist() == [int(code)]


def test_a_point_that_floats_put_into_the_wrong_cell() -> None:
    assert mesh_code(141.2, 39.7, 3) == "59414146"


@given(rows, columns, levels)
def test_a_corner_belongs_to_the_cell_it_begins(row: int, column: int, level: int) -> None:
    lat, lon = Fraction(row, 960), 100 + Fraction(column, 640)
    want = by_definition(lon, lat, level)
    assert mesh_code(float(lon), float(lat), level) == want
    assert mesh_codes(np.array([float(lon)]), np.array([float(lat)]), level).tolist() == [int(want)]


@given(lons, lats, levels)
def test_any_point_is_where_the_definition_puts_it(lon: float, lat: float, level: int) -> None:
    micro = [Fraction(round(Fraction(value) * 3_600_000_000), 3_600_000_000) for value in (lon, lat)]
    if micro[0] < 154 and micro[1] < 46:
        assert mesh_code(lon, lat, level) == by_definition(*micro, level)


@given(lons, lats, levels)
def test_a_code_gives_back_its_cell_and_the_cell_its_points(lon: float, lat: float, level: int) -> None:
    cell = cell_at(min(lon, 153.999), min(lat, 45.999), level)
    assert cell_of(cell.code) == cell == cell_of(int(cell.code))
    west, south, east, north = cell.bounds
    assert cell_at(west, south, level) == cell == cell_at(*cell.centre, level)
    if north < 46:
        assert cell_at(west, north, level) == cell.beside(1, 0)
    if east < 154:
        assert cell_at(east, south, level) == cell.beside(0, 1)


@given(rows, columns, levels, levels)
def test_parents_and_children(row: int, column: int, one: int, other: int) -> None:
    coarse, fine = sorted((one, other))
    cell = Cell(6, row, column).parent(fine)
    assert cell.parent(coarse).code == cell.code[: len(cell.parent(coarse).code)]
    if fine - coarse <= 1 and coarse > 1:
        children = cell.parent(coarse).children(fine)
        assert cell in children and len(children) == len(set(children))
        assert shapely.union_all([child.polygon for child in children]).equals(cell.parent(coarse).polygon)


@given(rows, columns, levels)
def test_neighbours_touch_and_are_mutual(row: int, column: int, level: int) -> None:
    cell = Cell(6, row, column).parent(level)
    around = cell.neighbours()
    assert len(set(around)) == len(around) and 3 <= len(around) <= 8
    assert all(cell in other.neighbours() and other.polygon.touches(cell.polygon) for other in around)


def test_neighbours_across_the_edge_of_a_first_mesh() -> None:
    assert cell_of("59417799").beside(0, 1).code == "59427090"
    assert cell_of("59417799").beside(1, 0).code == "60410709"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("594", "4, 6, 8, 9, 10 or 11 digits"),
        ("5941412", "5 km mesh"),
        ("59418141", "digit 5 must be 0–7"),
        ("594141425", "2 km mesh"),
        ("5941414290", "digit 9 must be 1–4"),
        ("５９４１", "no mesh code"),
        ("59-1", "no mesh code"),
        ("0100", "outside the mesh of Japan"),
    ],
)
def test_what_is_no_code_says_why(code: str, says: str) -> None:
    with pytest.raises(MeshError, match=says):
        cell_of(code)


def test_points_and_levels_that_are_none() -> None:
    with pytest.raises(MeshError, match="longitude comes first"):
        mesh_code(39.7, 141.15, 3)
    with pytest.raises(MeshError, match="outside"):
        mesh_code(float("nan"), 39.7, 3)
    with pytest.raises(MeshError, match=r"point 1: 10\.0 E"):
        mesh_codes(np.array([141.0, 10.0]), np.array([39.0, 39.0]), 3)
    with pytest.raises(MeshError, match="no mesh of level 7"):
        mesh_code(141.15, 39.7, 7)
    with pytest.raises(MeshError, match="ask for its children"):
        cell_of("5941").parent(3)
    with pytest.raises(MeshError, match="ask for its parent"):
        cell_of("59414142").children(2)


def test_the_cells_over_a_shape() -> None:
    cell = cell_of("59414142")
    assert cells_over(cell.polygon, 3) == [cell]
    assert len(cells_over(cell.polygon, 5)) == 16
    assert cells_over(shapely.Point(*CITY_HALL), 4) == [cell_of("594141421")]
    assert cells_over(shapely.Polygon(), 3) == []
    west, south, _, _ = cell.bounds
    line = shapely.LineString([(west - 0.001, south + 0.001), (west + 0.001, south + 0.001)])
    assert [found.code for found in cells_over(line, 3)] == ["59414141", "59414142"]


@pytest.mark.real
def test_the_meshes_of_morioka(real_data: Path) -> None:
    """1,024 codes with their corners, made by another program."""
    with (real_data / "geo" / "mesh3_morioka.csv").open(encoding="utf-8") as file:
        listed = {row["mesh3"]: row for row in csv.DictReader(file)}
    for code, row in listed.items():
        cell = cell_of(code)
        assert cell.bounds[0] == pytest.approx(float(row["lon_sw"]), abs=1e-8)
        assert cell.bounds[1] == pytest.approx(float(row["lat_sw"]), abs=1e-8)
        assert mesh_code(float(row["lon_sw"]) + 0.006, float(row["lat_sw"]) + 0.004, 3) == code
    city = shapely.from_geojson((real_data / "geo" / "n03_2019_morioka_03201.geojson").read_text(encoding="utf-8"))
    city = city.geoms[0] if city.geom_type == "GeometryCollection" else city
    assert {cell.code for cell in cells_over(city, 3)} == listed.keys()
