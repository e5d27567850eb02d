"""Held readings are given back when another report bears them out, and never else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.quality import Past, Track, judged
from feeds.quantities import QUANTITIES
from feeds.records import Flag, Reading
from feeds.settled import settled
from tests.feeds.making import NOW

LEVEL = QUANTITIES["water_level"]


def series(*values: tuple[float, float], held: Sequence[float] = ()) -> list[Past]:
    return [Past(NOW + timedelta(minutes=minute), value, value not in held) for minute, value in values]


def live(*values: tuple[float, float]) -> list[Past]:
    """The series as it stands in the store when each report came alone."""
    track, found = Track(), list[Past]()
    for minute, value in values:
        at = NOW + timedelta(minutes=minute)
        reading = Reading(gateway="g", station="s", quantity="water_level", value=value, unit="m", measured_at=at)
        flags, track = judged(reading, track)
        found.append(Past(at, value, Flag.SPIKE not in flags))
    return found


def believed(samples: Sequence[Past]) -> list[float]:
    return [one.value for one, holds in zip(samples, settled(samples, LEVEL), strict=True) if holds]


def test_a_spike_is_never_believed_and_a_lasting_jump_wholly() -> None:
    assert believed(series((0, 1.0), (60, 4.0), held=[4.0])) == [1.0]
    assert believed(series((0, 1.0), (60, 4.0), (120, 1.1), held=[4.0])) == [1.0, 1.1]
    assert believed(series((0, 1.0), (60, 4.0), (120, 4.2), held=[4.0])) == [1.0, 4.0, 4.2]
    assert believed(series((0, 1.0), (60, 4.0), (300, 4.2), held=[4.0])) == [1.0, 4.2], "too far apart"


def test_of_two_jumps_the_smaller_one_counts() -> None:
    assert believed(series((0, 1.0), (60, 8.0), (120, 5.0), held=[8.0, 5.0])) == [1.0, 5.0]
    assert believed(series((0, 1.0), (60, 2.5), (120, 4.1), held=[2.5, 4.1])) == [1.0, 2.5]
    assert believed(series((0, 9.0), (60, 4.0), (120, 6.0), held=[4.0, 6.0])) == [9.0, 6.0], "downwards alike"


def test_to_and_fro_is_no_confirmation() -> None:
    reports = [(60.0 * n, 126.11 if n % 2 == 0 else 129.13) for n in range(8)]
    assert set(believed(series(*reports, held=[129.13]))) == {126.11}


def test_what_comes_late_bears_out_as_well() -> None:
    held = series((0, 1.0), (60, 4.0), held=[4.0])
    assert believed([held[0], Past(NOW + timedelta(minutes=50), 3.9), held[1]]) == [1.0, 3.9, 4.0]


VALUES = st.floats(0, 10).map(lambda value: round(value, 2))


@given(st.lists(st.tuples(VALUES, st.booleans()), max_size=15), st.integers(1, 150))
def test_what_was_believed_stays_and_two_that_agree_are_never_lost(
    samples: list[tuple[float, bool]], step: int
) -> None:
    whole = [Past(NOW + timedelta(minutes=step * n), value, first) for n, (value, first) in enumerate(samples)]
    holds = settled(whole, LEVEL)
    for place, one in enumerate(whole):
        assert holds[place] or not one.believed
        if place and step <= 120 and abs(one.value - whole[place - 1].value) <= 0.5:
            assert holds[place - 1] and holds[place]


@given(VALUES, st.lists(VALUES, min_size=2, max_size=8), st.integers(1, 60))
def test_two_reports_above_any_level_reach_the_models_with_the_second(
    before: float, run: list[float], step: int
) -> None:
    """The models see no less than the smaller of the two, from one of them or from what stood before."""
    reports = live(*[(float(step * n), value) for n, value in enumerate([before, *run])])
    for place in range(2, len(reports) + 1):
        so_far = reports[:place]
        given_back = settled(so_far, LEVEL)
        stood = next((one.value for one, holds in reversed([*zip(so_far, given_back, strict=True)][:-2]) if holds), -1)
        pair = [one.value for one, holds in [*zip(so_far, given_back, strict=True)][-2:] if holds]
        assert max(stood, *pair, -1) >= min(one.value for one in so_far[-2:])
