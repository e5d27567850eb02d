"""Two clocks: hub time may hurry, and is never in the future."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.clock import CatchUpClock, Clock, wall


def test_hub_time_is_wall_time() -> None:
    before = wall()
    assert before <= Clock().now() <= wall()
    assert not Clock().hurried


def test_an_exercise_catches_up_and_then_is_the_present() -> None:
    began = wall() - timedelta(seconds=50)
    clock = CatchUpClock(began - timedelta(hours=12), 433.0, began)  # 12 h in 100 s
    half = clock.now()
    assert clock.hurried
    assert abs(half - (began - timedelta(hours=12) + timedelta(seconds=50 * 433))) < timedelta(minutes=5)
    later = CatchUpClock(began - timedelta(hours=12), 433.0, wall() - timedelta(seconds=101))
    assert not later.hurried
    assert abs(later.now() - wall()) < timedelta(seconds=1)


@pytest.mark.parametrize("elapsed", [0, 10, 99, 101, 5000])
def test_never_in_the_future(elapsed: int) -> None:
    clock = CatchUpClock(wall() - timedelta(hours=12), 433.0, wall() - timedelta(seconds=elapsed))
    assert clock.now() <= wall()


def test_waiting_for_a_moment_of_the_play_and_for_one_after_it() -> None:
    began = wall()
    clock = CatchUpClock(began - timedelta(hours=1), 61.0, began)  # 1 h in 60 s
    assert clock.real_seconds_until(began - timedelta(hours=1)) == 0
    assert clock.real_seconds_until(began - timedelta(minutes=30)) == pytest.approx(1800 / 61, abs=0.5)
    assert clock.real_seconds_until(began + timedelta(minutes=10)) == pytest.approx(600, abs=0.5)
