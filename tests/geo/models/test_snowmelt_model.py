"""Melt water over plow sections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.model import Sample
from geo.models.snowmelt import Snowmelt
from tests.geo.snow.winter import HOUR, NOW, hours_of, recent, run

MODEL = Snowmelt()
DEEP = [0.0, 50.0, 90.0, 120.0, 120.0]


def rain(mm_h: float) -> list[Sample]:
    return [Sample(NOW - back * HOUR, mm_h, f"w{back}") for back in range(23, -1, -1)]


def test_warm_rain_on_snow() -> None:
    season = {"snow_depth": hours_of(DEEP), "air_temperature": hours_of([6.0] * 2)}
    known = {"snow_depth": recent(110), "rain_1h": rain(2.0)}
    (one,) = run(MODEL, known, season)
    assert (one.kind, one.level, one.observed) == ("snowmelt", 2, True)
    assert (one.facts["melt_24h_mm"], one.facts["rain_24h_mm"]) == (30, 48)
    assert 50 <= int(one.facts["water_24h_mm"]) < 78  # the pack holds some
    assert {evidence.ref for evidence in one.evidence} == {"r0", "w0"}
    (windy,) = run(MODEL, known | {"wind_speed": recent(10.0)}, season)
    assert int(windy.facts["melt_24h_mm"]) > 40


def test_cold_snow_and_bare_ground_give_no_water() -> None:
    cold = {"snow_depth": hours_of(DEEP), "air_temperature": hours_of([-5.0] * 2)}
    assert run(MODEL, {"snow_depth": recent(110), "rain_1h": rain(3.0)}, cold) == []
    thin = {"snow_depth": hours_of([0.0, 5.0]), "air_temperature": hours_of([9.0] * 2)}
    assert run(MODEL, {"snow_depth": recent(0)}, thin) == []
    assert run(MODEL, {"snow_depth": recent(110), "rain_1h": rain(9.0)}, {"snow_depth": hours_of(DEEP)}) == []


def test_a_gauge_that_is_dug_out_or_jumps_is_no_flood() -> None:
    """Edge case 1: a metre of depth that is gone, or there, from one hour to the next has not melted."""
    season = {"snow_depth": hours_of(DEEP), "air_temperature": hours_of([1.0] * 2)}
    for depth in (110, 5, 180):
        assert run(MODEL, {"snow_depth": recent(depth)}, season) == [], depth


def test_a_melting_day_ahead_is_foreseen() -> None:
    season = {"snow_depth": hours_of(DEEP), "air_temperature": hours_of([0.0, 11.0])}
    (one,) = run(MODEL, {"snow_depth": recent(110)}, season)
    assert not one.observed or int(one.facts["melt_24h_mm"]) >= 50
    lately = [*hours_of([0.0]), *hours_of([0.0])[-1:]]
    warming = {"snow_depth": hours_of(DEEP), "air_temperature": lately}
    assert run(MODEL, {"snow_depth": recent(110)}, warming) == []


@given(st.floats(-5, 15), st.floats(0, 5), st.floats(0, 5), st.floats(-30, 30))
def test_more_rain_is_never_less_and_values_to_come_change_nothing(
    air: float, mm_h: float, more: float, poison: float
) -> None:
    season = {"snow_depth": hours_of(DEEP), "air_temperature": hours_of([air] * 2)}
    water = [
        max((int(one.facts["water_24h_mm"]) for one in run(MODEL, known, season) if one.observed), default=0)
        for known in ({"snow_depth": recent(110), "rain_1h": rain(amount)} for amount in (mm_h, mm_h + more))
    ]
    assert water[1] >= water[0]
    known = {"snow_depth": recent(110), "rain_1h": rain(mm_h)}
    later = {name: [*some, Sample(NOW + HOUR, abs(poison), "x")] for name, some in known.items()}
    poisoned = {name: [*some, Sample(NOW + HOUR, poison, "y")] for name, some in season.items()}
    assert run(MODEL, later, poisoned) == run(MODEL, known, season)


def test_fifty_millimetres_of_water() -> None:
    season = {"snow_depth": hours_of(DEEP), "air_temperature": hours_of([6.0] * 2)}
    (one,) = run(MODEL, {"snow_depth": recent(110), "rain_1h": rain(1.4)}, season)
    assert one.observed and one.facts["water_24h_mm"] == 52
    assert run(MODEL, {"snow_depth": recent(110), "rain_1h": rain(1.3)}, season) == []


@pytest.mark.parametrize(("depth", "told"), [(10.0, [False]), (9.9, [])])
def test_what_is_to_melt_is_told_of_a_pack_of_ten_centimetres(depth: float, told: list[bool]) -> None:
    season = {"snow_depth": hours_of([0.0, 50.0, 90.0, 120.0, depth + 20]), "air_temperature": hours_of([0.0, 11.0])}
    known = {"snow_depth": recent(depth), "rain_1h": rain(0.0)}
    assert [one.observed for one in run(MODEL, known, season)] == told
