"""Melt, packed snow and the density to fall back on: known answers, and that no water is made."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.snow.density import density_g_cm3, winter_day
from geo.snow.melt import degree_day, rain_on_snow, to_the_ground
from geo.snow.packed import thickness_cm


def test_degree_days() -> None:
    assert degree_day(np.array([4.0, 0.0, -5.0])).tolist() == [20, 0, 0]
    assert degree_day(np.full(24, 4.0), 1 / 24).sum() == pytest.approx(20)


def test_rain_on_snow() -> None:
    found = rain_on_snow(np.array([6.0, -1.0]), np.array([18.0, 18.0]), np.array([30.0, 30.0]))
    assert found == pytest.approx([38.4, 0], abs=0.05)


def test_a_pack_holds_some_and_bare_ground_none() -> None:
    assert to_the_ground(melt_mm=20, rain_mm=30, swe_mm=0) == 30
    assert to_the_ground(melt_mm=20, rain_mm=30, swe_mm=220) == pytest.approx(35)
    assert to_the_ground(melt_mm=5, rain_mm=0, swe_mm=300) == 0
    assert to_the_ground(melt_mm=500, rain_mm=0, swe_mm=100) == 100


amount = st.floats(0, 500)


@given(amount, amount, amount, amount)
def test_no_water_is_made_and_more_rain_is_never_less(melt: float, rain: float, swe: float, more: float) -> None:
    water = to_the_ground(melt, rain, swe)
    assert 0 <= water <= swe + rain + 1e-9
    assert to_the_ground(melt, rain + more, swe) >= water
    assert to_the_ground(melt + more, rain, swe) >= water - 1e-9


def test_density_of_a_maritime_pack() -> None:
    assert winter_day(date(2026, 2, 1)) == 32
    assert (winter_day(date(2025, 12, 31)), winter_day(date(2026, 1, 1)), winter_day(date(2025, 10, 1))) == (-1, 1, -92)
    assert density_g_cm3(60, 32) == pytest.approx(0.314, abs=5e-4)


def test_packed_snow_grows_with_snow_and_goes_with_warmth() -> None:
    assert thickness_cm([(45.0, -5.0)]) == pytest.approx(10)
    assert thickness_cm([(45.0, -5.0), (0.0, 1.8)]) == pytest.approx(8)
    assert thickness_cm([(45.0, -5.0), (0.0, 30.0)]) == 0
    assert thickness_cm([(9.0, float("nan"))], start_cm=3) == pytest.approx(5)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-20, 20)), max_size=30), st.floats(0.1, 10))
def test_colder_days_never_leave_less(days: list[tuple[float, float]], colder: float) -> None:
    assert thickness_cm([(snow, air - colder) for snow, air in days]) >= thickness_cm(days) >= 0
