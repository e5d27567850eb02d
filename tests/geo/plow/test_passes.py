"""Matching and passes on small made streets: each usual error of such systems once, and what must always hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.activities import ACTIVITIES
from geo.plow.cleaning import Dropped
from geo.plow.fences import Fence, Fences
from geo.plow.network import Network
from geo.plow.passes import Pass, passes
from geo.plow.spells import Doing
from geo.plow.track import Track
from geo.plow.work import Rules, work
from tests.geo.plow.making import lat_of, lon_of, made
from tests.geo.plow.streets import grid, network

Points = list[tuple[float, float, float]]
STREET = network({"a": ((0, 0), (200, 0)), "b": ((200, 0), (400, 0)), "c": ((400, 0), (600, 0))})


def drive(*corners: tuple[float, float], kmh: float = 20.0, every_s: float = 10.0, start: float = 0.0) -> Points:
    """Fixes along straight lines at one speed."""
    line, speed = shapely.LineString(corners), kmh / 3.6
    metres = np.arange(0, line.length, speed * every_s)
    return [(start + m / speed, *shapely.get_coordinates(line.interpolate(m))[0]) for m in [*metres, line.length]]


def noisy(points: Points, metres: float, seed: int = 1) -> Points:
    random = Random(seed)
    return [(at, east + random.gauss(0, metres), north + random.gauss(0, metres)) for at, east, north in points]


def told(found: Sequence[Pass]) -> list[tuple[str, float, int]]:
    return [(one.segment, round(one.share, 1), one.direction) for one in found]


def test_a_street_driven_once() -> None:
    found = passes(made(noisy(drive((0, 0), (600, 0)), 4)), STREET)
    assert told(found) == [("a", 1.0, 1), ("b", 1.0, 1), ("c", 1.0, 1)]
    assert [one.ended for one in found[:-1]] == [one.began for one in found[1:]]
    assert all(one.fixes >= 3 and one.off_m < 8 for one in found)


def test_a_phone_that_tells_each_second_is_not_faster_than_it_drives() -> None:
    """From one second to the next its error is as long as its way: a step of 45 km/h is no transfer."""
    points = noisy(drive((0, 0), (600, 0), (0, 0), every_s=1.0), 4)
    found = work(made(points), STREET, Rules())
    assert told(found.passes) == [(one, 1.0, 1) for one in "abc"] + [(one, 1.0, -1) for one in "cba"]
    assert {one.doing for one in found.spells} == {Doing.WORK}
    assert sum(one.metres for one in found.spells) == pytest.approx(1200, rel=0.05)


def test_what_was_not_seen_on_the_road_is_not_credited_though_the_vehicle_was_heard_of() -> None:
    """Three minutes in a yard behind the houses, and out again two blocks on: the street between was not driven."""
    behind = [(50.0 + 10 * n, 150 + 12.0 * n, 90) for n in range(20)]
    points = [*drive((0, 0), (150, 0), kmh=20), *behind, *drive((400, 0), (600, 0), start=260)]
    assert "b" not in {one.segment for one in work(made(points), STREET, Rules()).passes}


def test_two_vehicles_of_one_name_are_credited_nothing_between_them() -> None:
    """Three kilometres apart, turn by turn: one is left, the other dropped as jumps (but for a last fix, split off)."""
    far = network({"a": ((0, 0), (600, 0)), "between": ((600, 0), (3000, 0)), "z": ((3000, 0), (3600, 0))})
    here, there = drive((0, 0), (600, 0)), drive((3000, 0), (3600, 0), start=5)
    found = work(made(sorted([*here, *there])), far, Rules())
    assert {one.segment for one in found.passes} == {"a"} and found.dropped == {Dropped.JUMP: len(there) - 1}


def test_a_roundabout_is_driven_round() -> None:
    ring = [(100 + 20 * np.cos(turn), 20 * np.sin(turn)) for turn in np.radians([180, 225, 270, 315, 360])]
    far = [(100 + 20 * np.cos(turn), 20 * np.sin(turn)) for turn in np.radians([0, 45, 90, 135, 180])]
    lines = {"west": ((0, 0), (80, 0)), "south": ring, "north": far, "east": ((120, 0), (200, 0))}
    one_way = network(lines, south={"oneway": True}, north={"oneway": True})
    through = noisy(drive((0, 0), *ring, (200, 0), every_s=3.0), 2)
    back = noisy(drive((200, 0), *far, (0, 0), every_s=3.0, start=60), 2)
    assert [one.segment for one in work(made(through), one_way, Rules()).passes] == ["west", "south", "east"]
    assert [one.segment for one in work(made(back), one_way, Rules()).passes] == ["east", "north", "west"]


def test_half_a_street_is_a_half() -> None:
    assert told(passes(made(drive((0, 0), (300, 0))), STREET)) == [("a", 1.0, 1), ("b", 0.5, 1)]


def test_there_and_back_is_two_passes() -> None:
    found = passes(made(noisy(drive((20, 0), (190, 0), (20, 0)), 3)), STREET)
    assert [(one.segment, one.direction) for one in found] == [("a", 1), ("a", -1)]
    assert min(one.share for one in found) >= 0.75


def test_a_corner_between_two_fixes_is_known_from_the_roads() -> None:
    found = passes(made([(0, 50, 0), (30, 100, 80), (40, 100, 150)]), grid(2, 2))
    assert told(found) == [("h0_0", 0.5, 1), ("v1_0", 1.0, 1), ("v1_1", 0.5, 1)]


def test_a_segment_between_two_fixes_is_credited_without_a_fix_on_it() -> None:
    found = passes(made([(0, 150, 0), (50, 450, 0)]), STREET)
    assert [(one.segment, one.fixes) for one in found] == [("a", 0), ("b", 0), ("c", 1)]


def test_nothing_is_credited_across_a_split() -> None:
    points = [*drive((0, 0), (100, 0)), *drive((350, 0), (600, 0), start=400)]
    assert told(work(made(points), STREET, Rules()).passes) == [("a", 0.5, 1), ("b", 0.2, 1), ("c", 1.0, 1)]


def test_a_fix_that_jumps_is_credited_nowhere() -> None:
    points = drive((0, 0), (600, 0))
    points[4] = (points[4][0], 300, 3000)
    found = work(made(points), network({"far": ((0, 3000), (600, 3000)), "near": ((0, 0), (600, 0))}), Rules())
    assert told(found.passes) == [("near", 1.0, 1)] and found.dropped == {"jump": 1}


def test_the_road_beside_gets_nothing() -> None:
    beside = network({"city": ((0, 0), (600, 0)), "prefecture": ((0, 22), (600, 22))})
    found = passes(made(noisy(drive((0, 22), (600, 22)), 5)), beside)
    assert told(found) == [("prefecture", 1.0, 1)]


def test_heading_tells_a_ramp_from_the_road_that_it_crosses() -> None:
    crossing = network({"over": ((0, -60), (0, 60)), "under": ((-60, 0), (60, 0))})
    driven = made([(0, 1, -9), (4, 2, 2), (8, 1, 10)])
    north = replace(driven, heading_deg=np.full(3, 0.0), speed_kmh=np.full(3, 20.0))
    assert {one.segment for one in passes(north, crossing)} == {"over"}


def test_a_bridge_is_no_junction() -> None:
    crossing = network({"over": ((0, -300), (0, 300)), "under": ((-300, 0), (300, 0))})
    found = passes(made(drive((-200, 0), (0, 0), (0, 200))), crossing)
    assert {(one.segment, one.share < 0.8) for one in found} == {("under", True), ("over", True)}


def test_a_one_way_street_is_not_driven_against() -> None:
    lines = {"in": ((0, 0), (200, 0)), "single": ((200, 0), (400, 0))}
    against = drive((400, 0), (0, 0))
    assert [one.segment for one in passes(made(against), network(lines))] == ["single", "in"]
    assert [one.segment for one in passes(made(against), network(lines, single={"oneway": True}))] == ["in"]


def test_in_a_car_park_nothing_is_plowed() -> None:
    assert passes(made(drive((0, 60), (600, 60))), STREET) == []


def test_forty_minutes_at_a_shop_are_no_pass() -> None:
    waiting = [(600 + 20.0 * count, 300, 8) for count in range(120)]
    found = passes(made(noisy(waiting, 5)), STREET)
    assert found == []


def test_what_was_done_before_and_after_a_stop_counts() -> None:
    first = drive((0, 0), (300, 0))
    stop = [(first[-1][0] + 20.0 * count, 300.0, 6.0) for count in range(1, 60)]
    last = drive((300, 0), (600, 0), start=stop[-1][0] + 20)
    found = passes(made([*first, *stop, *last]), STREET)
    assert told(found) == [("a", 1.0, 1), ("b", 0.5, 1), ("b", 0.5, 1), ("c", 1.0, 1)]


def test_driving_to_work_is_no_work() -> None:
    assert passes(made(drive((0, 0), (600, 0), kmh=60)), STREET) == []


def test_in_the_depot_nothing_is_credited() -> None:
    around = shapely.box(lon_of(150), lat_of(-40), lon_of(450), lat_of(40))
    yard = Fences([Fence(code="d", name="車両基地", kind="depot", geometry=around)])
    found = work(made(drive((0, 0), (600, 0))), STREET, Rules(fences=yard)).passes
    assert {one.segment for one in found} == {"a", "c"} and all(one.share < 0.8 for one in found)


def doing(track: Track, *activities: str) -> Track:
    return replace(track, activity=np.array([ACTIVITIES.index(one) for one in activities], dtype=float))


def test_the_activity_that_the_vehicle_tells() -> None:
    track = made([(0, 0, 0), (30, 190, 0), (60, 300, 0), (90, 450, 0), (120, 600, 0)])
    found = passes(doing(track, "none", "none", "plow", "plow", "deice"), STREET)
    assert [(one.segment, one.activity) for one in found] == [("b", "plow"), ("c", "plow"), ("c", "deice")]


def test_a_fix_beside_the_road_is_passed_over() -> None:
    points = drive((0, 0), (600, 0))
    points[3] = (points[3][0], points[3][1], 55.0)
    assert told(passes(made(points), STREET)) == [("a", 1.0, 1), ("b", 1.0, 1), ("c", 1.0, 1)]


def test_accuracy_widens_the_search() -> None:
    points = drive((0, 25), (600, 25))
    assert passes(made(points, [5.0] * len(points)), STREET) == []
    assert told(passes(made(points, [15.0] * len(points)), STREET)) == [("a", 1.0, 1), ("b", 1.0, 1), ("c", 1.0, 1)]


def test_an_empty_network_is_refused() -> None:
    with pytest.raises(ValueError, match="import one"):
        Network([])


def test_two_segments_of_one_id_are_refused() -> None:
    one = STREET.segments[0]
    with pytest.raises(ValueError, match="ids occur twice: a"):
        Network([one, one])


TOWN = grid(4, 4)
CORNERS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=5)


@settings(max_examples=40, deadline=None)
@given(CORNERS, st.integers(0, 99), st.randoms(use_true_random=False))
def test_in_whatever_order_fixes_come_the_passes_are_the_same(
    corners: list[tuple[int, int]], seed: int, random: Random
) -> None:
    way = [(100.0 * x, 100.0 * y) for x, y in corners]
    if shapely.LineString(way).length < 100:
        way = [(0, 0), (300, 0)]
    points = noisy(drive(*way), 5, seed)
    found = work(made(points), TOWN, Rules()).passes
    again = points + random.sample(points, len(points) // 2)  # a third came twice
    random.shuffle(again)
    assert work(made(again), TOWN, Rules()).passes == found
    for one in found:
        assert 0 <= one.from_m < one.to_m <= one.length_m + 0.1 and one.began <= one.ended
        assert (one.to_m - one.from_m) / max(one.ended - one.began, 1) < 80 / 3.6
    times = [(one.began, one.ended) for one in found]
    assert all(ended <= began for (_, ended), (began, _) in pairwise(times)), "in one place at once"


def test_late_fixes_complete_a_pass_and_make_no_second() -> None:
    points = drive((0, 0), (600, 0))
    early = work(made([*points[:5], *points[25:]]), STREET, Rules()).passes
    whole = work(made(points), STREET, Rules()).passes
    assert len(whole) == 3 and sum(one.share for one in early) < 2.9
    assert work(made([*points[:5], *points[25:], *points[5:25]]), STREET, Rules()).passes == whole


def test_a_stop_whose_middle_is_empty_is_still_a_stop() -> None:
    around = [(20.0 * count, 14.0 * (-1) ** count, 14.0 * (-1) ** (count // 2)) for count in range(30)]
    assert passes(made(around), STREET) == []
