"""Cleaning and splitting: each rule by itself, and what must hold whatever comes in."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.plow.cleaning import PRACTICE, CleaningConfig, Dropped, clean
from geo.plow.track import Told, Track, apart_m, track, track_of
from tests.geo.plow.making import LAT, LON, START, made


def seconds(piece: Track) -> list[float]:
    return [round(at - START, 3) for at in piece.at.tolist()]


def test_distances_are_those_of_the_earth() -> None:
    one_degree = apart_m(np.array([141.0]), np.array([39.7]), np.array([141.0]), np.array([40.7]))
    assert one_degree[0] == pytest.approx(111_195, abs=1)


def test_nothing_comes_of_nothing() -> None:
    nothing = clean(made([]))
    assert nothing.pieces == () and nothing.dropped == {} and nothing.kept == 0


def test_a_repeat_counts_once_and_the_more_accurate_of_two_is_kept() -> None:
    cleaned = clean(made([(0, 0, 0), (30, 90, 0), (30, 100, 0), (60, 200, 0)], accuracy_m=[5, 40, 5, 5]))
    assert cleaned.dropped == {Dropped.DUPLICATE: 1}
    assert cleaned.pieces[0].accuracy_m.tolist() == [5, 5, 5]


def test_what_came_out_of_order_is_put_in_order_and_kept() -> None:
    cleaned = clean(made([(60, 200, 0), (0, 0, 0), (30, 100, 0)]))
    assert cleaned.dropped == {} and seconds(cleaned.pieces[0]) == [0, 30, 60]


def test_a_jump_there_and_back_is_dropped() -> None:
    cleaned = clean(made([(0, 0, 0), (30, 100, 0), (60, 1400, 0), (90, 300, 0), (120, 400, 0)]))
    assert cleaned.dropped == {Dropped.JUMP: 1} and seconds(cleaned.pieces[0]) == [0, 30, 90, 120]


def test_a_good_fix_between_two_jumps_stays() -> None:
    points = [(0, 0, 0), (30, 100, 0), (60, 1400, 0), (90, 300, 0), (120, 1700, 0), (150, 500, 0)]
    cleaned = clean(made(points))
    assert cleaned.dropped == {Dropped.JUMP: 2} and seconds(cleaned.pieces[0]) == [0, 30, 90, 150]


def test_a_jump_that_lasts_is_a_split_because_nobody_knows_which_side_is_wrong() -> None:
    cleaned = clean(made([(0, 0, 0), (30, 100, 0), (60, 1400, 0), (90, 1500, 0)]))
    assert cleaned.dropped == {} and [seconds(piece) for piece in cleaned.pieces] == [[0, 30], [60, 90]]


def test_a_jump_at_an_end_has_one_neighbour_and_is_only_split_off() -> None:
    cleaned = clean(made([(0, 5000, 0), (30, 100, 0), (60, 200, 0), (90, 9000, 0)]))
    assert cleaned.dropped == {} and [seconds(piece) for piece in cleaned.pieces] == [[0], [30, 60], [90]]


def test_silence_splits_after_two_minutes() -> None:
    points = [(0, 0, 0), (30, 9, 0), (60, 20, 0), (90, 30, 0), (210, 60, 0), (331, 90, 0)]
    assert [seconds(piece) for piece in clean(made(points)).pieces] == [[0, 30, 60, 90, 210], [331]]


def test_a_slow_logger_is_split_after_three_of_its_own_intervals() -> None:
    points = [(0, 0, 0), (100, 90, 0), (200, 190, 0), (500, 300, 0), (801, 400, 0)]  # usual: (100 + 300) / 2
    assert len(clean(made(points)).pieces) == 1
    assert len(clean(made([*points, (901, 500, 0), (1001, 600, 0)])).pieces) == 2  # usual: 100


def test_what_its_receiver_hardly_knows_is_dropped_and_never_hides_a_good_one() -> None:
    cleaned = clean(made([(0, 0, 0), (0, 5, 0), (30, 9, 0)], accuracy_m=[300, 10, 10]))
    assert cleaned.dropped == {Dropped.ACCURACY: 1} and cleaned.kept == 2


def test_no_position_is_no_fix() -> None:
    at = np.array([START, START + 30, START + 60, START + 90])
    lon, lat = np.array([LON, 0.0, np.nan, 200.0]), np.array([LAT, 0.0, LAT, LAT])
    assert clean(track(at, lon, lat)).dropped == {Dropped.BAD_POSITION: 3}


def test_the_future_is_refused_beyond_two_minutes() -> None:
    cleaned = clean(made([(0, 0, 0), (120, 100, 0), (121, 100, 0)]), now=START)
    assert cleaned.dropped == {Dropped.FUTURE: 1} and cleaned.kept == 2


def test_elsewhere_is_left_out() -> None:
    town = shapely.box(LON - 0.1, LAT - 0.1, LON + 0.1, LAT + 0.1)
    assert clean(made([(0, 0, 0), (3600, 50_000, 0)]), within=town).dropped == {Dropped.OUT_OF_AREA: 1}


def test_fixes_become_a_track() -> None:
    one = track_of([Told(START, LON, LAT, accuracy_m=5.0)])
    assert one.at[0] == START and one.accuracy_m[0] == 5 and np.isnan(one.heading_deg[0]) and len(track_of([])) == 0


POINTS = st.lists(
    st.tuples(
        st.integers(0, 2000), st.sampled_from([0.0, 50.0, 90.0, 3000.0, 40_000.0]), st.sampled_from([0.0, 70.0, 5000.0])
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(POINTS, st.randoms(use_true_random=False))
def test_whatever_comes_in(points: list[tuple[float, float, float]], random: object) -> None:
    cleaned = clean(made(points))
    assert len(points) == cleaned.kept + sum(cleaned.dropped.values()), "every fix is accounted for"
    every = np.concatenate([piece.at for piece in cleaned.pieces]) if cleaned.pieces else np.array([])
    assert (np.diff(every) > 0).all(), "in order, each time once"
    usual = float(np.median(np.diff(every))) if len(every) > 1 else 0.0
    for piece in cleaned.pieces:
        assert len(piece)
        assert piece.steps_kmh.max(initial=0) <= PRACTICE.fastest_kmh
        assert piece.steps_s.max(initial=0) <= max(PRACTICE.gap_s, PRACTICE.gap_intervals * usual)
        assert clean(piece).dropped == {}, "what is clean stays whole"
    shuffled = list(points)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = clean(made(shuffled))
    assert [p.at.tolist() for p in again.pieces] == [p.at.tolist() for p in cleaned.pieces]
    assert [p.lon.tolist() for p in again.pieces] == [p.lon.tolist() for p in cleaned.pieces]
    assert again.dropped == cleaned.dropped


def test_a_city_sets_its_own_limits() -> None:
    slow = CleaningConfig(fastest_kmh=10.0)
    assert clean(made([(0, 0, 0), (30, 100, 0), (60, 0, 0)]), config=slow).dropped == {Dropped.JUMP: 1}
