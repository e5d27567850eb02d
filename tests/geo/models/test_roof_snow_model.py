"""Roof loads over plow sections: beside what roofs there are built for, and never off because of one bird."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.model import Sample
from geo.models.roof_snow import RoofSnow
from tests.geo.snow.winter import HOUR, NOW, hours_of, recent, run

MODEL = RoofSnow()
GROWING = [0.0, 30.0, 60.0, 85.0, 100.0]


def test_a_lowland_roof_is_loaded_long_before_the_signal_turns_yellow() -> None:
    (one,) = run(MODEL, {"snow_depth": recent(100)}, {"snow_depth": hours_of(GROWING)}, elevation_m=155.0)
    assert (one.kind, one.area, one.level, one.observed, one.alert_level) == ("roof_snow", "sw", 2, True, False)
    assert one.facts["design_kg_m2"] == 166 and one.facts["signal"] == "" and one.facts["followed"] is True
    assert 0.7 <= float(one.facts["share"]) < 1
    assert "設計荷重 166 kg/m2" in one.headline and "雪下ろしを検討" in one.headline
    assert one.model == "roof_snow@1" and one.evidence[0].ref == "r0"


def test_without_an_elevation_only_the_signal_speaks() -> None:
    assert run(MODEL, {"snow_depth": recent(100)}, {"snow_depth": hours_of(GROWING)}) == []
    deep = [0.0, *(50.0 * day for day in range(1, 8))]
    (one,) = run(MODEL, {"snow_depth": recent(350)}, {"snow_depth": hours_of(deep)})
    assert one.level >= 1 and one.facts["signal"] in {"黄", "橙"} and "share" not in one.facts


def test_rain_stays_in_the_pack_up_to_a_point() -> None:
    season = {"snow_depth": hours_of(GROWING)}
    rain = [Sample(NOW - back * HOUR, 5.0, f"w{back}") for back in range(10, -1, -1)]
    (dry,) = run(MODEL, {"snow_depth": recent(100)}, season, elevation_m=155.0)
    (wet,) = run(MODEL, {"snow_depth": recent(100), "rain_1h": rain}, season, elevation_m=155.0)
    assert 1 < float(wet.facts["load_kg_m2"]) - float(dry.facts["load_kg_m2"]) < 15
    assert "雨" in wet.evidence[0].text and wet.evidence[1].ref == "w0"


def test_a_winter_not_seen_from_its_beginning_is_bracketed_and_says_so() -> None:
    (one,) = run(MODEL, {"snow_depth": recent(60)}, {}, elevation_m=155.0)
    assert one.facts["followed"] is False and "重めに見積もった値" in one.evidence[0].text
    assert float(one.facts["low_kg_m2"]) < float(one.facts["load_kg_m2"])


def test_a_bird_weighs_nothing_and_a_silent_gauge_keeps_its_load_for_half_a_day() -> None:
    season = {"snow_depth": hours_of([0.0, 10.0, 20.0])}
    bird = [*recent(20)[:-1], Sample(NOW, 90.0, "bird")]
    assert run(MODEL, {"snow_depth": bird}, season, elevation_m=155.0) == []
    heavy = {"snow_depth": hours_of(GROWING)}
    silent = {"snow_depth": recent(100, NOW - 11 * HOUR)}
    assert run(MODEL, silent, heavy, elevation_m=155.0)
    assert run(MODEL, {"snow_depth": recent(100, NOW - 13 * HOUR)}, heavy, elevation_m=155.0) == []
    assert run(MODEL, {"snow_depth": recent(0)}, heavy, elevation_m=155.0) == []


@pytest.mark.parametrize("elevation", [155.0, 600.0])
@given(depth=st.floats(0, 300), more=st.floats(0, 100), poison=st.floats(0, 500))
def test_deeper_is_never_lower_and_values_to_come_change_nothing(
    elevation: float, depth: float, more: float, poison: float
) -> None:
    season = {"snow_depth": hours_of(GROWING)}
    here = run(MODEL, {"snow_depth": recent(depth)}, season, elevation_m=elevation)
    deeper = run(MODEL, {"snow_depth": recent(depth + more)}, season, elevation_m=elevation)
    assert max((one.level for one in deeper), default=0) >= max((one.level for one in here), default=0)
    later = [*recent(depth), Sample(NOW + timedelta(minutes=10), poison, "x")]
    poisoned = {"snow_depth": [*season["snow_depth"], Sample(NOW + HOUR, poison, "y")]}
    assert run(MODEL, {"snow_depth": later}, poisoned, elevation_m=elevation) == here
