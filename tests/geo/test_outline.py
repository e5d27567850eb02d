"""Outlines cover what they stand for, whatever the shape."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from geo.outline import outline

EAST, NORTH = 141.15, 39.70
METRE = 1e-5  # of a degree, about


def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
    """Metres around the middle of Morioka, as degrees."""
    return [(EAST + x * METRE, NORTH + y * METRE) for x, y in points]


def square(x: float, y: float, side: float) -> shapely.Polygon:
    return shapely.Polygon(at((x, y), (x + side, y), (x + side, y + side), (x, y + side)))


def staircase(steps: int) -> shapely.Polygon:
    stairs = [corner for i in range(steps) for corner in ((10 * i, 10 * i), (10 * i + 10, 10 * i))]
    return shapely.Polygon(at(*stairs, (10 * steps, 10 * steps), (0, 10 * steps)))


def star(points: int) -> shapely.Polygon:
    turns = [math.tau * i / points for i in range(points)]
    return shapely.Polygon(
        at(*((r * math.cos(t), r * math.sin(t)) for i, t in enumerate(turns) for r in [3000 if i % 2 else 40]))
    )


AWKWARD: dict[str, BaseGeometry] = {
    "a square": square(0, 0, 500),
    "a hole": square(0, 0, 500).difference(square(100, 100, 50)),
    "an island in a hole": square(0, 0, 500).difference(square(100, 100, 200)).union(square(150, 150, 20)),
    "a bow-tie": shapely.Polygon(at((0, 0), (100, 100), (100, 0), (0, 100))),
    "a spike": shapely.Polygon(at((0, 0), (100, 0), (100, 100), (100, 900), (100, 100), (0, 100))),
    "a sliver": shapely.Polygon(at((0, 0), (5000, 0.001), (5000, 0.002))),
    "no area at all": shapely.Polygon(at((0, 0), (100, 100), (200, 200))),
    "a point": shapely.Point(EAST, NORTH),
    "a line": shapely.LineString(at((0, 0), (5000, 30), (100, 900))),
    "a huge staircase": staircase(3000),
    "a star": star(400),
    "two parts": shapely.MultiPolygon([square(0, 0, 50), square(900, 900, 50)]),
    "parts that touch at a corner": shapely.MultiPolygon([square(0, 0, 50), square(50, 50, 50)]),
    "a ring of parts": shapely.MultiPolygon(
        [square(x, y, 10) for x, y in ((10, 0), (20, 10), (10, 20), (0, 10))],
    ),
    "a mixed collection": shapely.GeometryCollection(
        [square(0, 0, 50), shapely.Point(EAST + 0.1, NORTH), shapely.LineString(at((0, 0), (900, 900)))]
    ),
    "a height": shapely.Polygon([(141.1, 39.7, 120.0), (141.2, 39.7, 130.0), (141.2, 39.8, 120.0)]),
    "half of the country": shapely.Polygon([(130.0, 31.0), (141.0, 35.0), (145.0, 44.0), (140.0, 42.0)]),
}


def assert_covers(geometry: BaseGeometry, most: int = 100) -> None:
    rings = outline(geometry, most)
    polygons = [shapely.Polygon(ring) for ring in rings]
    for ring, polygon in zip(rings, polygons, strict=True):
        assert ring[0] == ring[-1]
        assert 4 <= len(ring) <= most
        assert polygon.is_valid
        assert all(round(lon, 6) == lon and round(lat, 6) == lat for lon, lat in ring)
    # Rings that overlap meet in points no float can name, so the whole is compared with a billionth of a degree.
    source = geometry if geometry.is_valid else shapely.make_valid(geometry)
    assert shapely.unary_union(polygons).buffer(1e-9).covers(shapely.force_2d(source))


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("most", [5, 12, 100])
def test_awkward_shapes_are_covered(name: str, most: int) -> None:
    assert_covers(AWKWARD[name], most)


@pytest.mark.parametrize("shape", [shapely.Polygon(), shapely.MultiPolygon(), shapely.GeometryCollection()])
def test_nothing_gives_no_ring(shape: BaseGeometry) -> None:
    assert outline(shape) == ()


def test_a_hole_is_filled_and_what_lies_in_it_is_not_told_twice() -> None:
    assert len(outline(AWKWARD["an island in a hole"])) == 1
    assert len(outline(AWKWARD["a ring of parts"])) <= 4


def test_parts_stay_apart() -> None:
    assert len(outline(AWKWARD["two parts"])) == 2


def test_a_simple_shape_grows_by_metres_only() -> None:
    (ring,) = outline(square(0, 0, 500))
    assert len(ring) == 5
    grown = shapely.Polygon(ring).area / square(0, 0, 500).area
    assert 1 < grown < 1.02


def test_a_complex_shape_does_not_swallow_the_town() -> None:
    (ring,) = outline(staircase(3000))
    assert shapely.Polygon(ring).area / staircase(3000).area < 1.02


@pytest.mark.parametrize("name", ["a huge staircase", "a star", "a line", "half of the country"])
def test_few_vertices_never_cost_more_than_the_box_around_the_shape(name: str) -> None:
    (ring,) = outline(AWKWARD[name], 5)
    box = shapely.box(*AWKWARD[name].bounds)
    assert shapely.Polygon(ring).area <= box.area * 1.001


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (shapely.Point(NORTH, EAST), "swapped"),
        (shapely.Point(-122.0, 37.0), "not in Japan"),
        (shapely.Point(26000.0, -33000.0), "not in Japan"),
        (shapely.LineString([(141.0, 39.0), (math.inf, 39.0)]), "not in Japan"),
        (shapely.LineString([(141.0, 39.0), (39.0, 141.0)]), "not in Japan"),
    ],
)
def test_places_elsewhere_are_refused(shape: BaseGeometry, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        outline(shape)


def test_too_few_vertices_are_refused() -> None:
    with pytest.raises(ValueError, match="five points"):
        outline(square(0, 0, 1), 4)


places = st.tuples(st.floats(-20_000, 20_000), st.floats(-20_000, 20_000))


@settings(max_examples=150, deadline=None)
@example([(15653.0, -10459.0), (-14436.0, 9603.0), (0.0, 4.0), (0.0, 0.0), (1.0, 0.0)], 5)
@given(st.lists(places, min_size=3, max_size=40), st.integers(5, 30))
def test_any_ring_however_tangled_is_covered(points: list[tuple[float, float]], most: int) -> None:
    assert_covers(shapely.Polygon(at(*points)), most)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=90))
def test_any_union_of_mesh_cells_is_covered(cells: set[tuple[int, int]]) -> None:
    assert_covers(shapely.unary_union([square(250 * x, 250 * y, 250) for x, y in cells]))
