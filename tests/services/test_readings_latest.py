"""The newest values in pages, and only what came since: every series once, whatever the pages and statuses."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store import records
from services.store.engine import Store
from services.store.latest import newest_by_subject, newest_of
from services.store.tables import records as table
from services.store.users import Role
from tests.services.making import NOW, reading
from tests.services.web_floor import floor

_ALL = "/api/v1/readings/latest"


async def _save(store: Store, *stations: str, minutes: int = 0, status: Status = Status.ACTUAL) -> None:
    at = NOW - timedelta(hours=1) + timedelta(minutes=minutes)
    async with store.write() as connection:
        await records.save(connection, [reading(station=one, measured_at=at, status=status) for one in stations], at)


async def _pages(visitor, query: str) -> list[str]:
    found, path = [], f"{_ALL}?{query}"
    while path:
        status, body = await visitor.get(path)
        assert status == 200, body
        found += [one["id"] for one in body["features"]]
        path = next((link["href"] for link in body["links"] if link["rel"] == "next"), "")
    return found


async def test_each_series_stands_on_one_page_in_whatever_statuses(store: Store) -> None:
    await _save(store, "a", "b", "c", "d", "e")
    await _save(store, "b", "c", "f", status=Status.EXERCISE)
    await _save(store, "c", minutes=1)
    wanted = sorted([f"{one}/water_level/Actual" for one in "abcde"] + [f"{one}/water_level/Exercise" for one in "bcf"])
    async with floor(store) as running:
        desk, public = await running.person(Role.VIEWER), await running.visitor()
        for limit in (1, 2, 3, 7, 8, 100):
            assert await _pages(desk, f"limit={limit}") == wanted, limit
            assert await _pages(public, f"limit={limit}") == [one for one in wanted if one.endswith("Actual")]


async def test_only_what_came_since_a_mark_is_told(store: Store) -> None:
    await _save(store, "a", "b", "c")
    async with floor(store) as running:
        desk, public = await running.person(Role.VIEWER), await running.visitor()
        _, body = await desk.get(_ALL)
        assert len(body["features"]) == 3
        assert await _pages(desk, f"since={body['mark']}") == []
        await _save(store, "b", minutes=5)
        await _save(store, "d", minutes=5)
        await _save(store, "c", minutes=-5)  # late: the newest of its series is the one that was known
        status, news = await desk.get(f"{_ALL}?since={body['mark']}&limit=1000")
        assert status == 200 and news["mark"] > body["mark"]
        told = {one["properties"]["station"]: one["properties"]["time"] for one in news["features"]}
        assert set(told) == {"b", "c", "d"} and told["c"] < told["b"]
        assert await _pages(desk, f"since={body['mark']}&limit=1") == [f"{one}/water_level/Actual" for one in "bcd"]
        assert await _pages(desk, f"since={10**60}") == []
        status, theirs = await public.get(f"{_ALL}?since={news['mark']}")
        assert len(theirs["features"]) == 4 and "mark" not in theirs, "how much comes in is no business of strangers"


@pytest.mark.one_engine
async def test_a_page_reads_no_more_than_it_shows(store: Store) -> None:
    await _save(store, *(f"s{number:03d}" for number in range(60)))
    async with store.read() as connection:
        few = await _steps(connection, newest_by_subject(connection, "reading", table.c.status == "Actual", most=5))
        every = await _steps(connection, newest_by_subject(connection, "reading", table.c.status == "Actual"))
    assert few * 4 < every, "in tens of steps of SQLite's own machine"


async def _steps(connection: AsyncConnection, reading: Awaitable[object]) -> int:
    """What a query costs."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    await raw.set_progress_handler(count, 10)
    await reading
    await raw.set_progress_handler(None, 0)
    return steps


async def test_named_series_are_found_among_all_others(store: Store) -> None:
    await _save(store, "a", "b", "c", "d")
    await _save(store, "b", "c", minutes=5)
    await _save(store, "b", minutes=9, status=Status.EXERCISE)
    real = table.c.status == "Actual"
    wanted = ["d/water_level", "b/water_level", "strange'/water_level", "b/snow_depth"]
    async with store.read() as connection:
        found = await newest_of(connection, "reading", wanted, real)
        assert await newest_of(connection, "reading", [], real) == []
        walked = await newest_by_subject(connection, "reading", real, table.c.subject.in_(wanted))
    assert [(one["subject"], one["measured_at"]) for one in found] == [
        ("b/water_level", NOW - timedelta(minutes=55)),
        ("d/water_level", NOW - timedelta(hours=1)),
    ]
    assert found == walked


@pytest.mark.one_engine
async def test_a_named_series_is_as_dear_among_many_as_among_few(store: Store) -> None:
    await _save(store, "m")
    async with store.read() as connection:
        few = await _steps(connection, newest_of(connection, "reading", ["m/water_level"], table.c.status == "Actual"))
    await _save(store, *(f"s{number:03d}" for number in range(300)), *(f"a{number:03d}" for number in range(300)))
    async with store.read() as connection:
        many = await _steps(connection, newest_of(connection, "reading", ["m/water_level"], table.c.status == "Actual"))
    assert many <= few + 2, "in tens of steps of SQLite's own machine"
