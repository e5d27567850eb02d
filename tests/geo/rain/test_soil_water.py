"""Soil water index: the known answers, and what must hold for any rain."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.rain.soil_water import LONGEST_STEP, Tanks, empty, step

HOUR, TEN = timedelta(hours=1), timedelta(minutes=10)


def after(rain: list[float], length: timedelta, state: Tanks | None = None) -> list[Tanks]:
    state = state or empty()
    states = []
    for fallen in rain:
        state = step(state, np.array([fallen]), length)
        states.append(state)
    return states


def told(state: Tanks) -> tuple[float, ...]:
    return tuple(round(float(one[0]), 4) for one in (state.s1, state.s2, state.s3, state.index))


def test_hourly_rain_then_dry() -> None:
    states = after([20.0] * 6 + [0.0] * 6, HOUR)
    assert told(states[0]) == (20, 0, 0, 20)
    assert told(states[1]) == (37.1, 2.4, 0, 39.5)
    assert told(states[2]) == (50.438, 6.732, 0.12, 57.29)
    assert told(states[5]) == (73.8630, 26.2235, 2.0188, 102.1054)
    assert told(states[11]) == (21.3163, 41.1885, 12.6408, 75.1456)


def test_ten_minutes() -> None:
    states = after([20 / 6] * 36 + [0.0] * 36, TEN)
    assert told(states[35]) == (70.7933, 27.1334, 2.9056, 100.8323)
    assert told(states[71]) == (23.2816, 39.9886, 13.4726, 76.7428)


def test_draining_for_a_day() -> None:
    wet = Tanks(np.array([100.0]), np.array([50.0]), np.array([30.0]))
    assert told(after([0.0] * 24, HOUR, wet)[-1]) == (2.2826, 22.3078, 62.8800, 87.4703)


@pytest.mark.parametrize("length", [HOUR, TEN])
@pytest.mark.parametrize(
    ("rate", "settled"), [(10, (52.2727, 70.2273, 183.0682, 305.5682)), (30, (109.4595, 138.8514, 354.6284, 602.9392))]
)
def test_steady_rain_settles_alike_at_every_step(rate: float, settled: tuple[float, ...], length: timedelta) -> None:
    rain = [rate * length / HOUR] * int(timedelta(days=60) / length)
    assert told(after(rain, length)[-1]) == pytest.approx(settled, abs=2e-3)


@pytest.mark.parametrize("minutes", [10, 60])
@pytest.mark.parametrize("rate", [1, 10, 30])
def test_exact_arithmetic_agrees_to_a_billionth(rate: int, minutes: int) -> None:
    """The recursion in fractions, written anew, through rain and drought; then the steady state solved by hand."""
    hours, s = Fraction(minutes, 60), [Fraction(0)] * 3
    state = empty()
    for i in range(200):
        rain = Fraction(rate) * hours if i < 100 else Fraction(0)
        out1 = Fraction(1, 10) * max(s[0] - 15, 0) + Fraction(15, 100) * max(s[0] - 60, 0)
        out2, out3 = Fraction(1, 20) * max(s[1] - 15, 0), Fraction(1, 100) * max(s[2] - 15, 0)
        s = [
            s[0] - (Fraction(12, 100) * s[0] + out1) * hours + rain,
            s[1] - (Fraction(5, 100) * s[1] + out2) * hours + Fraction(12, 100) * s[0] * hours,
            s[2] - (Fraction(1, 100) * s[2] + out3) * hours + Fraction(5, 100) * s[1] * hours,
        ]
        s = [one.limit_denominator(10**30) for one in s]
        state = step(state, np.array([float(rain)]), timedelta(minutes=minutes))
        assert [float(tank[0]) for tank in (state.s1, state.s2, state.s3)] == pytest.approx(
            [float(one) for one in s], abs=1e-9
        )


@pytest.mark.parametrize("length", [HOUR, TEN])
@pytest.mark.parametrize("rate", [10.0, 30.0])
def test_the_steady_state_solved_by_hand_stays_as_it_is(rate: float, length: timedelta) -> None:
    s1 = (rate + 1.5) / 0.22 if rate < 11.7 else (rate + 10.5) / 0.37
    s2 = (0.12 * s1 + 0.75) / 0.10
    s3 = (0.05 * s2 + 0.15) / 0.02
    published = {10.0: (52.2727, 70.2273, 183.0682, 305.5682), 30.0: (109.4595, 138.8514, 354.6284, 602.9392)}
    assert (s1, s2, s3, s1 + s2 + s3) == pytest.approx(published[rate], abs=5e-5)
    steady = Tanks(np.array([s1]), np.array([s2]), np.array([s3]))
    later = step(steady, np.array([rate * (length / HOUR)]), length)
    assert float(later.index[0]) == pytest.approx(s1 + s2 + s3, abs=1e-9)
    assert float(later.s3[0]) == pytest.approx(s3, abs=1e-9)


@pytest.mark.parametrize(
    ("rate", "hours", "peaks"), [(30.0, 3, (84.51, 82.70, 82.34)), (100.0, 1, (100.0, None, 95.8))]
)
def test_a_coarse_step_reads_too_high(rate: float, hours: int, peaks: tuple[float, float | None, float]) -> None:
    """By the hour, by ten minutes, and in the limit of no step at all; as published, two decimals and one."""
    for length, peak in zip((HOUR, TEN, timedelta(seconds=3)), peaks, strict=True):
        if peak is not None:
            found = after([rate * (length / HOUR)] * int(hours * HOUR / length), length)[-1].index[0]
            assert float(found) == pytest.approx(peak, abs=0.05 if peak == 95.8 else 0.005), length


def test_where_one_began_is_forgotten_in_a_month() -> None:
    begun = Tanks(np.array([60.0]), np.array([60.0]), np.array([60.0]))
    left = [float(one.index[0]) for one in after([0.0] * 24 * 30, HOUR, begun)]
    dry = [round(left[24 * days - 1], places) for days, places in ((10, 1), (20, 2), (30, 2))]
    assert dry == [6.4, 0.57, 0.05]


def test_the_longest_step_and_many_cells() -> None:
    """2.7 hours; and what is worked through in blocks is what each cell would be alone."""
    assert round(LONGEST_STEP / HOUR, 4) == 2.7027
    random = np.random.default_rng(1)
    tanks = [random.uniform(0, 120, 40_000) for _ in range(3)]
    rain = random.uniform(0, 20, 40_000)
    whole = step(Tanks(*tanks), rain, TEN)
    for cell in (0, 32_767, 32_768, 39_999):
        alone = step(Tanks(*(one[[cell]] for one in tanks)), rain[[cell]], TEN)
        assert whole.index[cell] == alone.index[0]


def test_cells_are_apart_and_one_without_data_keeps_its_state() -> None:
    state = step(empty(3), np.array([20.0, 20.0, 0.0]), HOUR)
    state = step(state, np.array([0.0, np.nan, 5.0]), HOUR)
    assert state.index.tolist() == pytest.approx([20 - 0.5, 20, 5])


@given(st.lists(st.floats(0, 150), min_size=1, max_size=50), st.sampled_from([TEN, HOUR]))
def test_water_is_neither_made_nor_lost_and_more_rain_is_wetter(rain: list[float], length: timedelta) -> None:
    hours, fallen, gone, state = length / HOUR, 0.0, 0.0, empty()
    for one in rain:
        s1, s2, s3 = (float(tank[0]) for tank in (state.s1, state.s2, state.s3))
        gone += hours * (0.10 * max(s1 - 15, 0) + 0.15 * max(s1 - 60, 0) + 0.05 * max(s2 - 15, 0))
        gone += hours * (0.01 * max(s3 - 15, 0) + 0.01 * s3)
        state, fallen = step(state, np.array([one]), length), fallen + one
        assert float(state.index[0]) == pytest.approx(fallen - gone, abs=1e-9)
        assert min(float(tank[0]) for tank in (state.s1, state.s2, state.s3)) >= 0
    more = after([one + 1 for one in rain], length)[-1]
    assert float(more.index[0]) > float(state.index[0])


@pytest.mark.parametrize("length", [timedelta(0), -HOUR, LONGEST_STEP, timedelta(hours=3)])
def test_a_step_that_is_not_stable_is_refused(length: timedelta) -> None:
    with pytest.raises(ValueError, match="split"):
        step(empty(), np.array([1.0]), length)


def test_negative_rain_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        step(empty(), np.array([-0.1]), HOUR)
