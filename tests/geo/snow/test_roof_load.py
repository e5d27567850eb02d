"""Roof loads: Morioka's rule, the public signal, the shape of roofs, and a roof that was cleared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.snow.roof_load import MORIOKA, NEWTON_PER_KG, shape_factor, signal, since_cleared
from geo.snow.water import hs2swe
from geo.snow.water_delta import delta_snow


@pytest.mark.parametrize(
    ("elevation", "depth", "newton", "kg"), [(155, 0.8125, 1625, 166), (280, 1.0, 3000, 306), (500, 1.33, 3990, 407)]
)
def test_the_design_load_of_morioka(elevation: float, depth: float, newton: float, kg: int) -> None:
    assert MORIOKA.depth_m(elevation) == pytest.approx(depth)
    assert MORIOKA.load_n_m2(elevation) == pytest.approx(newton)
    assert round(MORIOKA.load_kg_m2(elevation)) == kg


def test_the_national_signal_comes_late_for_a_lowland_roof() -> None:
    assert [signal(load) for load in (166, 299, 300, 500, 699, 700, 2000)] == ["", "", "黄", "橙", "橙", "赤", "赤"]
    assert [round(load * NEWTON_PER_KG / 1000, 2) for load in (300, 700)] == [2.94, 6.86]


def test_a_steeper_roof_holds_less() -> None:
    assert [round(shape_factor(slope), 3) for slope in (0, 20, 30, 45, 55, 60, 61)] == [
        1,
        0.931,
        0.841,
        0.619,
        0.361,
        0,
        0,
    ]


def test_a_roof_cleared_yesterday_bears_only_what_fell_since() -> None:
    old = [0.0, 60, 110, 150, 180, 180, 180, 175, 170, 170]
    for packs, low, high in ((hs2swe, 30, 36), (delta_snow, 22, 30)):
        *_, cleared, today = packs([*old, 170 + 20])  # the old pack settles: twenty more are some thirty of new snow
        assert cleared.swe_mm > 200
        assert low <= since_cleared(today.swe_mm, cleared.swe_mm) <= high
    assert since_cleared(100, 250) == 0


@given(st.floats(0, 2000), st.floats(0, 500))
def test_higher_roofs_are_built_stronger(elevation: float, more: float) -> None:
    assert MORIOKA.load_n_m2(elevation + more) >= MORIOKA.load_n_m2(elevation) >= 1159.9
