"""Moisture of the air: the known answers, and what must hold everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.air.humidity import dew_point, frost_point, frost_point_of, snow_share, wet_bulb


def at(*values: float) -> np.ndarray:
    return np.array(values)


def test_wet_bulb() -> None:
    assert wet_bulb(at(20, 0, 2), at(50, 90, 95)) == pytest.approx([13.70, -0.93, 1.45], abs=0.005)
    assert np.isnan(wet_bulb(at(20, 20, 60, -30), at(3, 100, 50, 50))).all()


def test_dew_point() -> None:
    found = dew_point(at(5, 15, 20, 0, -3), at(50, 50, 70, 80, 90))
    assert found == pytest.approx([-4.58, 4.65, 14.36, -3.04, -4.41], abs=0.005)
    assert np.isnan(dew_point(at(10), at(0))).all()


def test_frost_point() -> None:
    assert frost_point(at(-5, -10), at(80, 90)) == pytest.approx([-7.01, -10.07], abs=0.005)


def test_snow_share() -> None:
    assert snow_share(at(0, 0.5, 1.1, 2.0)) == pytest.approx([0.959, 0.839, 0.5, 0.073], abs=0.0005)


@given(st.floats(-19, 49), st.floats(5, 99))
def test_wet_bulb_and_dew_point_lie_where_they_must(air: float, humidity: float) -> None:
    dew, frost = dew_point(at(air), at(humidity))[0], frost_point(at(air), at(humidity))[0]
    assert dew <= air + 1e-9
    assert (frost >= dew) == (dew <= 0) or abs(dew) < 1e-6
    assert frost_point_of(at(dew))[0] == pytest.approx(frost, abs=1e-9)


@given(st.floats(-40, 40), st.floats(-40, 40))
def test_warmer_is_never_snowier(one: float, other: float) -> None:
    low, high = snow_share(at(min(one, other), max(one, other)))
    assert 0 <= high <= low <= 1
