"""Local times without an offset: the hour that comes twice, and the one that never comes."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from geo.plow.local_time import local_seconds, placed

CHICAGO = ZoneInfo("America/Chicago")  # back on 6 November 2016 at 02:00, forward on 12 March 2017 at 02:00


def utc(day: str, *times: str, zone: ZoneInfo = CHICAGO) -> list[str]:
    local = np.array([local_seconds(datetime.fromisoformat(f"{day}T{time}")) for time in times])
    found = placed(local, zone)
    return ["never" if np.isnan(at) else f"{datetime.fromtimestamp(at, UTC):%H:%M}" for at in found.at.tolist()]


def test_an_ordinary_winter_day() -> None:
    assert utc("2016-12-17", "05:12", "05:13") == ["11:12", "11:13"]


def test_the_clock_goes_back_in_the_middle_of_a_trace() -> None:
    assert utc("2016-11-06", "00:50", "01:30", "01:59", "01:00", "01:30", "01:59", "02:01") == [
        *("05:50", "06:30", "06:59"),
        *("07:00", "07:30", "07:59", "08:01"),
    ]


def test_a_row_out_of_order_is_no_second_hour() -> None:
    assert utc("2016-11-06", "00:50", "01:30", "01:29", "01:31") == ["05:50", "06:30", "06:29", "06:31"]


def test_a_trace_that_begins_within_the_hour_looks_ahead() -> None:
    assert utc("2016-11-06", "01:50", "01:55", "02:05") == ["07:50", "07:55", "08:05"]


def test_a_trace_inside_the_hour_alone_is_taken_as_the_first() -> None:
    assert utc("2016-11-06", "01:10", "01:20") == ["06:10", "06:20"]


def test_the_hour_that_never_was() -> None:
    assert utc("2017-03-12", "01:59", "02:30", "03:00") == ["07:59", "never", "08:00"]


def test_japan_has_neither() -> None:
    assert utc("2026-01-15", "06:10", zone=ZoneInfo("Asia/Tokyo")) == ["21:10"]
