"""What is told of where people must stay inside holds everybody near, and tells nothing of where the animal is."""

from __future__ import annotations

from collections import defaultdict
from math import cos, radians

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.mesh import cell_at
from geo.sighted.cordon import RADII, CordonError, around_point, checked, outline_of, square_km, squares_of
from tests.services.web_floor import ground

AREAS = ground().areas
LON, LAT = st.floats(141.05, 141.35), st.floats(39.55, 39.85)  # of the city, away from its edge


@given(lon=LON, lat=LAT, radius=st.sampled_from(RADII), turn=st.floats(0, 6.28))
def test_everybody_within_the_radius_is_inside(lon: float, lat: float, radius: int, turn: float) -> None:
    told = outline_of(around_point(lon, lat, radius, AREAS), AREAS)
    north, east = radius * cos(turn), radius * cos(turn - 1.5708)
    out = shapely.Point(lon + east / (111_320 * cos(radians(lat))), lat + north / 111_320)
    assert told.buffer(1e-5).contains(out)


@given(lon=LON, lat=LAT, east=st.floats(0.001, 0.999), north=st.floats(0.001, 0.999), radius=st.sampled_from(RADII))
def test_every_point_of_a_kilometre_square_gives_the_same_area(
    lon: float, lat: float, east: float, north: float, radius: int
) -> None:
    west, south, right, top = cell_at(lon, lat, 3).bounds
    other = (west + east * (right - west), south + north * (top - south))
    assert around_point(lon, lat, radius, AREAS) == around_point(*other, radius, AREAS)


def test_an_attacker_with_the_area_and_the_radius_is_left_with_a_square_kilometre() -> None:
    """Of a fine grid of true places, all that give the same area: as many as a square kilometre holds."""
    found = defaultdict(list)
    for row in range(20):
        for column in range(20):
            place = (141.1 + column * 0.0012, 39.7 + row * 0.0009)  # 103 m by 100 m
            found[around_point(*place, 300, AREAS)].append(place)
    whole = [places for places in found.values() if len(places) >= 80]  # those that the grid holds whole
    assert whole
    for codes, places in found.items():
        middle = outline_of(codes, AREAS).centroid
        blocks = {cell_at(*place, 3) for place in places}
        assert len(blocks) == 1 and blocks == {cell_at(middle.x, middle.y, 3)}, "no more than its square"


def test_what_is_drawn_becomes_squares_and_is_never_small() -> None:
    drawn = shapely.box(141.105, 39.705, 141.122, 39.716)
    codes = checked(squares_of(drawn, AREAS), AREAS)
    assert outline_of(codes, AREAS).buffer(1e-9).contains(drawn) and all(code.startswith("mesh-") for code in codes)
    tiny = squares_of(shapely.box(141.1101, 39.7101, 141.1102, 39.7102), AREAS)
    with pytest.raises(CordonError) as small:
        checked(tiny, AREAS)
    assert small.value.code == "too_small"
    assert square_km(("032010001",), AREAS) > 3 and checked(["032010001", "032010001"], AREAS) == ("032010001",)
    wrong = {(): "no_area", ("03201",): "bad_area", ("mesh-59414157",): "bad_area", ("x",): "bad_area"}
    for codes, code in wrong.items():
        with pytest.raises(CordonError) as refused:
            checked(codes, AREAS)
        assert refused.value.code == code, codes


@pytest.mark.parametrize(
    "shape", [shapely.box(0, 0, 1, 1), shapely.box(123, 24, 153, 45), shapely.box(139, 35, 139.1, 35.1)]
)
def test_what_lies_elsewhere_or_is_a_country_is_refused(shape: shapely.Polygon) -> None:
    with pytest.raises(CordonError):
        checked(squares_of(shape, AREAS), AREAS)
    with pytest.raises(CordonError, match="市の外"):
        around_point(139.7, 35.6, 300, AREAS)
