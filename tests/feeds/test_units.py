"""Units of the world into the one that is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.quantities import QUANTITIES
from feeds.units import conversion


@pytest.mark.parametrize(
    ("value", "unit", "kept", "expected"),
    [
        (345, "mm", "cm", 34.5),
        (12, "in", "cm", 30.48),
        (271.35, "K", "Cel", -1.8),
        (14, "°F", "Cel", -10.0),
        (7, "C", "Cel", 7.0),  # never coulomb
        (36, "km/h", "m/s", 10.0),
        (10, "kn", "m/s", 5.144444444),
        (0.7, "/", "%", 70.0),
        (71, "%RH", "%", 71.0),
        (29.92, "inHg", "hPa", 1013.2075),
        (1500, "L/s", "m3/s", 1.5),
        (2, "m³/s", "m3/s", 2.0),
        (0.5, "m/s2", "gal", 50.0),
        (3610, "mV", "V", 3.61),
        (5.1, "1", "", 5.1),
    ],
)
def test_what_devices_write(value: float, unit: str, kept: str, expected: float) -> None:
    into = conversion(unit, kept)
    assert into is not None
    assert value * into[0] + into[1] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("unit", "kept"),
    [
        ("cm", "Cel"),
        ("mm/h", "mm"),  # an intensity is no amount
        ("deg", "%"),  # bare numbers both, and yet
        ("%", "deg"),
        ("furlongs per moon", "cm"),
        ("", "cm"),
    ],
)
def test_what_cannot_be_converted(unit: str, kept: str) -> None:
    assert conversion(unit, kept) is None


@pytest.mark.parametrize(
    "unit", ["9**9**9**9", "m**999999999", "__import__", "1e308 m", "m" * 25, "()", "m//m", "\x00"]
)
def test_a_hostile_word_is_never_computed(unit: str) -> None:
    assert conversion(unit, "cm") is None


@given(st.text(max_size=30), st.sampled_from([one.unit for one in QUANTITIES.values()]))
def test_any_word(unit: str, kept: str) -> None:
    into = conversion(unit, kept)
    assert into is None or len(into) == 2
