"""The flood model: levels, what is foreseen, silence, and what must never raise a level."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.status import Status
from geo.hazard import Hazard
from geo.model import Ground, Inputs, Sample
from geo.models.flood import Flood
from geo.shelter import Shelter
from tests.geo.making import FLOOD, NOW, SQUARES, flood_layer, gauge, ground, inputs, series

MODEL = Flood()


def run(samples: list[Sample], where: Ground | None = None, **more: object) -> list[Hazard]:
    given_inputs = replace(inputs("g1", "water_level", samples), **more)  # type: ignore[arg-type]
    return MODEL.run(given_inputs, where or ground(gauge()))


def levels(hazards: list[Hazard], observed: bool = True) -> dict[str, int]:
    return {h.area: h.level for h in hazards if h.observed is observed}


@pytest.mark.parametrize(
    ("value", "level", "name"),
    [
        (1.99, 0, ""),
        (2.0, 2, "氾濫注意水位"),
        (2.5, 3, "避難判断水位"),
        (2.8, 4, "氾濫危険水位"),
        (4.0, 5, "氾濫発生水位"),
    ],
)
def test_levels_at_their_thresholds(value: float, level: int, name: str) -> None:
    hazards = run(series([value] * 7))
    assert levels(hazards) == ({"sw": level, "se": level} if level else {})
    assert all(h.alert_level and h.facts["threshold"] == name for h in hazards)


def test_a_small_gauge_has_levels_of_its_own() -> None:
    small = ground(gauge(thresholds={"start": 1.0, "warn": 2.0, "flood": 3.0}))
    for value, level in ((0.9, None), (1.0, 1), (2.0, 4), (3.0, 5)):
        found = run(series([value] * 7), small)
        assert levels(found).get("sw") == level
        assert all(h.alert_level is (h.level > 1) for h in found)


def test_what_a_hazard_tells() -> None:
    inside = Shelter(code="E1", name="試験小学校", address="", lon=141.07, lat=39.67, hazards=frozenset({"flood"}))
    on_border = replace(inside, code="E2", name="境の公園", lon=141.06)
    outside = replace(inside, code="E3", name="丘の上", lat=39.695)
    one = run(series([2.6] * 7), ground(gauge(verify=True), shelters=[inside, on_border, outside]))[0]
    assert (one.kind, one.area_name, one.source, one.status) == ("flood", "sw地区", "g1", Status.ACTUAL)
    assert one.facts["shelters_inside"] == 2
    assert (one.facts["depth_rank"], one.facts["depth_min_m"], one.facts["depth_max_m"]) == (4, 5.0, 10.0)
    assert one.headline == "試験川 試験橋 2.60 m、避難判断水位 2.50 m 以上"
    gauge_text, layer_text = (evidence.text for evidence in one.evidence)
    assert gauge_text == "試験川 試験橋 2.60 m（18:00、避難判断水位 2.50 m）。基準値は要確認"
    assert (
        layer_text
        == "浸水想定 規模の記載がない図 最大ランク4（5～10 m）。区域内の避難場所 2 か所：試験小学校、境の公園"
    )
    assert one.evidence[0].ref == "r6"
    assert one.since == NOW - timedelta(minutes=60)
    assert one.valid_until == NOW + timedelta(minutes=30)


def test_a_rise_is_foreseen_with_the_hour() -> None:
    samples = series([2.6 - 0.05 * i for i in range(6, -1, -1)])  # 0.3 m an hour
    found = [h for h in run(samples) if not h.observed]
    assert levels(found, observed=False) == {"sw": 3, "se": 3}, "danger foreseen is level 3, as 氾濫警戒情報 has it"
    one = found[0]
    assert one.source == "g1:foreseen"
    assert one.facts["danger_at"] == one.facts["reached_at"] == "2026-08-01T18:48+09:00"
    assert one.probability == 0.9
    assert "18:48ごろ氾濫危険水位に達する見込み" in one.headline
    assert any("+0.30 m/時" in evidence.text for evidence in one.evidence)


def test_a_falling_river_foresees_nothing() -> None:
    assert levels(run(series([2.9 - 0.05 * i for i in range(7)])), observed=False) == {}


def test_one_report_alone_raises_no_evacuation_level() -> None:
    found = run(series([5.0]))
    assert levels(found) == {"sw": 1, "se": 1}
    assert not found[0].alert_level
    assert found[0].facts["confirmed"] is False
    assert "未確認" in found[0].headline
    assert levels(run(series([2.1]))) == {"sw": 1, "se": 1}, "not even the lowest of them"


@pytest.mark.parametrize("before", [[1.5], [1.5] * 7, [1.5, 1.5, 1.5]])
def test_a_glitch_raises_nothing_and_a_second_report_confirms(before: list[float]) -> None:
    assert levels(run(series([*before, 5.0]))) == {}
    assert levels(run(series([*before, 5.0, 1.5]))) == {}
    assert levels(run(series([*before, 5.0, 5.0]))) == {"sw": 5, "se": 5}


def test_a_glitch_confirms_no_other_glitch() -> None:
    assert levels(run(series([1.9, 1.9, 1.9, 1.9, 6.0, 1.9, 2.9]))) == {"sw": 2, "se": 2}


def test_what_has_not_happened_is_never_foreseen_as_level_5() -> None:
    rising = run(series([2.9, 3.05, 3.2, 3.35, 3.5, 3.65, 3.8]))
    assert all(hazard.facts["threshold"] == "氾濫発生水位" for hazard in rising if not hazard.observed)
    assert levels(rising, observed=False) == {"sw": 4, "se": 4}


def test_values_out_of_range_are_not_believed() -> None:
    assert run(series([99.0] * 7)) == []
    assert run(series([-99.0] * 7)) == []


def test_a_silent_gauge_says_so_runs_out_and_is_forgotten() -> None:
    samples = series([2.6] * 7)
    late = run(samples, now=NOW + timedelta(minutes=31))
    assert levels(late) == {"sw": 3, "se": 3}
    assert late[0].facts["stale"] is True
    assert "届いていない" in late[0].headline
    assert late[0].valid_until == NOW + timedelta(hours=3)
    run_out = run(samples, now=NOW + timedelta(hours=3, minutes=1))
    assert run_out and all(hazard.valid_until < NOW + timedelta(hours=3, minutes=1) for hazard in run_out)
    assert run(samples, now=NOW + timedelta(hours=24, minutes=1)) == [], (
        "silence is no all-clear, but it is no news either"
    )


def test_a_silent_gauge_foresees_nothing() -> None:
    samples = series([2.6 - 0.05 * i for i in range(6, -1, -1)])
    assert levels(run(samples, now=NOW + timedelta(minutes=31)), observed=False) == {}


def test_a_gauge_without_thresholds_gives_no_level() -> None:
    assert run(series([9.0] * 7), ground(gauge(thresholds={}))) == []


def test_a_gauge_without_districts_speaks_for_flooded_ones_near_it() -> None:
    assert levels(run(series([2.6] * 7), ground(gauge(areas=())))) == {"sw": 3, "se": 3}


@pytest.mark.parametrize("layers", [(), (flood_layer([]),)], ids=["no layer", "empty layer"])
def test_without_a_layer_the_district_of_the_gauge_is_meant_and_no_data_is_said(layers: tuple[object, ...]) -> None:
    found = run(series([2.6] * 7), ground(gauge(areas=()), layers=layers))  # type: ignore[arg-type]
    assert levels(found) == {"sw": 3}
    assert found[0].facts["depth_rank"] == 0
    assert "depth_min_m" not in found[0].facts
    assert "安全という意味ではない" in found[0].evidence[1].text
    nowhere = run(series([2.6] * 7), ground(gauge(areas=(), lon=141.01, lat=39.61), layers=layers))  # type: ignore[arg-type]
    assert levels(nowhere) == {"03201": 3}


def test_a_zone_that_only_touches_the_district_is_not_in_it() -> None:
    beside = flood_layer([(5, shapely.box(141.10, 39.66, 141.11, 39.67))])
    found = run(series([2.6] * 7), ground(gauge(), layers=[beside]))
    assert {h.area: h.facts["depth_rank"] for h in found} == {"sw": 0, "se": 5}


def test_the_deepest_of_several_layers_counts() -> None:
    deeper = flood_layer([(5, shapely.box(141.07, 39.67, 141.08, 39.68))], name="other")
    found = run(series([2.6] * 7), ground(gauge(), layers=[FLOOD, deeper]))
    assert {h.area: h.facts["depth_rank"] for h in found} == {"sw": 5, "se": 4}


def test_status_travels_and_gauges_stand_side_by_side() -> None:
    both = ground(gauge(), gauge("g2", thresholds={"caution": 2.0}))
    samples = series([2.6] * 7)
    found = MODEL.run(
        Inputs(
            now=NOW,
            status=Status.EXERCISE,
            series={("g1", "water_level"): samples, ("g2", "water_level"): tuple(samples)},
        ),
        both,
    )
    assert {h.status for h in found} == {Status.EXERCISE}
    assert len({h.key for h in found}) == len(found) == 4
    assert {h.source: h.level for h in found if h.area == "sw"} == {"g1": 3, "g2": 2}


READINGS = st.lists(st.floats(0.0, 5.0), min_size=1, max_size=14)


def top(hazards: list[Hazard], observed: bool | None = None) -> int:
    return max((h.level for h in hazards if observed in (None, h.observed)), default=0)


@given(READINGS, READINGS)
@settings(max_examples=60)
def test_values_after_now_never_change_the_result(past: list[float], future: list[float]) -> None:
    known = series(past)
    later = [Sample(NOW + timedelta(minutes=10 * i), value, "later") for i, value in enumerate(future, 1)]
    assert run([*known, *later]) == run(known)


@given(READINGS, st.floats(0.0, 2.0))
@settings(max_examples=60)
def test_a_higher_newest_report_never_lowers_a_level(past: list[float], more: float) -> None:
    low, high = run(series(past)), run(series([*past[:-1], past[-1] + more]))
    assert top(high, observed=True) >= top(low, observed=True)
    assert top(high) >= top(low)


@given(READINGS, st.floats(0.0, 2.0))
@settings(max_examples=60)
def test_a_higher_river_never_lowers_a_level(past: list[float], more: float) -> None:
    assert top(run(series([value + more for value in past]))) >= top(run(series(past)))


def test_the_same_inputs_give_the_same_hazards() -> None:
    samples = series([2.0 + 0.1 * i for i in range(8)])
    assert run(samples) == run(list(samples)) == Flood().run(inputs("g1", "water_level", samples), ground(gauge()))


def test_the_areas_of_a_gauge_are_those_of_the_squares() -> None:
    assert {h.area for h in run(series([2.6] * 7))} <= set(SQUARES)
