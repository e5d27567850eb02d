"""Avalanche patterns over plow sections."""

from __future__ import annotations

import pytest

from geo.hazard import Hazard
from geo.model import Sample
from geo.models.avalanche import Avalanche
from tests.geo.snow.winter import HOUR, NOW, hours_of, recent, run

MODEL = Avalanche()


def growing(first: float, last: float) -> list[Sample]:
    """Hourly depths of a day, rising evenly."""
    return [Sample(NOW - back * HOUR, last - (last - first) * back / 24, f"s{back}") for back in range(24, -1, -1)]


def patterns(found: list[Hazard]) -> list[object]:
    return [one.facts["pattern"] for one in found]


def test_much_new_snow_on_old() -> None:
    (one,) = run(MODEL, {"snow_depth": growing(20, 55)}, {})
    assert (one.kind, one.level, one.facts["pattern"]) == ("avalanche", 2, "表層なだれ")
    assert "新雪 35 cm（下に 20 cm）" in one.headline and one.evidence[0].ref == "s0"
    assert run(MODEL, {"snow_depth": growing(0, 35)}, {}) == []  # on bare ground
    assert run(MODEL, {"snow_depth": growing(20, 45)}, {}) == []  # too little


@pytest.mark.parametrize(("mean", "found"), [(5.0, ["全層なだれ"]), (4.9, [])])
def test_a_deep_pack_in_a_thaw(mean: float, found: list[str]) -> None:
    known = {"snow_depth": recent(50), "air_temperature": recent(mean, name="t")}
    assert patterns(run(MODEL, known, {"air_temperature": hours_of([mean] * 2)})) == found
    shallow = known | {"snow_depth": recent(49)}
    assert run(MODEL, shallow, {"air_temperature": hours_of([mean] * 2)}) == []


def test_rain_on_a_deep_pack_counts_where_it_is_rain() -> None:
    rain = [Sample(NOW - back * HOUR, 2.5, f"w{back}") for back in range(9, -1, -1)]
    wet = {"snow_depth": recent(60), "rain_1h": rain}
    assert patterns(run(MODEL, wet | {"air_temperature": recent(3.0)}, {})) == ["全層なだれ"]
    assert run(MODEL, wet | {"air_temperature": recent(-1.0)}, {}) == []
    assert run(MODEL, wet, {}) == []


def test_one_hot_hour_is_enough_and_a_few_hours_of_data_are_not() -> None:
    known = {"snow_depth": recent(60), "air_temperature": recent(2.0)}
    warm = [Sample(one.at, 8.5 if one.at.hour == 3 else 0.0, one.ref) for one in hours_of([0.0])]
    assert "最高気温 8.5℃" in run(MODEL, known, {"air_temperature": warm})[0].headline
    assert run(MODEL, known, {"air_temperature": hours_of([20.0])[-8:]}) == []


def test_a_jump_of_the_gauge_is_no_snow_and_what_is_to_come_changes_nothing() -> None:
    moved = [Sample(NOW - back * HOUR, 60.0 if back < 5 else 20.0, f"s{back}") for back in range(24, -1, -1)]
    assert run(MODEL, {"snow_depth": moved}, {}) == []
    known = {"snow_depth": growing(20, 55)}
    later = {"snow_depth": [*known["snow_depth"], Sample(NOW + HOUR, 300.0, "x")]}
    poisoned = {"air_temperature": [Sample(NOW + HOUR, 30.0, "y")]}
    assert run(MODEL, later, poisoned) == run(MODEL, known, {})


@pytest.mark.parametrize(("first", "last", "found"), [(20, 50, True), (20, 49, False), (10, 40, True), (9, 39, False)])
def test_thirty_centimetres_on_ten(first: float, last: float, found: bool) -> None:
    assert bool(run(MODEL, {"snow_depth": growing(first, last)}, {})) is found


@pytest.mark.parametrize(("high", "found"), [(8.0, True), (7.9, False)])
def test_eight_degrees(high: float, found: bool) -> None:
    known = {"snow_depth": recent(60), "air_temperature": recent(2.0)}
    warm = [Sample(one.at, high if one.at.hour == 3 else 0.0, one.ref) for one in hours_of([0.0])]
    assert bool(run(MODEL, known, {"air_temperature": warm})) is found


@pytest.mark.parametrize(("hours", "found"), [(8, True), (7, False)])
def test_twenty_millimetres(hours: int, found: bool) -> None:
    rain = [Sample(NOW - back * HOUR, 2.5, f"w{back}") for back in range(hours - 1, -1, -1)]
    known = {"snow_depth": recent(60), "rain_1h": rain, "air_temperature": recent(3.0)}
    assert bool(run(MODEL, known, {})) is found


def test_a_gauge_silent_for_longer_than_three_hours_says_nothing() -> None:
    known = {"air_temperature": recent(6.0, name="t")}
    season = {"air_temperature": hours_of([6.0] * 2)}
    assert run(MODEL, known | {"snow_depth": recent(60, NOW - 3 * HOUR)}, season)
    assert run(MODEL, known | {"snow_depth": recent(60, NOW - 3.1 * HOUR)}, season) == []
