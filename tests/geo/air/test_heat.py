"""WBGT: the known answer, and that heat, moisture and sun never cool."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.air.heat import ALERT, BANDS, SPECIAL_ALERT, wbgt


def one(air: float, humidity: float, sun: float, wind: float) -> float:
    return float(wbgt(*(np.array([value]) for value in (air, humidity, sun, wind)))[0])


def test_the_known_answer() -> None:
    assert one(32, 60, 0.8, 2) == pytest.approx(30.37, abs=0.005)


def test_the_bands_of_the_ministry() -> None:
    assert (BANDS, ALERT, SPECIAL_ALERT) == ((25.0, 28.0, 31.0), 33.0, 35.0)


@given(st.floats(15, 40), st.floats(10, 95), st.floats(0, 0.8), st.floats(0, 15), st.floats(0.01, 3))
def test_hotter_moister_and_stiller_is_worse(air: float, rh: float, sun: float, wind: float, more: float) -> None:
    here = one(air, rh, sun, wind)
    assert one(air + more, rh, sun, wind) > here
    assert one(air, rh + more, sun, wind) > here
    assert one(air, rh, sun, wind + more) < here
