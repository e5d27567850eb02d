"""Road lines cut at junctions, and the shortest ways between them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import shapely

from geo.plow.network import length_m
from geo.plow.noding import cut_at_junctions, near_misses, nodes
from tests.geo.plow.making import lat_of, lon_of
from tests.geo.plow.streets import Line, grid, network


def drawn(line: Line) -> shapely.LineString:
    return shapely.LineString([(lon_of(east), lat_of(north)) for east, north in line])


def test_a_line_is_cut_where_another_shares_its_vertex() -> None:
    main, side = drawn(((0, 0), (100, 0), (200, 0))), drawn(((100, 0), (100, 90)))
    pieces = cut_at_junctions([main, side])
    assert [len(some) for some in pieces] == [2, 1]
    assert sum(map(length_m, pieces[0])) == pytest.approx(length_m(main))


def test_a_crossing_without_a_vertex_is_a_bridge() -> None:
    assert [len(some) for some in cut_at_junctions([drawn(((-9, 0), (9, 0))), drawn(((0, -9), (0, 9)))])] == [1, 1]


def test_a_line_that_comes_back_to_itself_is_cut_there() -> None:
    loop = drawn(((0, 0), (100, 0), (100, 50), (150, 50), (100, 0), (100, -90)))
    assert [len(some) for some in cut_at_junctions([loop])] == [3]


def test_a_ring_stays_a_ring() -> None:
    ring = drawn(((0, 0), (100, 0), (100, 50), (0, 0)))
    assert [len(some) for some in cut_at_junctions([ring])] == [1]
    begins, ends = nodes([ring])
    assert begins.tolist() == ends.tolist()


def test_ends_that_nearly_meet_are_told() -> None:
    lines = [drawn(((0, 0), (100, 0))), drawn(((102, 0), (200, 0))), drawn(((50, 3), (50, 90)))]
    assert len(near_misses(lines, 5)) == 3  # both ends of the hole, and the side street that stops before the main one
    assert near_misses([drawn(((0, 0), (100, 0))), drawn(((100, 0), (200, 0)))], 5) == []


def test_the_ways_of_a_grid_are_its_blocks() -> None:
    town = grid(3, 3)
    ids = {town.segments[number].id: number for number in range(len(town))}
    corner = int(town.begins[ids["h0_0"]])
    for x, y in product(range(3), range(1, 3)):
        goal = int(town.begins[ids[f"h{x}_{y}"]])
        metres = town.routes.metres(np.array([corner]), np.array([goal]))[0]
        assert metres == pytest.approx(100 * (x + y), abs=0.5)
        assert len(town.routes.way(corner, goal)) == x + y


def test_ways_end_at_the_bound_and_follow_one_way_streets() -> None:
    line = network({"a": ((0, 0), (800, 0)), "b": ((800, 0), (1600, 0))}, a={"oneway": True})
    nodes_of = [int(line.begins[0]), int(line.ends[0]), int(line.ends[1])]
    there, back, far = (
        line.routes.metres(np.array([one]), np.array([other]))[0]
        for one, other in ((nodes_of[0], nodes_of[1]), (nodes_of[1], nodes_of[0]), (nodes_of[0], nodes_of[2]))
    )
    assert there == pytest.approx(800, abs=2) and np.isinf(back) and np.isinf(far)


def test_of_parallel_roads_the_shorter_is_the_way() -> None:
    two = network({"bow": ((0, 0), (50, 80), (100, 0)), "string": ((0, 0), (100, 0)), "next": ((100, 0), (200, 0))})
    begin, end = int(two.begins[1]), int(two.ends[1])
    assert two.routes.way(begin, end) == [(1, 1)] and two.routes.way(end, begin) == [(1, -1)]
