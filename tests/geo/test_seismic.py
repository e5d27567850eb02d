"""計測震度: official records, the classes, and what must hold for any shaking."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.seismic import shaking, shindo, truncated, weight

REAL = os.environ.get("SHIRASE_REAL_DATA")


@pytest.mark.real
@pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where the real records are")
@pytest.mark.parametrize(
    ("name", "a_gal", "exact", "intensity", "told"),
    [("AA06EA01", 127.92, 5.1538, 5.1, "5+"), ("Q4149CF2", 251.7, 5.742, 5.7, "6-")],
)
def test_official_records(name: str, a_gal: float, exact: float, intensity: float, told: str) -> None:
    record = np.loadtxt(Path(REAL or "") / "timeseries/strong_motion" / f"{name}.csv", delimiter=",", skiprows=7)
    found = shaking(record, 100.0)
    assert found.a_gal == pytest.approx(a_gal, abs=0.005 if name == "AA06EA01" else 0.05)
    assert found.exact == pytest.approx(exact, abs=5e-4)
    assert (found.intensity, found.shindo) == (intensity, told)


def test_rounding_then_cutting() -> None:
    assert truncated(5.1538) == 5.1
    assert truncated(4.9949) == 4.9
    assert truncated(4.9951) == 5.0
    assert truncated(-0.301) == -0.3


def test_classes_begin_where_they_begin() -> None:
    limits = {0.4: "0", 0.5: "1", 4.4: "4", 4.5: "5-", 4.9: "5-", 5.0: "5+", 5.5: "6-", 6.0: "6+", 6.4: "6+", 6.5: "7"}
    assert {value: shindo(value) for value in limits} == limits


def test_a_steady_wave_has_the_intensity_of_its_amplitude() -> None:
    """A wave of 2 Hz for a minute: 0.3 s stand within a fraction of its peak, which the filter weighs as it says."""
    time = np.arange(6000) / 100
    record = np.zeros((6000, 3))
    record[:, 0] = 100 * np.sin(2 * np.pi * 2 * time)
    assert shaking(record, 100).a_gal == pytest.approx(100 * weight(np.array([2.0]))[0], rel=0.005)


def shake(seed: int, samples: int = 1000) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(samples, 3))


def test_the_filter_at_frequencies_solved_by_hand() -> None:
    """At 0.5 and 0.25 Hz the low cut is 1 − 1/e and 1 − 1/e^⅛, at 10 Hz the polynomial is the sum of its terms."""
    period, low = np.sqrt([2, 4, 0.1]), np.sqrt([1 - np.exp(-1), 1 - np.exp(-1 / 8), 1])
    y2 = np.array([0.05, 0.025, 1.0]) ** 2
    terms = (1, 0.694, 0.241, 0.0557, 0.009664, 0.00134, 0.000155)
    high = sum(term * y2**power for power, term in enumerate(terms))
    assert high[2] == pytest.approx(2.001859)
    assert weight(np.array([0.5, 0.25, 10.0])) == pytest.approx(period * low / np.sqrt(high), rel=1e-9)
    assert weight(np.array([0.0])).tolist() == [0.0]


@pytest.mark.parametrize(("rate", "rank"), [(100, 30), (50, 15), (200, 60)])
def test_what_is_reached_for_three_tenths_of_a_second(rate: int, rank: int) -> None:
    record = shake(7, 10 * rate)
    heard = np.fft.rfft(record, axis=0) * weight(np.fft.rfftfreq(len(record), 1 / rate))[:, None]
    moved = np.sqrt((np.fft.irfft(heard, n=len(record), axis=0) ** 2).sum(axis=1))
    found = shaking(record, rate)
    assert found.a_gal == pytest.approx(np.sort(moved)[-rank])
    assert found.exact == pytest.approx(2 * np.log10(found.a_gal) + 0.94)


@given(st.integers(0, 1000), st.floats(1.1, 1000))
@settings(max_examples=25)
def test_ten_times_the_acceleration_is_two_more(seed: int, times: float) -> None:
    weak, strong = shaking(shake(seed), 100), shaking(shake(seed) * times, 100)
    assert strong.exact - weak.exact == pytest.approx(2 * np.log10(times))


def test_a_constant_offset_and_the_order_of_components_do_not_matter() -> None:
    record = shake(1)
    assert shaking(record + 50, 100).a_gal == pytest.approx(shaking(record, 100).a_gal)
    assert shaking(record[:, ::-1], 100).a_gal == pytest.approx(shaking(record, 100).a_gal)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (np.ones((1000, 2)), "three components"),
        (np.ones((50, 3)), "a second"),
        (np.full((1000, 3), np.nan), "gap"),
        (np.zeros((1000, 3)), "does not move"),
        (np.ones((1000, 3)), "does not move"),
    ],
)
def test_what_is_no_record_is_refused(record: np.ndarray, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        shaking(record, 100)
