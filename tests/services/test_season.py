"""The winter in hourly means: read once, kept up by the hour, and never mixed with a drill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feeds.records import Flag
from feeds.status import Status
from services.season import Season
from services.store import hourly, records
from services.store.engine import Store
from tests.services.making import reading

NOW = datetime(2026, 1, 15, 3, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
SUBJECT = "yuki/snow_depth"
KEY = ("yuki", "snow_depth")


async def measured(store: Store, *values: tuple[datetime, float], **more: object) -> None:
    fields = {"station": "yuki", "quantity": "snow_depth", "unit": "cm", **more}
    async with store.write() as connection:
        await records.save(connection, [reading(value=value, measured_at=at, **fields) for at, value in values], NOW)


async def told(store: Store, season: Season, now: datetime = NOW, status: Status = Status.ACTUAL) -> list[object]:
    async with store.read() as connection:
        hours = await season.gather(connection, [SUBJECT], status, now)
    return [(one.at, one.value) for one in hours.get(KEY, [])]


async def test_means_of_full_hours(store: Store) -> None:
    at = NOW.replace(minute=0) - HOUR
    await measured(store, (at, 7), (at + timedelta(minutes=20), 10), (at + timedelta(minutes=40), 12), (at + HOUR, 14))
    await measured(store, (NOW, 99))
    assert await told(store, Season()) == [(at, 7.0), (at + HOUR, 12.0)]


async def test_what_is_not_trusted_or_of_another_status_does_not_count(store: Store) -> None:
    at = NOW - 3 * HOUR
    await measured(store, (at, 500), flags=frozenset({Flag.OUT_OF_RANGE}))
    await measured(store, (at + timedelta(minutes=1), 30), status=Status.EXERCISE)
    assert await told(store, Season()) == []
    assert [value for _, value in await told(store, Season(), status=Status.EXERCISE)] == [30]  # type: ignore[misc]


async def test_an_hour_later_what_came_late_is_in_its_place(store: Store) -> None:
    season, first = Season(), NOW - timedelta(days=40)
    await measured(store, (first, 5), (NOW - 5 * HOUR, 10))
    assert len(await told(store, season)) == 2
    await measured(store, (NOW - 30 * HOUR, 8), (NOW - HOUR, 12))
    assert len(await told(store, season, NOW + timedelta(minutes=5))) == 2  # asked of memory within the hour
    later = await told(store, season, NOW + HOUR)
    assert [value for _, value in later] == [5, 8, 10, 12]  # type: ignore[misc]
    assert later == await told(store, Season(), NOW + HOUR)


async def test_reading_is_done_once_an_hour(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[timedelta] = []
    plain = hourly.hourly_means

    async def counted(connection, subjects, status, since, until, came_by):  # type: ignore[no-untyped-def]
        asked.append(until - since)
        return await plain(connection, subjects, status, since, until, came_by)

    monkeypatch.setattr("services.season.hourly_means", counted)
    season = Season()
    for minutes in (0, 1, 30, 45, 105):
        await told(store, season, NOW + timedelta(minutes=minutes))
    assert len(asked) == 3 and asked[0] > timedelta(days=100) and asked[1:] == [timedelta(hours=49)] * 2


async def test_summer_forgets_the_winter_and_a_new_one_begins_anew(store: Store) -> None:
    season = Season()
    await measured(store, (NOW - HOUR, 10))
    assert await told(store, season)
    assert await told(store, season, datetime(2026, 7, 1, tzinfo=UTC)) == []
    assert await told(store, season, datetime(2026, 10, 2, tzinfo=UTC)) == []
