"""Road surfaces: the edge cases of practice, the shared table, and what must hold for any road."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.road.ice import CONDITIONS, Road, classify, icy, icy_probability
from geo.road.treatment import freezing_point, remaining

REAL = os.environ.get("SHIRASE_REAL_DATA")
NAN = float("nan")
HOUR = timedelta(hours=1)


def road(**known: float) -> Road:
    fields = dict.fromkeys(("surface_c", "air_c", "dew_c", "water_mm", "snow_mm", "rain_mm_h", "snowfall_mm_h"), NAN)
    return Road(**{name: np.array([value]) for name, value in (fields | {"freezing_c": 0.0} | known).items()})


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"surface_c": 0.4, "dew_c": -1, "water_mm": 0, "snow_mm": 0}, "dry"),
        ({"surface_c": -4, "dew_c": -3.9, "water_mm": 0, "snow_mm": 0}, "frost"),
        (
            {"surface_c": -4, "dew_c": -4.2, "water_mm": 0, "snow_mm": 0},
            "frost",
        ),  # above the dew, below the frost point
        ({"surface_c": -4, "dew_c": -6, "water_mm": 0, "snow_mm": 0}, "dry"),
        ({"surface_c": -3, "water_mm": 0.5, "freezing_c": -5}, "wet"),  # salted
        ({"surface_c": -0.5, "water_mm": 0.5}, "black_ice"),
        ({"surface_c": -1, "rain_mm_h": 1, "water_mm": 0}, "icing_rain"),
        ({"surface_c": -1, "rain_mm_h": 1}, "icing_rain"),
        ({"surface_c": 0, "rain_mm_h": 1}, "icing_rain"),  # at the point itself it freezes
        ({"surface_c": 0, "water_mm": 0.5}, "black_ice"),
        ({"surface_c": -1, "water_mm": 0.2}, "black_ice"),
        ({"surface_c": -1, "water_mm": 0.199}, "dry"),  # too thin to count
        ({"surface_c": 0, "snow_mm": 0.2, "water_mm": 0}, "ice_or_snow"),
        ({"surface_c": 1, "rain_mm_h": 1}, "wet"),
        ({"surface_c": -1, "snowfall_mm_h": 1}, "ice_or_snow"),
        ({"surface_c": -1, "snowfall_mm_h": 1, "snow_mm": 0.1}, "dry"),  # it blows away
        ({"surface_c": 1, "snow_mm": 2, "water_mm": 0}, "melting_snow"),
        ({"surface_c": 0.4, "snow_mm": 2, "water_mm": 1}, "mixture"),
        ({"surface_c": 5, "dew_c": 6, "water_mm": 0, "snow_mm": 0}, "dew"),
        ({"air_c": 1, "water_mm": 0.5}, "black_ice"),  # no sensor: the road is taken as colder than the air
        ({"air_c": 4, "water_mm": 0.5}, "wet"),
        ({"water_mm": 0.0, "dew_c": -3}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_each_condition(known: dict[str, float], told: str) -> None:
    assert classify(road(**known))[0] == told


def scores(said: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    hits = (said & true).sum()
    return hits / true.sum(), (said & ~true).sum() / said.sum()


@pytest.mark.real
@pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where the road table is")
def test_better_than_one_line_at_fewer_false_alarms() -> None:
    with (Path(REAL or "") / "snow/road_condition_metro.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {"surface_c": "surface_temp_c", "air_c": "air_temp_c", "dew_c": "dew_point_c", "water_mm": "water_mm"}
    names |= {"snow_mm": "snow_ice", "rain_mm_h": "precip_rate_rain", "snowfall_mm_h": "precip_rate_snow"}
    table = {field: np.array([float(row[name]) for row in rows]) for field, name in names.items()}
    true = np.array([int(row["road_condition"]) in {3, 4, 7, 8} for row in rows])
    now = Road(**table, freezing_c=np.zeros(len(rows)))
    falling = (now.rain_mm_h > 0) | (now.snowfall_mm_h > 0)
    lying = (now.water_mm >= 0.2) | (now.snow_mm > 0)
    line = (now.surface_c <= 0) & (lying | falling | (now.surface_c <= now.dew_c))
    assert scores(line, true) == pytest.approx((0.77, 0.04), abs=0.005)
    found, alarms = scores(icy(classify(now)), true)
    assert found > 0.99 and alarms < 0.01
    assert np.mean((icy_probability(now) - true) ** 2) < 0.02


amounts = st.one_of(st.just(NAN), st.floats(0, 5))
roads = st.builds(
    road,
    surface_c=st.floats(-15, 15),
    dew_c=st.one_of(st.just(NAN), st.floats(-15, 15)),
    water_mm=amounts,
    snow_mm=amounts,
    rain_mm_h=amounts,
    snowfall_mm_h=amounts,
)


@given(roads, st.floats(0, 10))
def test_colder_is_never_less_icy_and_salt_never_more(one: Road, less: float) -> None:
    here = bool(icy(classify(one))[0])
    assert classify(one)[0] in CONDITIONS
    assert bool(icy(classify(replace(one, surface_c=one.surface_c - less)))[0]) >= here
    assert icy_probability(replace(one, surface_c=one.surface_c - less))[0] >= icy_probability(one)[0]
    assert bool(icy(classify(replace(one, freezing_c=one.freezing_c - less)))[0]) <= here


@given(roads)
def test_many_roads_are_judged_as_each_alone(one: Road) -> None:
    twice = Road(**{name: np.tile(getattr(one, name), 2) for name in Road.__dataclass_fields__})
    assert classify(twice).tolist() == classify(one).tolist() * 2
    assert icy_probability(twice).tolist() == icy_probability(one).tolist() * 2


def test_what_cannot_be_known_has_no_probability() -> None:
    assert np.isnan(icy_probability(road())[0])
    assert icy_probability(road(surface_c=0.0, water_mm=1.0))[0] == pytest.approx(0.5, abs=0.03)
    assert icy_probability(road(air_c=0.0, water_mm=1.0))[0] < icy_probability(road(surface_c=-2.0, water_mm=1.0))[0]


def test_salt_water_freezes_where_the_handbook_says() -> None:
    """CRC Handbook: solutions of 1 to 10 per cent by mass, in a film of a millimetre."""
    handbook = {1: -0.59, 2: -1.19, 4: -2.41, 6: -3.70, 8: -5.09, 10: -6.56}
    salt = np.array([1000 * share / (100 - share) for share in handbook])
    assert freezing_point(salt, np.ones(len(salt))) == pytest.approx([*handbook.values()])


def test_de_icer_is_diluted_washed_off_and_lost() -> None:
    fresh = np.array([20.0])
    assert freezing_point(fresh, np.array([0.2]))[0] == pytest.approx(-5.9, abs=0.1)
    assert freezing_point(fresh, np.array([2.0]))[0] == pytest.approx(-0.6, abs=0.05)
    assert freezing_point(np.zeros(1), np.array([1.0]))[0] == 0
    assert freezing_point(np.array([500.0]), np.array([NAN]))[0] == -8  # sodium chloride does no more
    assert remaining(fresh, 2 * HOUR, np.zeros(1))[0] == pytest.approx(10)
    assert remaining(fresh, 6 * HOUR, np.array([NAN]))[0] == pytest.approx(2.5)
    assert remaining(fresh, 0 * HOUR, np.array([2.0]))[0] == pytest.approx(20 / np.e)
    with pytest.raises(ValueError, match="time went back"):
        remaining(fresh, -HOUR, np.zeros(1))


@given(st.floats(0, 200), st.floats(0, 5), st.floats(0, 5), st.integers(0, 48))
def test_less_salt_and_more_water_freeze_earlier(salt: float, water: float, more: float, hours: int) -> None:
    film, left = np.array([water]), remaining(np.array([salt]), hours * HOUR, np.array([more]))
    here = freezing_point(np.array([salt]), film)[0]
    assert here <= freezing_point(np.array([salt]), film + more)[0] <= 0
    assert here <= freezing_point(left, film)[0]
