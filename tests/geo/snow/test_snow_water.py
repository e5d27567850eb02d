"""Snow water equivalent: the known answers of both methods, the measured winters, and what must hold for any winter."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.snow.daily_depth import DepthError, filled
from geo.snow.water import BARE, SLF, _settled, hs2swe, step
from geo.snow.water_delta import BARE as NO_SNOW
from geo.snow.water_delta import PAPER, delta_snow
from geo.snow.water_delta import _settled as _delta_settled
from geo.snow.water_delta import step as delta_step

REAL = os.environ.get("SHIRASE_REAL_DATA")
real = pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where the measured winters are")
NAN = float("nan")
ONE = [0.0, 20, 18, 17, 40, 36, 33, 31, 10, 0]
OTHER = [0.0, 10, 10, 30, 25, 25, 60, 50, 45, 40, 35, 20, 5, 0]


def slf(depths: Iterable[float]) -> list[float]:
    return [pack.swe_mm for pack in hs2swe(depths)]


def delta(depths: Iterable[float]) -> list[float]:
    return [pack.swe_mm for pack in delta_snow(depths)]


def test_hs2swe_known_answers() -> None:
    assert slf(ONE) == pytest.approx([0, *[22.74] * 3, *[50.58] * 4, 20.227, 0], abs=5e-4)
    wanted = [0, *[11.37] * 2, *[36.349] * 3, *[78.318] * 4, 73.569, 46.644, 13.157, 0]
    assert slf(OTHER) == pytest.approx(wanted, abs=5e-4)


def test_delta_snow_known_answers() -> None:
    assert delta(ONE) == pytest.approx([0, *[16.239] * 3, *[37.182] * 5, 0], abs=5e-4)
    assert delta(OTHER) == pytest.approx([0, *[8.119] * 2, *[25.471] * 3, *[58.013] * 6, 20.063, 0], abs=5e-4)


@pytest.mark.parametrize(("rise_cm", "snowed"), [(1.9, False), (2.1, True)])
def test_a_rise_of_two_centimetres_above_the_settled_pack_is_new_snow(rise_cm: float, snowed: bool) -> None:
    pack = step(step(BARE, 50.0), 50.0)
    alone = _settled(pack, 1.0, SLF).depth_cm
    assert (step(pack, alone + rise_cm).swe_mm > pack.swe_mm + 0.1) is snowed


@pytest.mark.parametrize(("excess_m", "gained"), [(PAPER.dead_band_m - 1e-6, False), (PAPER.dead_band_m + 1e-6, True)])
def test_within_the_dead_band_the_low_bound_gains_nothing(excess_m: float, gained: bool) -> None:
    assert PAPER.dead_band_m == 0.02362476
    pack = delta_step(delta_step(NO_SNOW, 50.0), 49.0)
    depth_cm = 100 * (_delta_settled(pack, PAPER).depth_m + excess_m)
    assert (delta_step(pack, depth_cm).swe_mm > pack.swe_mm + 1e-3) is gained


def _winters() -> tuple[list[float], list[str], list[float]]:
    with (Path(REAL or "") / "snow/swe_weissfluhjoch.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [float(r["hs_obs"]) for r in rows], [r["swe_obs"] for r in rows], [float(r["swe_ref"]) for r in rows]


@pytest.mark.real
@real
def test_hs2swe_reproduces_the_published_series() -> None:
    depths, _, reference = _winters()
    assert len(depths) == 2191
    assert np.abs(np.array(slf(depths)) - reference).max() < 1e-11


@pytest.mark.real
@real
@pytest.mark.parametrize(("method", "rmse", "bias"), [(slf, 57, -8), (delta, 91, -53)])
def test_against_measured_days(method: Callable[[list[float]], list[float]], rmse: int, bias: int) -> None:
    depths, observed, _ = _winters()
    error = [swe - float(seen) for swe, seen in zip(method(depths), observed, strict=True) if seen and float(seen) > 0]
    assert len(error) == 103
    assert (round(float(np.sqrt(np.mean(np.square(error))))), round(float(np.mean(error)))) == (rmse, bias)


depth = st.integers(0, 3000).map(lambda mm: mm / 10)
winter = st.lists(depth, min_size=1, max_size=30)


@given(winter)
def test_water_comes_with_snow_and_goes_with_melt_and_no_snow_is_denser_than_can_be(depths: list[float]) -> None:
    before = 0.0
    for depth, pack in zip(depths, hs2swe(depths), strict=True):
        assert 0 <= pack.swe_mm <= 5.716 * pack.depth_cm + 1e-6
        if pack.swe_mm > before + 1e-6:  # only new snow brings water
            assert pack.depth_cm == pytest.approx(depth)
            assert pack.density[-1] == 113.7
        before = pack.swe_mm


@given(winter)
def test_the_low_bound_keeps_its_books(depths: list[float]) -> None:
    before = 0.0
    for depth, pack in zip(depths, delta_snow(depths), strict=True):
        assert pack.swe_mm <= depth / 100 * PAPER.densest + PAPER.densest * PAPER.dead_band_m
        gained = pack.swe_mm - before
        assert gained <= depth / 100 * PAPER.new + 1e-6
        assert (pack.mass >= 0).all() and (pack.thickness > 0).all()
        before = pack.swe_mm


@given(winter, depth)
def test_days_to_come_change_nothing(depths: list[float], later: float) -> None:
    for method in (slf, delta):
        assert method([*depths, later])[:-1] == method(depths)


@pytest.mark.parametrize("depth", [NAN, -1.0, float("inf")])
def test_a_day_without_a_depth_is_refused(depth: float) -> None:
    with pytest.raises(ValueError, match="every day needs one"):
        step(BARE, depth)
    with pytest.raises(ValueError, match="every day needs one"):
        delta([depth])


def test_short_gaps_are_bridged_and_long_ones_named() -> None:
    assert filled([NAN, 10, NAN, 20, NAN, NAN, 5, NAN]) == (1, [10, 15, 20, 15, 10, 5])
    assert filled([-2.0, -0.5, 3]) == (0, [0, 0, 3])
    assert filled([NAN, NAN]) == (2, [])
    with pytest.raises(DepthError, match="neighbouring gauge") as gap:
        filled([1, NAN, NAN, NAN, 1])
    assert gap.value.day == 1
    with pytest.raises(DepthError, match="gauge's fault") as fault:
        filled([1, -5])
    assert fault.value.day == 1
