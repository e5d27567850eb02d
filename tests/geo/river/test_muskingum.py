"""Muskingum: the textbook's example, and that no water is made or lost."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.river.muskingum import reach, route

HOUR = timedelta(hours=1)
INFLOW = [93, 137, 208, 320, 442, 546, 630, 678, 691, 675, 634, 571, 477, 390, 329, 247, 184, 134, 108, 90]
OUTFLOW = [85, 91, 114, 160, 233, 324, 420, 509, 578, 623, 642, 635, 603, 546, 479, 413, 341, 274, 215, 170]


def test_the_textbook() -> None:
    through = reach(2.3 * HOUR, 0.15, HOUR)
    assert (through.c0, through.c1, through.c2) == pytest.approx((0.0631, 0.3442, 0.5927), abs=5e-5)
    assert [round(one) for one in route(np.array(INFLOW, dtype=float), 85.0, through)] == OUTFLOW


@given(st.floats(0.6, 10), st.floats(0, 0.3), st.lists(st.floats(0, 1000), min_size=2, max_size=20))
def test_water_is_neither_made_nor_lost_and_more_in_is_never_less_out(
    hours: float, weight: float, inflow: list[float]
) -> None:
    travel = hours * HOUR
    if not 2 * travel * weight <= HOUR <= 2 * travel * (1 - weight):
        with pytest.raises(ValueError, match="does not suit"):
            reach(travel, weight, HOUR)
        return
    through = reach(travel, weight, HOUR)
    assert through.c0 + through.c1 + through.c2 == pytest.approx(1)
    settled = np.array([*inflow, *([inflow[-1]] * 600)])
    out = route(settled, inflow[0], through)
    assert out.min() >= 0 and out.max() <= settled.max() + 1e-9
    stored = hours * (weight * settled + (1 - weight) * out)  # K (X I + (1 − X) O)
    kept = np.cumsum((settled[1:] + settled[:-1] - out[1:] - out[:-1]) / 2)
    assert stored[1:] - stored[0] == pytest.approx(kept, abs=1e-6)
    assert (route(settled + 1, inflow[0] + 1, through) >= out).all()


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=20), st.floats(0, 1000))
def test_inflow_to_come_changes_nothing(inflow: list[float], poison: float) -> None:
    through = reach(2.3 * HOUR, 0.15, HOUR)
    known, later = np.array(inflow), np.array([*inflow, poison])
    assert route(later, 85.0, through)[:-1].tolist() == route(known, 85.0, through).tolist()
