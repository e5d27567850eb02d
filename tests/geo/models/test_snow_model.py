"""Snow: what counts as new, what is noise, and which sections are meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.hazard import Hazard
from geo.model import Sample
from geo.models.snow import Snow
from geo.snow.snowfall import NewSnow, hourly, new_snow, without_jumps
from tests.geo.making import NOW, gauge, ground, inputs, series

HOUR = timedelta(hours=1)
MODEL = Snow()


def run(samples: list[Sample], now: object = NOW, **station: object) -> list[Hazard]:
    fields = {"quantities": frozenset({"snow_depth"}), "unit": "cm", "thresholds": {}, "river": ""} | station
    return MODEL.run(inputs("g1", "snow_depth", samples, now), ground(gauge(**fields), plow=True))  # type: ignore[arg-type]


def test_the_known_answer_of_snowfall_depth() -> None:
    assert new_snow([10, 12, 11, 15, 15], dead_band=1.0) == NewSnow(6, False)


def test_noise_does_not_snow_and_slow_snow_adds_up() -> None:
    noise = [20.0 + 0.4 * (-1) ** hour for hour in range(24)]
    assert new_snow(noise, 1.0).cm == 0
    slow = [0.5 * hour for hour in range(25)]
    assert new_snow(slow, 1.0).cm == 12.0


def test_hours_without_data_make_it_at_least() -> None:
    assert new_snow([10, None, 14], 1.0) == NewSnow(4, True)
    assert new_snow([], 1.0) == NewSnow(0, False)
    assert new_snow([0, None, None, 50], 1.0, jump=20.0).cm == 50  # three hours may bring that
    assert new_snow([0, 50], 1.0, jump=20.0).cm == 0


def test_a_single_jump_is_ignored_and_a_lasting_one_is_depth_but_no_snow() -> None:
    assert without_jumps([5, 65, 5], 20) == [5, None, 5]
    assert without_jumps([5, 65], 20) == [5, None]
    assert without_jumps([5, 65, 66], 20) == [5, 65, 66]
    assert new_snow([5, 65, 66, 66], 1.0, 20).cm == 1
    assert new_snow([5] * 10 + [65, 66, 66], 1.0, 20).cm == 1  # however long it lay still before


def test_hourly_medians_drop_a_bird_on_the_gauge() -> None:
    samples = series([5.0, 5.0, 300.0, 5.0, 5.0, 6.0])
    assert hourly(samples, NOW, hours=2) == [None, 5.0]
    assert hourly(samples, NOW + timedelta(minutes=10), hours=2) == [5.0, None]
    assert hourly([], NOW, hours=2) == [None, None]
    assert hourly(series([-1.5]), NOW, hours=1) == [0.0]


def test_new_snow_calls_the_plows() -> None:
    found = run(series([float(value) for value in range(13)], step=HOUR))
    assert [h.area for h in found] == ["se", "sw"] or [h.area for h in found] == ["sw", "se"]
    one = found[0]
    assert (one.kind, one.level, one.alert_level, one.source) == ("snow_depth", 2, False, "g1")
    assert (one.facts["new_snow_cm"], one.facts["depth_cm"], one.facts["hours"]) == (12.0, 12.0, 12)
    assert one.headline == "試験橋 積雪 12 cm、12時間の新雪 12 cm（18:00）"
    assert one.valid_until == NOW + timedelta(hours=2)


@pytest.mark.parametrize(("depth", "found"), [(9.9, False), (10.0, True)])
def test_the_depth_that_calls_the_plows(depth: float, found: bool) -> None:
    assert bool(run(series([depth] * 13, step=HOUR))) is found


def test_new_snow_that_has_melted_calls_nobody() -> None:
    fallen = [float(value) for value in range(13)]
    assert run(series([*fallen, 8.0, 7.0], step=HOUR))
    assert run(series([*fallen, 8.0, 4.0], step=HOUR)) == []


def test_a_section_is_not_called_and_sent_home_by_the_minute() -> None:
    """The exercise's morning: the sections hear one beginning and one end, at whatever minute one looks."""
    depths = [max(0.0, 1.0 + 11.5 * min(1.0, i / 15) - max(0.0, i / 6 - 4) * 3.2) for i in range(72)]
    samples = series(depths)
    called = [bool(run(samples[: i + 1], now=samples[i].at)) for i in range(72)]
    assert sum(one != other for one, other in pairwise(called)) == 2


def test_a_jump_calls_nobody() -> None:
    assert run(series([2.0] * 12 + [62.0], step=HOUR)) == []
    assert run(series([2.0] * 11 + [62.0, 2.0], step=HOUR)) == []


def test_no_data_old_data_and_impossible_data() -> None:
    assert run([]) == []
    assert run(series([30.0] * 13, step=HOUR), now=NOW + timedelta(hours=2, minutes=1)) == []
    assert run(series([900.0] * 13, step=HOUR)) == []


def test_a_fresh_gauge_says_at_least() -> None:
    found = run(series([12.0, 12.0, 13.0], step=HOUR))
    assert found[0].facts["at_least"] is True
    assert "以上" in found[0].headline


def test_a_gauge_without_sections_speaks_for_the_one_it_stands_in() -> None:
    deep = series([20.0] * 13, step=HOUR)
    assert [h.area for h in run(deep, areas=())] == ["sw"]
    assert [h.area for h in run(deep, areas=(), lon=141.01, lat=39.61)] == ["03201"]


@given(st.lists(st.floats(0, 200), min_size=1, max_size=30), st.lists(st.floats(0, 200), max_size=5))
def test_values_after_now_never_change_the_result(past: list[float], future: list[float]) -> None:
    known = series(past, step=HOUR)
    later = [Sample(NOW + HOUR * i, value, "later") for i, value in enumerate(future, 1)]
    assert run([*known, *later]) == run(known)


def after_pass(hours_ago: float, depths: list[float]) -> list[Hazard]:
    known = inputs("g1", "snow_depth", series(depths, step=HOUR))
    there = ground(gauge(quantities=frozenset({"snow_depth"}), unit="cm", thresholds={}, areas=("sw", "se")), plow=True)
    return MODEL.run(replace(known, passes={"sw": NOW - timedelta(hours=hours_ago)}), there)


def test_new_snow_counts_from_the_last_pass_of_its_own_section() -> None:
    plowed, other = sorted(after_pass(3, [float(hour) for hour in range(25)]), key=lambda one: one.area != "sw")
    assert (plowed.facts["new_snow_cm"], other.facts["new_snow_cm"]) == (3.0, 12.0)
    assert (plowed.facts["new_24h_cm"], other.facts["new_24h_cm"]) == (24.0, 24.0)
    assert "除雪（15:00）後の新雪 3 cm" in plowed.headline and plowed.facts["passed_at"] == "2026-08-01T15:00+09:00"
    assert "passed_at" not in other.facts


@pytest.mark.parametrize("hours_ago", [13.0, -1.0])
def test_a_pass_long_ago_or_still_to_come_changes_nothing(hours_ago: float) -> None:
    assert {one.facts["new_snow_cm"] for one in after_pass(hours_ago, [float(h) for h in range(25)])} == {12.0}


def test_snow_that_was_plowed_calls_nobody_again() -> None:
    fell = [0.0] * 13 + [6.0, 12.0] + [9.0] * 10  # twelve centimetres that settled to nine
    assert {one.area for one in after_pass(2, fell)} == {"se"}


def test_a_gauge_that_trembles_by_less_than_a_centimetre_reports_no_snow() -> None:
    for tremble, fallen in ((0.95, 0.0), (1.0, 6.0)):
        found = run(series([20.0 + tremble * (hour % 2) for hour in range(13)], step=HOUR))
        assert {one.facts["new_snow_cm"] for one in found} == {fallen}
