"""Design scenarios: names, order, and that one is never told as another."""

from __future__ import annotations

import pytest
import shapely

from geo.area import Area
from geo.exposure import exposure
from geo.flooding.scenario import MAXIMUM, PLANNED, UNSTATED, Scenario, scenario_named, scenario_of
from geo.flooding.telling import depth_facts, depths_told, layer_evidence
from geo.layers.layer import Layer, Zone
from tests.geo.making import SQUARES, ground


def layer(name: str, *zones: tuple[int, shapely.Polygon, dict[str, object]]) -> Layer:
    return Layer(name, "flood", [Zone(shape, {"depth_rank": rank, **facts}) for rank, shape, facts in zones], "1")


SW = Area(code="sw", name="sw地区", kind="district", geometry=SQUARES["sw"])
IN_SW = shapely.box(141.06, 39.66, 141.09, 39.69)


def test_the_order_is_that_of_rarer_rain() -> None:
    keys = ["1/10", "1/30", "1/200", "planned", "maximum"]
    found = [scenario_named(key) for key in keys]
    assert [one.order for one in found] == sorted({one.order for one in found})
    assert PLANNED.order < UNSTATED.order < MAXIMUM.order
    assert scenario_named("1/30").order < Scenario("planned", 100).order < scenario_named("1/150").order
    assert [one.key for one in found] == keys


@pytest.mark.parametrize("key", ["", "L2", "1/0", "1/1000", "1/500", "30", "1/3.5"])
def test_what_is_no_scenario(key: str) -> None:
    with pytest.raises(ValueError, match=r"planned, maximum, or 1/YEARS"):
        scenario_named(key)


@pytest.mark.parametrize(
    ("facts", "key", "name"),
    [
        ({"scenario": "maximum"}, "maximum", "想定最大規模"),
        ({"scenario": "planned", "return_period_years": 150}, "planned", "計画規模（1/150）"),
        ({"scenario": "frequency", "return_period_years": 30.0}, "1/30", "30年に1度の雨の規模"),
        ({"scenario": "frequency"}, "unstated", "規模の記載がない図"),
        ({"scenario": None}, "unstated", "規模の記載がない図"),
        ({}, "unstated", "規模の記載がない図"),
    ],
)
def test_a_zone_tells_its_scenario(facts: dict[str, object], key: str, name: str) -> None:
    found = scenario_of(facts)
    assert (found.key, found.name) == (key, name)
    assert found.name_en


def test_scenarios_are_told_apart_and_the_deepest_with_its_name() -> None:
    one = layer("l1", (2, IN_SW, {"scenario": "planned"}))
    two = layer("l2", (4, IN_SW, {"scenario": "maximum"}), (1, SQUARES["se"], {"scenario": "maximum"}))
    found = exposure(ground(layers=[one, two]), SW)
    assert depths_told(found.depths) == "想定最大規模 最大ランク4（5～10 m）、計画規模 最大ランク2（0.5～3 m）"
    assert (found.deepest.rank, found.deepest.scenario) == (4, MAXIMUM)
    assert depth_facts(found.deepest) == {
        "depth_min_m": 5.0,
        "depth_max_m": 10.0,
        "depth_scenario": "想定最大規模",
        "depth_scenario_en": "largest conceivable flood",
    }


def test_the_same_holds_within_one_layer_and_of_two_alike_the_frequent_one_is_named() -> None:
    both = layer("all", (3, IN_SW, {"scenario": "planned"}), (3, IN_SW, {"scenario": "maximum"}))
    found = exposure(ground(layers=[both]), SW)
    assert [depth.scenario for depth in found.depths] == [MAXIMUM, PLANNED]
    assert found.deepest.scenario == PLANNED


def test_no_map_is_no_safety() -> None:
    found = exposure(ground(layers=[]), SW)
    assert (found.depths, found.deepest.rank) == ((), 0)
    assert "安全という意味ではない" in layer_evidence(found).text


def test_the_deepest_rank_has_no_upper_bound() -> None:
    found = exposure(ground(layers=[layer("deep", (6, IN_SW, {"scenario": "maximum"}))]), SW).deepest
    assert found.metres == "20 m 以上"
    assert "depth_max_m" not in depth_facts(found)
