"""A winter's hours as days that end at six, the hours of a day as those of the next, and the pack at a gauge."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.air.temperature_outlook import chance_of_reaching, outlook
from geo.model import Sample
from geo.series.season import began, daily_depths, daily_means, last_hours, last_six
from geo.snow.pack import pack_now
from geo.snow.water import hs2swe

REAL = os.environ.get("SHIRASE_REAL_DATA")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIX = datetime(2026, 1, 14, 21, 0, tzinfo=UTC)  # 06:00 of the 15th in Japan
NAN = float("nan")


def hourly(values: list[float], last: datetime = SIX) -> list[Sample]:
    return [Sample(last - back * HOUR, value, f"h{back}") for back, value in enumerate(reversed(values))][::-1]


def daily(depths: list[float], last: datetime = SIX) -> list[Sample]:
    """One hour a day, at six; NaN is a day without any."""
    ends = [last - back * DAY for back in range(len(depths) - 1, -1, -1)]
    return [Sample(end, depth, f"d{end:%d}") for end, depth in zip(ends, depths, strict=True) if depth == depth]


def test_the_winter_begins_in_october_and_summer_remembers_a_month() -> None:
    assert began(SIX) == datetime(2025, 10, 1, tzinfo=UTC)
    assert began(datetime(2025, 10, 5, 7, tzinfo=UTC)) == datetime(2025, 9, 3, tzinfo=UTC)  # never less than a month
    assert began(datetime(2026, 7, 20, tzinfo=UTC)) == datetime(2026, 6, 18, tzinfo=UTC)


def test_days_end_at_six_in_japan() -> None:
    assert last_six(SIX) == SIX
    assert last_six(SIX - HOUR) == SIX - DAY
    assert last_six(SIX + 23 * HOUR) == SIX


def test_depth_at_six_or_near_it() -> None:
    assert daily_depths(daily([0, 10, 20]), SIX + HOUR) == [0, 10, 20]
    near = [Sample(SIX - DAY - 2 * HOUR, 5, "a"), Sample(SIX - HOUR, 7, "b"), Sample(SIX + HOUR, 8, "c")]
    assert daily_depths(near, SIX + HOUR) == [5, 7]
    far = [Sample(SIX - DAY, 5, "a"), Sample(SIX - 3 * HOUR, 7, "b")]
    assert daily_depths(far, SIX) == pytest.approx([5, NAN], nan_ok=True)
    assert daily_depths([], SIX) == []
    assert daily_depths(daily([1, 2]), SIX - 3 * DAY) == []


def test_means_of_days_and_hours() -> None:
    hours = hourly([float(i) for i in range(48)])
    assert daily_means(hours, SIX + HOUR, 2).tolist() == [11.5, 35.5]
    assert np.isnan(daily_means(hours[-10:], SIX, 1))[0]
    assert last_hours(hours[:-1], SIX + timedelta(minutes=20), 3).tolist()[:2] == [45, 46]
    assert np.isnan(last_hours(hours[:-1], SIX, 3)[-1])


def test_the_next_day_is_like_this_one_nudged() -> None:
    same = outlook(np.array([5.0, *range(1, 24), 5.0]), 30)
    assert same.tolist() == pytest.approx([*range(1, 24), 5, *range(1, 7)])
    warmer = outlook(np.array([0.0] * 24 + [6.0]), 12)
    assert warmer[0] == pytest.approx(6 * np.exp(-1 / 6)) and warmer[-1] < 1
    assert np.isnan(outlook(np.full(25, NAN))).all()
    with pytest.raises(ValueError, match="last 25"):
        outlook(np.zeros(24))


def test_chances() -> None:
    expected = np.full(36, -1.0)
    assert chance_of_reaching(expected, -1.0) == 0.5
    assert 0.1 < chance_of_reaching(expected, 3.0) < 0.25
    assert np.isnan(chance_of_reaching(np.full(36, NAN), 3.0))


@pytest.mark.real
@pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where the real temperatures are")
def test_the_highest_temperature_ahead_beats_that_of_yesterday() -> None:
    stations: dict[str, list[float]] = {}
    with (Path(REAL or "") / "timeseries/amedas/iwate_hourly_2023-08_2023-12.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["time_jst"] >= "2023-11":
                stations.setdefault(row["station"], []).append(float(row["temp_c"] or "nan"))
    errors: dict[int, tuple[list[float], list[float]]] = {}
    for hours in (np.array(one) for one in stations.values()):
        for start in range(24, len(hours) - 36, 3):
            past = hours[start - 24 : start + 1]
            for within in (12, 24, 36):
                true = hours[start + 1 : start + within + 1]
                if np.isnan(past).sum() > 2 or np.isnan(true).sum() > 3:  # an hour of each day is missing
                    continue
                ours, yesterday = errors.setdefault(within, ([], []))
                ours.append(np.nanmax(outlook(past, within)) - np.nanmax(true))
                yesterday.append(np.nanmax(past[1:]) - np.nanmax(true))
    found = {lead: [float(np.sqrt(np.mean(np.square(one)))) for one in both] for lead, both in errors.items()}
    assert {lead: round(ours, 1) for lead, (ours, _) in found.items()} == {12: 3.5, 24: 4.0, 36: 4.5}
    assert all(ours < yesterday for ours, yesterday in found.values())


def test_the_pack_of_a_winter_that_was_seen_from_its_beginning() -> None:
    depths = [0.0, 20, 18, 17, 40, 36]
    newest = Sample(SIX + 5 * HOUR, 46.0, "now")
    pack = pack_now(daily(depths), newest, newest.at)
    *_, whole = hs2swe(depths)
    assert pack.followed and pack.swe_mm == pytest.approx(whole.swe_mm + 10 * 1.137)
    assert pack.low_mm == pytest.approx(37.182 + 8.12, abs=0.01)
    assert pack.gained_mm == pytest.approx((0, 22.74, 0, 0, 27.84, 0, 11.37), abs=0.01)
    assert pack.before_mm == pytest.approx(50.58, abs=0.01)
    assert pack_now(daily([*depths, NAN, NAN]), newest, newest.at).followed
    assert (
        len(pack_now(daily([*depths, NAN]), newest, newest.at).gained_mm) == 8
    )  # the day without a depth gained nothing


@pytest.mark.parametrize("depths", [[], [50.0, 60.0], [0.0, NAN, NAN, NAN, 50.0], [0.0, 20.0, NAN, NAN, NAN]])
def test_without_its_beginning_the_pack_is_bracketed(depths: list[float]) -> None:
    last = SIX
    pack = pack_now(daily(depths, last), Sample(SIX, 60.0, "now"), SIX if not depths else last)
    if depths and depths[-1] != depths[-1]:
        pack = pack_now(daily([0.0, 20.0], SIX - 3 * DAY), Sample(SIX, 60.0, "now"), SIX)
    assert not pack.followed
    assert pack.low_mm < pack.swe_mm < 60 * 5.716


@given(st.lists(st.integers(0, 200).map(float), min_size=1, max_size=20), st.floats(0, 300), st.floats(0, 300))
def test_hours_to_come_change_nothing(depths: list[float], depth: float, poison: float) -> None:
    newest = Sample(SIX, depth, "now")
    later = [*daily([0.0, *depths]), Sample(SIX + DAY, poison, "x"), Sample(SIX + HOUR, poison, "y")]
    pack = pack_now(daily([0.0, *depths]), newest, SIX)
    assert pack_now(later, newest, SIX) == pack
    assert 0 <= pack.swe_mm <= depth * 5.716 + 1e-9
