"""From the ground to the document: nobody who lives in an area is outside the shapes that an alert tells of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from feeds.cap import CapError, read, write
from feeds.cap.lint import lint
from geo.ground import load_ground
from geo.outline import outline
from rules.alert import Place
from rules.cap_message import to_cap
from services.city import _place
from tests.geo.test_outline import AWKWARD, at, square
from tests.rules.test_cap_message import flood

MORIOKA = Path(__file__).parents[2] / "config" / "morioka"


def told(place: Place) -> list[shapely.Polygon]:
    """The shapes that a receiver reads in an alert over one place, the same in every language."""
    document = write(to_cap(replace(flood(), places=(place,))))
    assert not {one.rule for one in lint(document, flood().sent)} & {"many_points", "crossed_polygon", "language_areas"}
    shapes = {info.areas[0].polygons for info in read(document).infos}
    assert len(shapes) == 1
    return [shapely.Polygon(ring) for ring in shapes.pop()]


def assert_told_whole(geometry: BaseGeometry) -> None:
    rings = told(Place(code="a1", name="区域", polygons=outline(geometry)))
    assert all(len(ring.exterior.coords) <= 100 for ring in rings)
    source = shapely.force_2d(geometry if geometry.is_valid else shapely.make_valid(geometry))
    assert shapely.unary_union(rings).buffer(1e-9).covers(source)


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_shapes_arrive_whole(name: str) -> None:
    assert_told_whole(AWKWARD[name])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-20_000, 20_000), st.floats(-20_000, 20_000)), min_size=3, max_size=150))
def test_any_shape_arrives_whole(points: list[tuple[float, float]]) -> None:
    assert_told_whole(shapely.Polygon(at(*points)))


@settings(max_examples=30, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 15), st.integers(0, 15)), min_size=1, max_size=120))
def test_any_set_of_mesh_cells_arrives_whole(cells: set[tuple[int, int]]) -> None:
    assert_told_whole(shapely.unary_union([square(250 * x, 250 * y, 250) for x, y in cells]))


def test_every_area_of_the_city_arrives_whole() -> None:
    areas = load_ground(MORIOKA, ()).areas
    assert len(areas) > 10
    for area in areas:
        rings = told(_place(area))
        assert rings and all(len(ring.exterior.coords) <= 100 for ring in rings), area.code
        assert shapely.unary_union(rings).buffer(1e-9).covers(shapely.force_2d(area.geometry)), area.code


def test_exchanged_coordinates_are_refused_before_and_at_the_document() -> None:
    swapped = shapely.transform(square(0, 0, 500), lambda points: points[:, ::-1])
    with pytest.raises(ValueError, match="swapped"):
        outline(swapped)
    ring = tuple((float(x), float(y)) for x, y in swapped.exterior.coords)
    with pytest.raises(CapError, match="latitude comes first"):
        told(Place(code="a1", name="区域", polygons=(ring,)))
