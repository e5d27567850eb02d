"""Rain of a day at a station, from whichever quantity tells it."""

from __future__ import annotations

from datetime import timedelta

from geo.model import Sample
from geo.rain.fallen import rain_24h
from tests.geo.making import NOW

HOUR, TEN = timedelta(hours=1), timedelta(minutes=10)


def every(step: timedelta, count: int, mm: float = 1.0) -> list[Sample]:
    return [Sample(NOW - back * step, mm, f"r{back}") for back in range(count - 1, -1, -1)]


def test_a_day_is_a_day() -> None:
    assert rain_24h({"rain_1h": every(HOUR, 48)}, NOW) == (24.0, ("r0",))
    assert rain_24h({"rain_10min": every(TEN, 300)}, NOW) == (144.0, ("r0",))
    later = [*every(HOUR, 24), Sample(NOW + HOUR, 99.0, "later")]
    assert rain_24h({"rain_1h": later}, NOW) == (24.0, ("r0",))


def test_sums_of_an_hour_that_come_every_ten_minutes_count_once() -> None:
    assert rain_24h({"rain_1h": every(TEN, 144, 6.0)}, NOW)[0] == 24 * 6.0


def test_a_fresh_total_is_believed_and_an_old_one_is_not() -> None:
    hours = {"rain_1h": every(HOUR, 24)}
    assert rain_24h(hours | {"rain_24h": [Sample(NOW - 2 * HOUR, 30.0, "t")]}, NOW) == (30.0, ("t",))
    assert rain_24h(hours | {"rain_24h": [Sample(NOW - 2 * HOUR - TEN, 30.0, "t")]}, NOW) == (24.0, ("r0",))


def test_nothing_known_is_nothing() -> None:
    assert rain_24h({}, NOW) == (0, ())
