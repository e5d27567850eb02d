"""Quality control of a series, by example and by property."""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.series.believed import believe, plausible, slope_per_hour, without_spikes
from tests.geo.making import NOW, series

TWO_HOURS, HOUR = timedelta(hours=2), timedelta(hours=1)
LEVELS = st.floats(-5, 10)


def values(samples: object) -> list[float]:
    return [sample.value for sample in samples]  # type: ignore[attr-defined]


def test_later_implausible_and_infinite_values_are_not_seen() -> None:
    samples = series([1.0, 99.0, float("nan"), float("inf"), 2.0, 3.0], last=NOW + timedelta(minutes=10))
    assert values(plausible(samples, NOW, 0, 10)) == [1.0, 2.0]


@pytest.mark.parametrize(
    ("given_values", "kept"),
    [
        ([1.0, 1.0, 5.0, 1.1], [1.0, 1.0, 1.1]),
        ([5.0, 5.0, 1.0, 5.0], [5.0, 5.0, 5.0]),
        ([1.0, 2.5, 4.0, 5.5], [1.0, 2.5, 4.0, 5.5]),  # steep, but no spike
        ([1.0, 5.0, 5.0, 1.0], [1.0, 5.0, 5.0, 1.0]),  # two reports are no spike
        ([1.0, 5.0], [1.0, 5.0]),
        ([5.0], [5.0]),
        ([], []),
    ],
)
def test_isolated_spikes(given_values: list[float], kept: list[float]) -> None:
    assert values(without_spikes(series(given_values), 1.0, TWO_HOURS)) == kept


def test_a_spike_needs_neighbours_near_in_time() -> None:
    lonely = series([1.0, 5.0, 1.0], step=timedelta(hours=3))
    assert values(without_spikes(lonely, 1.0, TWO_HOURS)) == [1.0, 5.0, 1.0]


def test_the_first_report_after_silence_stands_alone() -> None:
    one = believe(series([1.0, 5.0], step=timedelta(hours=5)), 0.3, TWO_HOURS)
    assert one is not None
    assert (one.alone, one.confirmed, one.value) == (True, False, 5.0)
    assert believe([], 0.3, TWO_HOURS) is None


def test_a_jump_counts_only_a_step_until_the_next_report_confirms_it() -> None:
    first = believe(series([1.0, 1.0, 5.0]), 0.3, TWO_HOURS)
    second = believe(series([1.0, 1.0, 5.0, 5.1]), 0.3, TWO_HOURS)
    assert first is not None
    assert second is not None
    assert (first.value, first.reported, first.confirmed) == (1.3, 5.0, False)
    assert (second.value, second.confirmed) == (5.1, True)


@given(st.lists(LEVELS, min_size=1, max_size=12), st.floats(0, 5))
def test_a_higher_newest_report_is_never_believed_to_be_lower(levels: list[float], more: float) -> None:
    low = believe(without_spikes(series(levels), 1.0, TWO_HOURS), 0.3, TWO_HOURS)
    high = believe(without_spikes(series([*levels[:-1], levels[-1] + more]), 1.0, TWO_HOURS), 0.3, TWO_HOURS)
    assert low is not None
    assert high is not None
    assert high.value >= low.value


@given(st.lists(LEVELS, min_size=3, max_size=12), LEVELS)
def test_what_two_reports_say_is_never_lost(levels: list[float], level: float) -> None:
    one = believe(without_spikes(series([*levels, level, level]), 1.0, TWO_HOURS), 0.3, TWO_HOURS)
    assert one is not None
    assert one.value == level


def test_slope_of_a_steady_rise_and_of_one_with_a_glitch() -> None:
    steady = series([1.0 + 0.1 * i for i in range(7)])
    glitch = series([1.0, 1.1, 1.2, 4.0, 1.4, 1.5, 1.6])
    for samples in (steady, glitch):
        newest = believe(without_spikes(samples, 1.0, TWO_HOURS), 0.3, TWO_HOURS)
        assert newest is not None
        assert slope_per_hour(samples, newest, HOUR) == pytest.approx(0.6)


def test_a_gauge_that_reports_every_second_costs_no_more_than_one_that_reports_every_minute() -> None:
    samples = series([1.0 + 0.6 * second / 3600 for second in range(3600)], step=timedelta(seconds=1))
    newest = believe(samples, 0.3, TWO_HOURS)
    assert newest is not None
    began = perf_counter()
    assert slope_per_hour(samples, newest, HOUR) == pytest.approx(0.6)
    assert perf_counter() - began < 1.0, "seven thousand pairs, not six million"


def test_too_few_reports_have_no_slope() -> None:
    for samples in (
        series([1.0, 1.1, 1.2]),
        series([1.0] * 5, step=timedelta(minutes=1)),
        series([1.0] * 5, step=HOUR),
    ):
        newest = believe(samples, 0.3, TWO_HOURS)
        assert newest is not None
        assert slope_per_hour(samples, newest, HOUR) is None
