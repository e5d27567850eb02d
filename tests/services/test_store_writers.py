"""Several writers on one store: sequence order is commit order, the log stays one chain, a delivery has one sender.

On PostgreSQL each Store here stands for a process of its own: it has its own connections, and shares no lock.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select

from feeds.status import Status
from services.store import alerts, chronology, outbox, records
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.tables import chronology as log
from services.store.tables import records as table
from tests.services.making import NOW, alert, payload, reading

WALL = NOW + timedelta(days=400)


@pytest.fixture
async def processes(store: Store, request: pytest.FixtureRequest) -> AsyncIterator[list[Store]]:
    """Four stores on one database; on SQLite, which allows one process, four times the same."""
    async with AsyncExitStack() as stack:
        found = [store]
        for _ in range(3):
            if store.shared:
                other = await Store.open(request.getfixturevalue("postgresql_url"))
                stack.push_async_callback(other.close)
                found.append(other)
            else:
                found.append(store)
        yield found


async def after(store: Store, position: int) -> list[int]:
    async with store.read() as connection:
        return list(await connection.scalars(select(table.c.seq).where(table.c.seq > position).order_by(table.c.seq)))


async def append(store: Store, name: str, pause: float) -> None:
    async with store.write() as connection:
        await records.save(connection, [reading(station=name)], NOW)
        await asyncio.sleep(pause)  # between the number and the commit


async def test_no_cursor_ever_steps_over_a_row(processes: list[Store]) -> None:
    chance, done, seen = random.Random(7), asyncio.Event(), list[int]()

    async def follow() -> None:
        while not done.is_set():
            seen.extend(await after(processes[0], seen[-1] if seen else 0))
        seen.extend(await after(processes[0], seen[-1] if seen else 0))

    async def write(number: int) -> None:
        for turn in range(25):
            await append(processes[number], f"st{number}-{turn}", chance.uniform(0, 0.008))

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(number) for number in range(4)))
    done.set()
    await following
    assert len(seen) == 100 and seen == await after(processes[0], 0)


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_the_danger_is_real_where_nobody_waits_for_a_turn(processes: list[Store]) -> None:
    slow, quick, reader, _ = processes
    async with slow.hold() as first:
        await records.save(first, [reading(station="early")], NOW)
        async with quick.hold() as second:
            await records.save(second, [reading(station="late")], NOW)
        (late,) = await after(reader, 0)
    assert await after(reader, late) == [], "the earlier number came later: a cursor at `late` never sees it"
    assert len(await after(reader, 0)) == 2


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_the_second_writer_waits_for_the_commit_of_the_first(processes: list[Store]) -> None:
    slow, quick, reader, _ = processes
    waiting = asyncio.create_task(append(slow, "early", 0.3))
    await asyncio.sleep(0.1)
    await append(quick, "late", 0)
    assert waiting.done() or len(await after(reader, 0)) == 2
    await waiting
    async with reader.read() as connection:
        assert list(await connection.scalars(select(table.c.subject).order_by(table.c.seq))) == [
            "early/water_level",
            "late/water_level",
        ]


async def test_the_log_is_one_chain_under_several_writers(processes: list[Store]) -> None:
    async def write(number: int) -> None:
        for turn in range(15):
            entry = Entry(at=NOW, status=Status.ACTUAL, kind="note", who=f"p{number}", text=str(turn))
            async with processes[number].write() as connection:
                await chronology.append(connection, [entry, entry])

    await asyncio.gather(*(write(number) for number in range(4)))
    async with processes[0].read() as connection:
        assert await chronology.first_broken(connection) is None
        rows = (await connection.execute(select(log.c.previous, log.c.hash))).all()
    assert len(rows) == 120 and len({row.previous for row in rows}) == 120, "no row has two that follow it"


async def test_each_delivery_is_claimed_by_one_of_many(processes: list[Store]) -> None:
    async with processes[0].write() as connection:
        for number in range(20):
            one = alert(series=f"s{number}", channels=("log",))
            await alerts.add_draft(connection, one, {"log": payload("a")}, NOW)
            await alerts.mark_issued(connection, one, NOW)
            await outbox.add(connection, one, {"log": payload("a")}, NOW, WALL)

    async def work(store: Store) -> list[str]:
        mine = []
        while True:
            async with store.hold() as connection:
                claimed = await outbox.claim(connection, "log", NOW, WALL)
            if claimed is None:
                return mine
            mine.append(claimed.id)

    taken = [one for mine in await asyncio.gather(*map(work, processes)) for one in mine]
    # One who finds the last row in another's hands may leave early; what he left, the other took.
    assert sorted(taken) == sorted(f"s{number}-1:log" for number in range(20))


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_a_claim_waits_for_no_writer_and_skips_what_another_holds(processes: list[Store]) -> None:
    writer, one, other, _ = processes
    async with writer.write() as connection:
        for series in ("a", "b"):
            revision = alert(series=series, channels=("log",))
            await alerts.add_draft(connection, revision, {"log": payload("a")}, NOW)
            await outbox.add(connection, revision, {"log": payload("a")}, NOW, WALL)
    async with writer.write(), one.hold() as first, other.hold() as second, asyncio.timeout(5):
        mine = await outbox.claim(first, "log", NOW, WALL)
        theirs = await outbox.claim(second, "log", NOW, WALL)
        assert mine and theirs and {mine.series, theirs.series} == {"a", "b"}
        assert await outbox.claim(second, "log", NOW, WALL) is None


async def test_what_a_reader_sees_does_not_move(processes: list[Store]) -> None:
    async with processes[0].read() as connection:
        assert await records.latest_seq(connection) == 0
        await append(processes[1], "meanwhile", 0)
        assert await records.latest_seq(connection) == 0
    assert len(await after(processes[0], 0)) == 1
