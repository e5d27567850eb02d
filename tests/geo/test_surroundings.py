"""What an area holds: each scenario apart, people in the water, slopes by colour, shelters to the next street."""

from __future__ import annotations

import shapely

from geo.area import Area
from geo.layers.layer import Layer, Zone
from geo.mesh import cells_over
from geo.shelter import Shelter
from geo.surroundings import NEAR_M, surroundings
from tests.geo.making import CITY, SQUARES, ground

PEOPLE = Layer(
    "p", "population", [Zone(cell.polygon, {"people": 100.0}) for cell in cells_over(CITY, 4)], "1", "census"
)
SQUARE = Area(code="ne", name="ne地区", kind="district", geometry=SQUARES["ne"])
WEST, SOUTH, EAST, NORTH = SQUARE.geometry.bounds
HALF = shapely.box(WEST, SOUTH, (WEST + EAST) / 2, NORTH)
FLOOD = Layer(
    "f",
    "flood",
    [Zone(HALF, {"depth_rank": 3, "scenario": "maximum"}), Zone(HALF, {"depth_rank": 1, "scenario": "planned"})],
    "1",
    "flood map",
)
SLOPES = Layer(
    "s",
    "landslide",
    [
        Zone(shapely.box(WEST, SOUTH, WEST + 0.001, SOUTH + 0.001), {"phenomenon": "debris_flow", "zone": "red"}),
        Zone(shapely.box(WEST, SOUTH, WEST + 0.002, SOUTH + 0.002), {"phenomenon": "debris_flow", "zone": "yellow"}),
        Zone(shapely.box(EAST, NORTH, EAST + 0.1, NORTH + 0.1), {"phenomenon": "landslide", "zone": "red"}),
    ],
    "1",
)


def shelter(code: str, lon: float, lat: float) -> Shelter:
    return Shelter(code=code, name=code, address="", lon=lon, lat=lat, hazards=frozenset({"flood"}))


def test_scenarios_stand_apart_and_people_in_the_water_are_fewer_than_in_the_area() -> None:
    found = surroundings(ground(layers=[PEOPLE, FLOOD, SLOPES]), SQUARE)
    assert [(one.depth.scenario.key, one.depth.rank) for one in found.water] == [("maximum", 3), ("planned", 1)]
    assert all(abs(one.share - 0.5) < 0.01 for one in found.water)
    assert found.inside.people and found.water[0].people
    assert 0.4 < found.water[0].people.likely / found.inside.people.likely < 0.6
    assert [(one.phenomenon, one.zone, one.many) for one in found.slopes] == [
        ("debris_flow", "red", 1),
        ("debris_flow", "yellow", 1),
    ], "a zone that shares a corner alone is not in the area"
    assert found.credits == ("flood map", "census")


def test_shelters_are_told_to_the_next_street_with_what_may_come_to_them() -> None:
    places = [
        shelter("dry", EAST - 0.001, NORTH - 0.001),
        shelter("wet", WEST + 0.005, NORTH - 0.005),
        shelter("near", EAST + 0.005, NORTH - 0.005),
        shelter("far", EAST + 0.09, NORTH),
    ]
    found = surroundings(ground(layers=[FLOOD, SLOPES], shelters=places), SQUARE).refuges
    assert [(one.shelter.code, one.in_water) for one in found] == [("dry", False), ("wet", True), ("near", False)]
    assert found[0].metres == 0 and 0 < found[2].metres < NEAR_M


def test_where_no_map_is_nothing_is_told_as_none() -> None:
    found = surroundings(ground(), SQUARE)
    assert (found.water, found.slopes, found.refuges, found.inside.people) == ((), (), (), None)


def test_it_is_worked_out_once_for_each_area() -> None:
    here = ground(layers=[FLOOD])
    assert surroundings(here, SQUARE) is surroundings(here, SQUARE)
    assert surroundings(ground(layers=[FLOOD]), SQUARE) is not surroundings(here, SQUARE)
