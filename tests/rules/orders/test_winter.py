"""A winter decided over again: orders, what they cost, misses; without a look ahead; two cities side by side."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from feeds.japan import JAPAN
from geo.model import Sample
from rules.orders.ahead import note
from rules.orders.decision import Expected, Reason
from rules.orders.winter import Morning, Practice, Winter, World, replay
from tests.rules.orders.nights import PRESETS, at, city, depths

REAL = os.environ.get("SHIRASE_REAL_DATA", "")
EVENING = at("18:00", "2027-01-14")
KM = {"sw": {1: 10.0, 3: 30.0}}


def night(hourly: Sequence[float], preset: str = "morioka", days: int = 1) -> Winter:
    """Depths of each hour from a day before the evening on; the section is ``sw``."""
    end = EVENING + timedelta(days=days)
    whole = [hourly[0]] * 24 + list(hourly)
    whole += [whole[-1]] * (24 * days + 25 - len(whole))
    samples = depths(whole, end)
    return replay(
        World(series={("g1", "snow_depth"): samples}, ground=city(), km=KM), [PRESETS[preset]], (EVENING, end)
    )


def test_ten_centimetres_before_midnight_are_ordered_once_and_cleared_by_the_morning() -> None:
    found = night([20.0] + [20 + 2.0 * (n + 1) for n in range(6)])
    (order,) = found.given
    assert (order.at, order.rule, order.have_cm, order.need_cm) == (at("23:00", "2027-01-14"), "all-roads", 10.0, 10.0)
    assert (order.machine_hours, found.machine_hours) == (40.0, 40.0)
    assert found.deep == ()


def test_what_midnight_decides_misses_what_falls_after_it() -> None:
    falling = [20.0] * 8 + [20 + 4.0 * (n + 1) for n in range(4)]  # from 02:00 to 05:00
    here, there = night(falling), night(falling, "hirosaki")
    assert len(here.given) == 1 and [one.what for one in here.deep] == [Morning.LATE], "sent at four: not done by seven"
    assert there.given == () and [(one.what, one.new_cm) for one in there.deep] == [(Morning.MISS, 16.0)]
    assert there.deep[0].day == date(2027, 1, 15)


def test_it_snows_on_after_the_round() -> None:
    falling = [20.0, 26.0] + [32.0] * 11 + [44.0]  # done at six, and twelve centimetres more by seven
    found = night(falling, "hirosaki")
    assert [(one.at, one.done_at) for one in found.given] == [(at("00:00"), at("06:00"))]
    assert [one.what for one in found.deep] == [Morning.AGAIN]


def test_a_gauge_that_jumps_orders_nothing_and_one_that_is_silent_is_no_absence_of_snow() -> None:
    bird = night([20.0] * 4 + [80.0] + [20.0] * 4)
    assert bird.given == () and bird.deep == () and bird.unknown_hours == bird.section_hours - bird.section_hours // 4
    silent = replay(World(series={}, ground=city()), [PRESETS["morioka"]], (EVENING, EVENING + timedelta(hours=9)))
    assert silent.unknown_hours == silent.section_hours == 40


def test_nothing_ahead_is_seen() -> None:
    calm, storm = night([20.0] * 8), night([20.0] * 8 + [60.0 + 4 * n for n in range(8)])
    until = EVENING + timedelta(hours=7)
    assert [one for one in storm.given if one.at <= until] == [one for one in calm.given if one.at <= until]


def test_a_forecast_counts_from_the_hour_at_which_it_was_known() -> None:
    for known, cm, fires in ((0, 8, 3), (5, 10, 5)):
        noted = Expected(cm=cm, at=EVENING, until=EVENING + timedelta(hours=13), source="当直")
        world = World(
            series={("g1", "snow_depth"): depths([20.0] * 27 + [24.0] * 20, EVENING + timedelta(hours=22))},
            ground=city(),
            forecasts=[(EVENING + timedelta(hours=known), note(noted, ""))],
        )
        (order, *_) = replay(world, [PRESETS["morioka"]], (EVENING, EVENING + timedelta(hours=12))).given
        assert (order.reason, order.at) == (Reason.FORECAST, EVENING + timedelta(hours=fires))


def winters() -> dict[int, list[Sample]]:
    """Sapporo's days as hours: what fell in a day (JMA) falls between 18:00 and 06:00, then it settles to the depth
    that was read. The hours are made up; the amounts are not."""
    found: defaultdict[int, list[Sample]] = defaultdict(list)
    path = Path(REAL) / "timeseries/snow_sapporo_daily_2016-01_2021-06.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["snow_depth_cm"] and row["snowfall_cm"]]
    before = float(rows[0]["snow_depth_cm"])
    for row in rows:
        day, fell, depth = date.fromisoformat(row["date"]), float(row["snowfall_cm"]), float(row["snow_depth_cm"])
        evening = datetime.combine(day - timedelta(days=1), time(18), JAPAN)
        for hour in range(1, 25):
            top = before + fell * min(hour, 12) / 12
            value = top if hour <= 12 else top + (depth - top) * (hour - 12) / 12
            found[day.year - (day.month < 8)].append(Sample(evening + timedelta(hours=hour), max(0.0, value), "s"))
        before = depth
    return found


def season(samples: Sequence[Sample], preset: str, first: date, last: date) -> Winter:
    span = datetime.combine(first, time(), JAPAN), datetime.combine(last, time(), JAPAN)
    world = World(series={("g1", "snow_depth"): samples}, ground=city(), km=KM)
    return replay(world, [PRESETS[preset]], span, Practice())


@pytest.mark.real
@pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where Sapporo's depths are")
def test_a_january_of_sapporo_by_two_cities_rules() -> None:
    samples, month = winters()[2018], (date(2019, 1, 1), date(2019, 1, 31))
    told = {preset: season(samples, preset, *month) for preset in ("morioka", "hirosaki")}
    assert len(told["morioka"].given) >= len(told["hirosaki"].given) > 0
    assert told["hirosaki"].count(Morning.MISS) >= told["morioka"].count(Morning.MISS)
    assert all(one.machine_hours == 40 * len(one.given) for one in told.values())


if __name__ == "__main__":  # the table of docs/snow-removal.md
    for year, samples in sorted(winters().items()):
        if len(samples) > 24 * 240:
            for preset in ("morioka", "sapporo", "hirosaki", "aizuwakamatsu", "hakodate"):
                one = season(samples, preset, date(year, 12, 1), date(year + 1, 3, 31))
                counts = [one.count(what) for what in Morning]
                print(
                    year, preset, len(one.given), one.machine_hours, *counts, f"{one.unknown_hours}/{one.section_hours}"
                )
