"""Outlooks of the live river: kept once an hour, judged once, and summed up by the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from feeds.status import Status
from geo.model import Ground, Inputs
from geo.models.flood import Flood
from geo.river.gauge import GaugeConfig
from geo.verification.account import Part
from geo.verification.issued import issued
from geo.verification.tally import LEVEL, Bin, Tally
from services.bell import Bell
from services.predict import Predict
from services.store import outlooks, records, skill
from services.store.engine import Store
from services.store.skill import Judged
from services.store.tables import outlooks as table
from services.verify import Verify
from services.verify_river import VerifyRiver
from tests.geo.making import ground as city
from tests.geo.river.making import reported, rivers, small_model, stations
from tests.services.making import NOW, SetClock, reading
from tests.services.web_floor import ground

TEN, HOUR = timedelta(minutes=10), timedelta(hours=1)
RISE = [1.0] * 12 + [1.0 + 0.1 * step for step in range(13)] + [2.3, 2.4, 2.5, 2.5, 2.5, 2.5] + [2.4] * 60
SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
DAY = date(2026, 11, 20)
BELIEVING = GaugeConfig(spike_m=9.0, step_m=9.0)  # so that the checks of reports leave made levels as they are


async def measured(store: Store, levels: list[float], status: Status = Status.ACTUAL) -> None:
    """One each ten minutes from NOW on."""
    batch = [reading(value=one, measured_at=NOW + place * TEN, status=status) for place, one in enumerate(levels)]
    async with store.write() as connection:
        await records.save(connection, batch, NOW)


def predicting(store: Store, clock: SetClock) -> Predict:
    return Predict(store, Bell(), clock, ground(), [Flood()])


async def sums(store: Store, status: Status = Status.ACTUAL) -> dict[tuple[int, str], Tally]:
    async with store.read() as connection:
        found = await skill.tallies(connection, status, DAY, DAY + timedelta(days=3))
    return {(part.lead, part.threshold): tally for part, tally in found.items()}


async def kept(store: Store) -> list[tuple[datetime, int]]:
    async with store.read() as connection:
        rows = await connection.execute(select(table.c.made_at, func.count()).group_by(table.c.made_at))
        return sorted((at, many) for at, many in rows)


async def test_a_rise_is_kept_each_hour_judged_once_and_summed_up(store: Store) -> None:
    await measured(store, RISE)
    clock = SetClock()
    for minutes in (120, 150, 180, 210, 240):
        clock.at = NOW + timedelta(minutes=minutes)
        await predicting(store, clock).step()  # a new life each time: once an hour all the same
    hours = [NOW + timedelta(hours=hour) for hour in (2, 3, 4)]
    assert await kept(store) == [(at, 4) for at in hours]
    judge = VerifyRiver(store, clock, ground())
    clock.at = NOW + 4 * HOUR - TEN
    assert not await judge.step() and await sums(store) == {}, "an hour is left to what comes late"
    clock.at = NOW + 4 * HOUR
    await judge.step()
    assert {lead for lead, _ in await sums(store)} == {1}
    clock.at = NOW + 20 * HOUR
    await judge.step()
    first = await sums(store)
    await VerifyRiver(store, clock, ground()).step()
    assert await sums(store) == first, "what is judged is judged"
    # made at 1.0 m at rest, at 1.6 m on the way up and at 2.2 m; 2.0 m is reached, 2.8 m is not
    caution, danger = first[3, "caution"], first[3, "danger"]
    assert (caution.n, caution.events, caution.hits) == (2, 2, 1)
    assert (danger.n, danger.events, danger.false_alarms) == (3, 0, 1)
    level = first[3, LEVEL]  # 2.4 m each time: the damped slope said 2.68 and 3.28 m
    assert (level.levels, level.stays, level.damped) == (2, pytest.approx(1.0), pytest.approx(1.16))
    async with store.read() as connection:
        bins = await skill.bins(connection, Status.ACTUAL, DAY, DAY)
    events = [tally for (_, threshold), tally in first.items() if threshold]
    assert sum(one.n for one in bins.values()) == sum(one.n for one in events)
    assert sum(one.events for one in bins.values()) == sum(one.events for one in events)


@SQLITE
async def test_where_reports_are_missing_nothing_is_a_success(store: Store) -> None:
    await measured(store, RISE[:20])
    clock = SetClock(NOW + 190 * TEN / 10)
    await predicting(store, clock).step()
    clock.at = NOW + 30 * HOUR
    await VerifyRiver(store, clock, ground()).step()
    found = await sums(store)
    assert found and all(one == Tally(unknown=1) for one in found.values())


@SQLITE
async def test_a_drill_has_sums_of_its_own(store: Store) -> None:
    await measured(store, RISE, Status.EXERCISE)
    clock = SetClock(NOW + 3 * HOUR)
    await predicting(store, clock).step()
    clock.at = NOW + 30 * HOUR
    await VerifyRiver(store, clock, ground()).step()
    assert await sums(store) == {} and await sums(store, Status.EXERCISE)


def test_what_was_learned_is_kept_with_what_it_was_learned_from_and_beside_extrapolation() -> None:
    levels = rivers("ab", days=8)
    (gauge, *_) = stations(levels)
    place = int(np.nanargmax(levels.values[:, 0])) - 24  # on the way up
    inputs = Inputs(now=levels.time(place), status=Status.ACTUAL, series=reported(levels, place))
    town = replace(city(*stations(levels)), river_model=small_model())
    found = [one for one in issued(inputs, town, "flood@2", BELIEVING) if one.station == gauge.code]
    assert [one.lead for one in found] == [1, 2, 3, 6]
    for one in found:
        assert (one.method, one.version, one.moving) == ("learned", f"flood@2/{'0' * 8}", True)
        assert one.q10 <= one.q50 <= one.q90 and one.extrapolated != one.q50


@SQLITE
async def test_an_outlook_that_fails_keeps_no_hazard_from_being_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(inputs: Inputs, ground: Ground, *rest: object) -> None:
        raise KeyError("surprise")

    await measured(store, RISE)
    monkeypatch.setattr("services.foretold.issued", broken)
    predict = predicting(store, SetClock(NOW + 5 * HOUR))
    assert await predict.step() and predict.failing == {"outlook": "KeyError('surprise')"}


@SQLITE
async def test_work_is_bounded_and_goes_on_where_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await measured(store, RISE)
    clock = SetClock(NOW + 3 * HOUR)
    await predicting(store, clock).step()
    clock.at = NOW + 30 * HOUR
    monkeypatch.setattr("services.verify_river._AT_ONCE", 2)
    assert [await VerifyRiver(store, clock, ground()).step() for _ in range(3)] == [True, True, False]
    assert {lead for lead, _ in await sums(store)} == {1, 2, 3, 6}


async def test_days_add_up_and_old_ones_are_forgotten(store: Store) -> None:
    part = Part(method="learned", station="x", lead=1, threshold="danger")
    tally, tenths = Tally(n=2, events=1, hits=1, brier=0.25), {0: Bin(1, 0, 0.05), 7: Bin(1, 1, 0.75)}
    days = [DAY - timedelta(days=back) for back in (0, 0, 1, 40)]
    rows = [Judged(day=one, status=Status.ACTUAL, part=part, tally=tally, tenths=tenths) for one in days]
    async with store.write() as connection:
        await skill.add(connection, rows)
    async with store.read() as connection:
        assert await skill.tallies(connection, Status.ACTUAL, DAY - timedelta(days=1), DAY) == {
            part: Tally(n=6, events=3, hits=3, brier=0.75)
        }
        assert await skill.bins(connection, Status.ACTUAL, DAY, DAY) == {0: Bin(2, 0, 0.1), 7: Bin(2, 2, 1.5)}
        assert await skill.tallies(connection, Status.TEST, DAY, DAY) == {}
    async with store.write() as connection:
        # forty days ago: a day and its month, each with two tenths
        assert await skill.forget(connection, DAY - timedelta(days=1)) == 6
        assert await skill.forget(connection, DAY - timedelta(days=1)) == 0


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(0, 800))
def test_months_and_days_at_the_ends_are_every_day_once(since: date, many: int) -> None:
    until = since + timedelta(days=many)
    months, ends = skill.spans(since, until)
    told = [
        one
        for month in months
        for one in (date.fromisoformat(f"{month}-01") + timedelta(days=day) for day in range(31))
        if one.strftime("%Y-%m") == month
    ]
    for first, last in ends:
        assert first[:7] == last[:7] not in months, "no month lies between, as text"
        days = (date.fromisoformat(last) - date.fromisoformat(first)).days
        told += [date.fromisoformat(first) + timedelta(days=day) for day in range(days + 1)]
    assert sorted(told) == [since + timedelta(days=day) for day in range(many + 1)]


@SQLITE
async def test_a_year_is_the_sum_of_its_days(store: Store) -> None:
    part = Part(method="learned", station="x", lead=1, threshold="danger")
    days = [date(2026, 1, 1) + timedelta(days=back) for back in range(365)]
    rows = [
        Judged(day=one, status=Status.ACTUAL, part=part, tally=Tally(n=one.timetuple().tm_yday), tenths={})
        for one in days
    ]
    async with store.write() as connection:
        await skill.add(connection, rows)
    async with store.read() as connection:
        for first, last in ((0, 364), (0, 30), (14, 43), (40, 300), (7, 7), (100, 364)):
            found = await skill.tallies(connection, Status.ACTUAL, days[first], days[last])
            assert found[part].n == sum(range(first + 1, last + 2)), (first, last)


@SQLITE
async def test_outlooks_are_forgotten_in_time_and_not_before(store: Store) -> None:
    await measured(store, RISE)
    clock = SetClock(NOW + 3 * HOUR)
    await predicting(store, clock).step()
    for days, left in ((31, 4), (32, 0)):
        clock.at = NOW + timedelta(days=days)
        await Verify(store, clock, ground(), [Flood()], timedelta(days=31)).step()
        assert sum(many for _, many in await kept(store)) == left
    async with store.read() as connection:
        assert await outlooks.due(connection, clock.at, 9) == []
