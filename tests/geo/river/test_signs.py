"""What is known at an hour: right by hand, and blind to all that comes later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.river.levels import Gauge, bridged, gridded
from geo.river.outcomes import outcome
from geo.river.signs import NAMES, signs
from tests.geo.river.making import BEGIN, rivers

WHOLE = rivers("ab", days=4)
KNOWN = signs(WHOLE)


def of(name: str, rows: np.ndarray = KNOWN) -> np.ndarray:
    return rows[:, :, NAMES.index(name)]


@settings(max_examples=20, deadline=None)
@given(row=st.integers(1, len(WHOLE.values) - 1), seed=st.integers(0, 9))
def test_a_poisoned_future_changes_nothing(row: int, seed: int) -> None:
    values = WHOLE.values.copy()
    values[row:] = np.random.default_rng(seed).normal(0, 50, values[row:].shape)
    assert np.array_equal(signs(replace(WHOLE, values=values))[:row], KNOWN[:row], equal_nan=True)


def test_slopes_and_extremes_are_those_by_hand() -> None:
    held = WHOLE.held
    for row in (150, 300, 431):
        assert of("slope_1h")[row] == pytest.approx(held[row] - held[row - 6], nan_ok=True)
        assert of("slope_6h")[row] == pytest.approx((held[row] - held[row - 36]) / 6, nan_ok=True)
        day = held[row - 143 : row + 1]
        assert of("below_day_high")[row] == pytest.approx(np.nanmax(day, axis=0) - held[row], nan_ok=True)
        assert of("above_day_low")[row] == pytest.approx(held[row] - np.nanmin(day, axis=0), nan_ok=True)
        change = np.abs(np.diff(held[row - 36 : row + 1], axis=0))
        assert of("restless")[row] == pytest.approx(np.nanmean(change, axis=0))


def test_the_river_is_its_other_gauges_alone() -> None:
    slopes = of("slope_1h")
    for row in (100, 250):
        assert of("river_slope_1h")[row, 0] == pytest.approx(np.nanmax(slopes[row, 1:3]))
        assert of("river_slope_1h_before")[row, 4] == pytest.approx(np.nanmax(slopes[row - 6, [3, 5]]))
        assert of("river_mean_slope_1h")[row, 5] == pytest.approx(np.nanmean(slopes[row, 3:5]))
    alone = signs(WHOLE.of(["a0", "b1"]))
    assert np.isnan(of("river_slope_1h", alone)).all() and not np.isnan(of("slope_1h", alone)).all()


def test_what_came_of_it_counts_missing_reports_as_missing() -> None:
    came = outcome(WHOLE, 2)
    for row in (0, 77, 400):
        ahead = WHOLE.values[row + 1 : row + 13]
        told = (~np.isnan(ahead)).mean(axis=0) >= 0.8
        assert came.highest[row] == pytest.approx(np.where(told, np.nanmax(ahead, axis=0), np.nan), nan_ok=True)
        assert came.end[row] == pytest.approx(WHOLE.values[row + 12], nan_ok=True)
    assert np.isnan(came.end[-12:]).all() and np.isnan(came.highest[-3:]).all()


def test_reports_of_any_minute_come_on_one_clock_and_short_silences_are_bridged() -> None:
    gauge, other = Gauge(code="x", river="r", normal=0.5), Gauge(code="y", river="r", normal=0.1)
    reports = [(BEGIN + timedelta(minutes=minute), level) for minute, level in ((3, 1.0), (9, 1.2), (41, 1.1))]
    levels = gridded({gauge: reports, other: [(BEGIN + timedelta(minutes=25), 0.3)]})
    assert levels.begin == BEGIN and levels.values.shape == (5, 2)
    assert levels.values[[0, 4], 0].tolist() == [1.2, 1.1] and levels.values[2, 1] == 0.3
    assert levels.held[:, 0].tolist() == [1.2, 1.2, 1.2, 1.2, 1.1]
    assert np.isnan(bridged(np.array([[1.0], *[[np.nan]] * 4]))[4, 0]), "half an hour, no longer"
    with pytest.raises(ValueError, match="no report"):
        gridded({gauge: []})
