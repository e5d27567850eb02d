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
