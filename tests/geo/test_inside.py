"""What lies inside a hazard: the bounds hold, nothing is guessed, and the real map gives the known counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import to_degrees, to_metres
from geo.ground import load_ground
from geo.inside import inside, zone_of
from geo.layers.importing import Request, import_layer
from geo.layers.layer import Layer, Zone
from geo.mesh import cells_over
from geo.shelter import Shelter, shelters_in
from tests.geo.making import CITY, FLOOD, SQUARES, flood_layer, ground

CELLS = cells_over(CITY, 4)
PEOPLE = Layer("p", "population", [Zone(cell.polygon, {"people": 100.0}) for cell in CELLS], "1")
ROAD = shapely.LineString([(141.05, 39.675), (141.15, 39.675)])
ROADS = Layer("r", "road", [Zone(ROAD, {"road_class": "national"})], "1")


def shelter(code: str, lon: float, lat: float) -> Shelter:
    return Shelter(code=code, name=code, address="", lon=lon, lat=lat, hazards=frozenset({"flood"}))


def test_a_square_over_a_town() -> None:
    places = [shelter("in", 141.07, 39.67), shelter("by", 141.0502, 39.6998), shelter("out", 141.19, 39.79)]
    box = shapely.box(141.0503, 39.66, 141.09, 39.70)
    found = inside(ground(layers=[PEOPLE, ROADS], shelters=places), box)
    assert found.area_km2 == pytest.approx(to_metres(box).area / 1e6)
    assert found.people and found.people.low < found.people.likely < found.people.high
    assert found.people.likely == pytest.approx(
        100 * found.area_km2 / (to_metres(CELLS[0].polygon).area / 1e6), rel=0.01
    )
    assert found.people_known == pytest.approx(1.0)
    assert [place.code for place in found.shelters] == ["in"]
    assert [place.code for place in found.shelters_near] == ["by"]
    km = to_metres(ROAD).length / 1000
    assert found.roads_km and found.roads_km["national"].likely == pytest.approx(km * 0.397, rel=0.001)
    assert found.roads_km["national"].high - found.roads_km["national"].low == pytest.approx(0.12, abs=0.01)
    assert [(area.code, round(share, 2)) for area, share in found.districts] == [("sw", 0.64)]
    assert found.unknown == ()


@settings(max_examples=30)
@given(st.tuples(st.floats(141.01, 141.15), st.floats(39.61, 39.75)), st.floats(0.0005, 0.04), st.floats(0.0005, 0.04))
def test_bounds_hold_and_more_hazard_is_never_fewer_people(
    corner: tuple[float, float], wide: float, tall: float
) -> None:
    here = ground(layers=[PEOPLE, ROADS])
    small = shapely.box(*corner, corner[0] + wide, corner[1] + tall)
    large = shapely.box(*corner, corner[0] + 1.2 * wide, corner[1] + 1.2 * tall)
    less, more = inside(here, small), inside(here, large)
    assert less.people and more.people
    for found in (less, more):
        assert 0 <= found.people.low <= found.people.likely <= found.people.high
        assert all(km.low <= km.likely + 1e-9 <= km.high + 2e-9 for km in found.roads_km.values())
    assert less.people.likely <= more.people.likely and less.people.high <= more.people.high


def test_what_no_layer_tells_is_unknown_and_not_nobody() -> None:
    found = inside(ground(), SQUARES["sw"])
    assert (found.people, found.roads_km) == (None, None)
    assert found.unknown == ("population: no such layer", "roads: no such layer")
    half = Layer("p", "population", PEOPLE.zones[: len(PEOPLE.zones) // 2], "1")
    found = inside(ground(layers=[half]), shapely.box(141.02, 39.62, 141.18, 39.78))
    assert found.unknown[-1] == f"population: known for {found.people_known:.0%} of the polygon"
    assert 0.3 < found.people_known < 0.7


def test_the_finest_population_layer_counts_once() -> None:
    coarse = Layer("c", "population", [Zone(CITY, {"people": 1e6})], "1")
    here, both = ground(layers=[PEOPLE]), ground(layers=[coarse, PEOPLE])
    assert inside(here, SQUARES["sw"]).people == inside(both, SQUARES["sw"]).people


def test_zones_by_rank_and_place() -> None:
    overlapping = flood_layer([(1, SQUARES["sw"]), (3, SQUARES["sw"].buffer(-0.01))])
    assert zone_of([overlapping]).equals(SQUARES["sw"])
    assert zone_of([overlapping], least_rank=3).equals(SQUARES["sw"].buffer(-0.01))
    assert zone_of([overlapping], least_rank=4).is_empty
    assert zone_of([FLOOD], within=SQUARES["se"]).area == pytest.approx(0.01 * 0.01)
    slope = Layer("s", "landslide", [Zone(SQUARES["nw"], {"zone": "red"})], "1")
    assert zone_of([slope], least_rank=6).equals(SQUARES["nw"])


def test_an_empty_hazard_holds_nothing() -> None:
    found = inside(ground(layers=[PEOPLE, ROADS], shelters=[shelter("a", 141.07, 39.67)]), shapely.Polygon())
    assert (found.area_km2, found.shelters, found.shelters_near, found.districts) == (0, (), (), ())
    assert found.people and found.people.high == 0


def test_an_imported_list_of_shelters_takes_the_profiles_place() -> None:
    facts = {"code": "E1", "name": "城北小", "designation": "emergency", "hazards": "flood,fire", "note": None}
    stay = facts | {"code": "E2", "designation": "evacuation"}
    layer = Layer("s", "shelter", [Zone(shapely.Point(141.1, 39.7), one) for one in (facts, stay)], "1")
    assert shelters_in(layer) == [
        replace(shelter("E1", 141.1, 39.7), name="城北小", hazards=frozenset({"flood", "fire"}))
    ]


@pytest.mark.real
def test_the_real_flood_over_the_real_city(real_data: Path, tmp_path: Path) -> None:
    """31.2 km² of water and 19 of 135 flood shelters inside, as the data's documentation has them."""
    at = datetime(2026, 8, 1, tzinfo=UTC)
    for name, kind in (("morioka_flood_l2_A31b.fgb", "flood"), ("shelters_emergency_032018.csv", "shelter")):
        import_layer(Request(file=real_data / "geo" / name, kind=kind, name=kind, imported_at=at), tmp_path)
    profile = Path(__file__).parents[2] / "config" / "morioka"
    morioka = load_ground(profile, [tmp_path / "flood.fgb", tmp_path / "shelter.fgb"])
    assert len(morioka.shelters) == 245
    flooded = zone_of(morioka.layers.of_kind("flood"))
    cells = cells_over(flooded.envelope, 4)
    people = Layer("p", "population", [Zone(cell.polygon, {"people": 10.0}) for cell in cells], "1")
    morioka = replace(morioka, layers=type(morioka.layers)([*morioka.layers, people]))
    found = inside(morioka, flooded)
    assert found.area_km2 == pytest.approx(31.2, abs=0.2)
    assert sum("flood" in one.hazards for one in found.shelters) == 19
    assert found.people and found.people.low < found.people.likely < found.people.high
    assert found.people.likely == pytest.approx(10 * found.area_km2 / _km2(cells[0].polygon), rel=0.02)
    assert len(found.districts) >= 5


def _km2(shape: shapely.Geometry) -> float:
    return float(to_metres(shape).area / 1e6)


def test_metres_and_degrees_are_inverse_for_arrays() -> None:
    points = shapely.points(np.array([(141.1, 39.7), (141.2, 39.8)]))
    assert shapely.equals_exact(to_degrees(to_metres(points)), points, 1e-9).all()
