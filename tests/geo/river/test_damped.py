"""The damped rise by hand, and what is told of it together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.river.damped import exceeding, hours_until, quantiles, rise


def test_the_damped_rise() -> None:
    assert rise(1.0, 0.0) == 0.0
    assert rise(1.0, 1.0) == pytest.approx(0.8)
    assert rise(1.0, 3.0) == pytest.approx(3 * 0.6)
    assert rise(1.0, 6.0) == pytest.approx(6 * 0.6), "a river that rises is never told to turn back"
    assert rise(np.array([0.5, -1.0]), 1.0) == pytest.approx([0.4, -0.8])


@given(st.floats(0.01, 5), st.floats(0.001, 6))
def test_the_hour_is_that_at_which_the_rise_closes_the_gap(slope: float, hours: float) -> None:
    assert hours_until(rise(slope, hours), slope) == pytest.approx(hours)


def test_a_gap_that_is_closed_or_never_will_be() -> None:
    assert hours_until(0.0, -1.0) == 0.0
    assert hours_until(0.1, 0.0) is None
    assert hours_until(0.1, -1.0) is None


def test_the_chance_and_the_quantiles_are_of_one_error() -> None:
    low, middle, high = quantiles(2.0, 3.0)
    assert (low, middle, high) == pytest.approx((2 - 1.2816 * 0.21, 2.0, 2 + 1.2816 * 0.21))
    assert exceeding(high - middle, 3.0) == pytest.approx(0.1, abs=1e-4)
    assert exceeding(0.0, 1.0) == 0.5
