"""The road that a place is on."""

from __future__ import annotations

from geo.plow.placing import placed
from tests.geo.plow.making import lat_of, lon_of
from tests.geo.plow.streets import network

CITY = network({"b": ((0, 0), (200, 0)), "a": ((0, 40), (200, 40))})


def at(east: float, north: float, reach: float = 60.0) -> str:
    found = placed(CITY, lon_of(east), lat_of(north), reach)
    return found.segment.id if found else ""


def test_the_nearest_road_within_reach_is_it_and_halfway_the_first_by_name() -> None:
    assert (at(50, 5), at(50, 35), at(50, 101), at(50, 99)) == ("b", "a", "", "a")
    assert at(50, 20) in ("a", "b")


def test_all_who_ask_about_a_road_are_shown_at_its_middle() -> None:
    one, other = (placed(CITY, lon_of(east), lat_of(3)) for east in (10, 190))
    assert one is not None and other is not None and one.middle == other.middle
    assert abs(one.middle[0] - lon_of(100)) < 1e-5 and 2.5 < one.distance_m < 3.5
