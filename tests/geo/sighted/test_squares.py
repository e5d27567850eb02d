"""What is told of a point is told of its square: the same for ever, and never beyond the city."""

from __future__ import annotations

from statistics import fmean

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.mesh import cell_at
from geo.sighted.squares import around, known_area, mesh_place, snapped, square
from tests.geo.making import CITY, ground

AREAS = ground().areas
IN_CITY = st.tuples(st.floats(141.0001, 141.1999), st.floats(39.6001, 39.7999))
LEVELS = st.sampled_from([3, 4, 5, 6])


@settings(max_examples=60)
@given(IN_CITY, LEVELS, st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_all_points_of_a_square_tell_the_same_however_often_they_are_asked(
    point: tuple[float, float], level: int, elsewhere: tuple[float, float]
) -> None:
    told = snapped(*point, level, AREAS)
    assert told is not None and shapely.covers(CITY.buffer(1e-9), told.geometry), "no square reaches over the border"
    west, south, east, north = told.geometry.bounds
    other = (west + (east - west) * elsewhere[0] * 0.999, south + (north - south) * elsewhere[1] * 0.999)
    if cell_at(*other, level) == cell_at(*point, level):
        assert snapped(*other, level, AREAS) is told
    repeats = [snapped(*point, level, AREAS) for _ in range(5)]
    averaged = fmean(one.geometry.centroid.x for one in repeats if one)
    assert averaged == pytest.approx(told.geometry.centroid.x, abs=1e-12), "repeats lead to the square's middle alone"


@settings(max_examples=40)
@given(st.lists(IN_CITY, min_size=2, max_size=30), LEVELS)
def test_no_more_is_told_than_there_are_squares(points: list[tuple[float, float]], level: int) -> None:
    told = {snapped(*point, level, AREAS) for point in points}
    assert len({(one.name, one.geometry.wkb) for one in told if one}) == len({cell_at(*p, level) for p in points})


def test_a_square_is_named_by_its_middle_and_not_by_the_point() -> None:
    corner = snapped(141.0999, 39.6999, 4, AREAS)
    cell = cell_at(141.0999, 39.6999, 4)
    assert corner is not None and corner.code == mesh_place(cell)
    (middle,) = AREAS.at(*cell.centre, "district")
    assert corner.name == f"{middle.name}付近"


def test_beyond_the_city_nothing_is_told() -> None:
    assert snapped(140.9999, 39.70, 4, AREAS) is None, "though its square reaches into the city"
    assert snapped(float("nan"), 39.70, 4, AREAS) is None
    assert square(cell_at(140.0, 39.0, 4), AREAS) is None
    at_border = snapped(141.0001, 39.70, 4, AREAS)
    assert at_border is not None and at_border.geometry.bounds[0] == pytest.approx(141.0), "cut at the border"


def test_a_code_is_an_area_of_the_city_or_a_square() -> None:
    cell = cell_at(141.07, 39.66, 5)
    assert known_area("sw", AREAS) is AREAS.get("sw")
    assert known_area(mesh_place(cell), AREAS) is square(cell, AREAS)
    assert known_area("mesh-1", AREAS) is None and known_area("nowhere", AREAS) is None


def test_what_speaks_for_the_city_or_a_whole_district_speaks_for_its_squares() -> None:
    inside, across = snapped(141.07, 39.66, 4, AREAS), snapped(141.01, 39.61, 4, AREAS)
    assert inside is not None and across is not None
    assert around(inside.code, AREAS) == {inside.code, "sw", "03201"}
    assert around(across.code, AREAS) == {across.code, "03201"}
    assert around("sw", AREAS) == {"sw", "03201"} and around("nowhere", AREAS) == {"nowhere"}
    assert around(mesh_place(cell_at(140.0, 39.0, 4)), AREAS) == {mesh_place(cell_at(140.0, 39.0, 4))}
