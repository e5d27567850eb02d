"""What a sensor's past says about its newest reading."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.quality import SAMPLES, Past, Track, judged
from feeds.records import Flag, Reading
from tests.feeds.making import NOW

COLD, MILD = Past(NOW, -6.0), Past(NOW, 4.0)


def reading(minute: float, value: float | None, quantity: str = "water_level") -> Reading:
    at = NOW + timedelta(minutes=minute)
    return Reading(gateway="g", station="s", quantity=quantity, value=value, unit="m", measured_at=at)


def flags(*values: tuple[float, float], quantity: str = "water_level", air: Past | None = None) -> list[set[Flag]]:
    """Flags of a series of (minute, value) as it comes in."""
    track, found = Track(), list[set[Flag]]()
    for minute, value in values:
        one = reading(minute, value, quantity)
        raised, track = judged(one, track, air)
        found.append(set(raised))
    return found


def spikes(*values: tuple[float, float]) -> list[bool]:
    return [Flag.SPIKE in one for one in flags(*values)]


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ([(0, 9.0)], [False]),  # nothing to compare with
        ([(0, 1.0), (3, 1.7)], [False, False]),  # 0.5 + 0.1 × 3 minutes
        ([(0, 1.0), (3, 1.9)], [False, True]),
        ([(0, 1.0), (60, 2.1)], [False, True]),  # a metre in an hour waits for the next report
        ([(0, 1.0), (1440, 7.0)], [False, False]),  # after a day it says little
        ([(0, 1.0), (60, 4.0), (120, 4.1)], [False, True, False]),  # confirmed
        ([(0, 1.0), (60, 4.0), (120, 1.1)], [False, True, False]),  # a spike, and the way back
        ([(0, 1.0), (60, 2.5), (120, 4.0), (180, 5.5)], [False, True, False, False]),  # a flood that goes on
        ([(0, 5.0), (60, 3.5), (120, 2.0)], [False, True, False]),  # and a fall
        ([(0, 1.0), (60, 9.0), (120, 4.0)], [False, True, False]),  # high twice, whatever the height
        ([(0, 5.0), (60, 9.0), (120, 1.0)], [False, True, True]),  # nonsense
        ([(0, 1.0), (60, 4.0), (120, 1.0), (180, 4.0), (240, 1.0)], [False, True, False, True, True]),  # restless …
        ([(0, 1.0), (60, 4.0), (120, 1.0), (180, 4.0), (240, 4.0)], [False, True, False, True, False]),  # … twice alike
    ],
)
def test_spikes_wait_for_the_next_report(series: list[tuple[float, float]], expected: list[bool]) -> None:
    assert spikes(*series) == expected


def test_a_confirmed_jump_is_a_step_and_believed() -> None:
    found = flags((0, 1.0), (60, 4.0), (120, 4.1), (180, 4.0))
    assert found == [set(), {Flag.SPIKE}, {Flag.STEP}, set()]
    assert not Flag.STEP.bars_alerts


def test_a_value_that_never_moves_is_remarkable_after_a_day() -> None:
    hours = [(60.0 * hour, 1.23) for hour in range(30)]
    found = [Flag.FLAT in one for one in flags(*hours)]
    assert found == [False] * 25 + [True] * 5
    assert flags(*hours, (1800, 1.24))[-1] == set()
    assert not any(flags(*hours, quantity="snow_depth")), "snow may lie still for weeks"
    assert not any(flags((0, 1.0), (3000, 1.0), (6000, 1.0))), "three reports are no line"


def test_slow_even_creep_in_frost_is_ice() -> None:
    rising = [(60.0 * hour, 1.0 + 0.06 * hour) for hour in range(9)]
    assert [Flag.FROZEN in one for one in flags(*rising, air=Past(NOW + timedelta(hours=6), -6.0))][6:] == [True] * 3
    assert not any(Flag.FROZEN in one for one in flags(*rising, air=MILD))
    assert not any(Flag.FROZEN in one for one in flags(*rising))
    flood = [(60.0 * hour, 1.0 + 0.4 * hour) for hour in range(9)]
    assert not any(Flag.FROZEN in one for one in flags(*flood, air=COLD))


def test_what_comes_late_finds_its_place_and_is_marked() -> None:
    track = Track()
    for minute, value in ((0, 1.0), (60, 1.1), (180, 1.2)):
        track = track.after(NOW + timedelta(minutes=minute), value)
    assert judged(reading(120, 1.15), track)[0] == {Flag.OUT_OF_ORDER}
    assert judged(reading(120, 7.0), track)[0] == {Flag.OUT_OF_ORDER, Flag.SPIKE}
    later = track.after(NOW + timedelta(minutes=120), 1.15)
    assert [past.value for past in later.samples] == [1.0, 1.1, 1.15, 1.2] and later.same == track.same


def test_a_revision_replaces_and_a_missing_value_says_nothing() -> None:
    track = Track().after(NOW, 1.0).after(NOW, 2.0)
    assert [past.value for past in track.samples] == [2.0]
    assert judged(reading(1, None), track) == (frozenset(), track)
    assert judged(reading(1, 1.0, "nobody_knows_it"), track) == (frozenset(), track)


VALUES = st.floats(-5, 20).map(lambda value: round(value, 2))


@given(st.lists(st.tuples(st.integers(1, 180), VALUES), max_size=30))
def test_what_lasts_is_never_kept_out(steps: list[tuple[int, float]]) -> None:
    """Whatever went before: of three reports that agree, the second and the third are trusted."""
    minute, series = 0.0, list[tuple[float, float]]()
    for gap, value in steps:
        minute += gap
        series.append((minute, value))
    for _ in range(3):
        minute += 10
        series.append((minute, 7.77))
    found = spikes(*series)
    assert found[-2:] == [False, False]


@given(st.lists(st.tuples(st.integers(1, 600), VALUES), max_size=40))
def test_memory_is_bounded_and_repeats_change_nothing(steps: list[tuple[int, float]]) -> None:
    track, minute = Track(), 0
    for gap, value in steps:
        minute += gap
        at = NOW + timedelta(minutes=minute)
        track = track.after(at, value)
        again = track.after(at, value)
        assert again.samples == track.samples and len(track.samples) <= SAMPLES
        assert list(track.samples) == sorted(track.samples)


def test_a_number_that_stands_for_no_value_is_none_unless_the_sensor_stood_there() -> None:
    found = flags((0, 32.0), (60, 327.67), (120, 327.67), (180, 32.1), quantity="snow_depth")
    assert found == [set(), {Flag.STUCK}, {Flag.STUCK}, set()]
    assert flags((0, 99.5), (60, 99.9), quantity="snow_depth") == [set(), set()], "snow may lie so deep"
    assert flags((0, 999.0), (60, 999.9), quantity="pressure") == [set(), set()], "an ordinary day"
