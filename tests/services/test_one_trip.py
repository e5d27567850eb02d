"""A statement to SQLite is one trip to the driver's thread at the most, and says all that four of them said."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, make_url, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.store import sqlite
from services.store.in_passing import Passing
from services.store.one_trip import DRIVER

METADATA = MetaData()
THINGS = Table("things", METADATA, Column("id", Integer, primary_key=True), Column("name", Text, unique=True))
NAMES = [{"name": name} for name in ("rain", "snow", "wind")]


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'things.db'}", module=DRIVER)
    async with engine.begin() as one:
        await one.run_sync(METADATA.create_all)
    async with engine.connect() as one:
        yield one
    await engine.dispose()


def counting(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What goes to the driver's threads from now on."""
    trips, go = list[object](), aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, *what: object) -> object:
        trips.append(what)
        return await go(self, *what)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return trips


@pytest.fixture
def by_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Passing, "allowed", False)


@pytest.mark.usefixtures("by_the_thread")
async def test_one_trip(connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    trips = counting(monkeypatch)
    await connection.execute(insert(THINGS), NAMES)
    assert len(trips) == 1, "many rows are one statement"
    assert (await connection.execute(select(THINGS.c.name))).all() == [("rain",), ("snow",), ("wind",)]
    assert len(trips) == 2


async def test_what_became_of_a_statement_is_told(connection: AsyncConnection) -> None:
    first = await connection.execute(insert(THINGS).values(name="rain"))
    assert first.inserted_primary_key == (1,)
    found = await connection.execute(insert(THINGS).returning(THINGS.c.id, THINGS.c.name), NAMES[1:])
    assert found.all() == [(2, "snow"), (3, "wind")]
    changed = await connection.execute(update(THINGS).where(THINGS.c.id > 1).values(name=THINGS.c.name + "s"))
    assert (changed.rowcount, changed.returns_rows) == (2, False)
    none = await connection.execute(select(THINGS).where(THINGS.c.id > 9))
    assert (list(none.keys()), none.first()) == (["id", "name"], None)


async def test_an_error_is_sqlites_own_and_the_connection_goes_on(connection: AsyncConnection) -> None:
    with pytest.raises(IntegrityError) as refused:
        await connection.execute(insert(THINGS), [*NAMES, NAMES[0]])
    assert isinstance(refused.value.orig, sqlite3.IntegrityError)
    assert refused.value.orig.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_UNIQUE
    with pytest.raises(OperationalError, match="no such table"):
        await connection.execute(text("SELECT * FROM nowhere"))
    await connection.rollback()
    assert (await connection.execute(select(THINGS))).all() == []


async def test_a_stream_is_fetched_in_pieces(connection: AsyncConnection) -> None:
    await connection.execute(insert(THINGS), NAMES)
    async with connection.stream(select(THINGS.c.name).execution_options(yield_per=2)) as rows:
        assert [len(some) async for some in rows.partitions()] == [2, 1]


async def test_who_gives_up_waiting_leaves_a_connection_that_works(connection: AsyncConnection) -> None:
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT max(i) FROM n"
    waiting = asyncio.create_task(connection.execute(text(long)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await connection.rollback()
    assert await connection.scalar(text("SELECT 1")) == 1


@pytest.fixture
async def engines(tmp_path: Path) -> AsyncIterator[tuple[AsyncEngine, AsyncEngine]]:
    both = sqlite.engines(make_url(f"sqlite+aiosqlite:///{tmp_path / 'tuned.db'}"))
    async with both[0].begin() as one:
        await one.run_sync(METADATA.create_all)
    async with both[1].connect() as one:  # made, and given back
        await one.execute(select(1))
    yield both
    for engine in both:
        await engine.dispose()


@pytest.mark.usefixtures("by_the_thread")
async def test_a_transaction_begins_with_its_first_statement_and_ends_once(
    engines: tuple[AsyncEngine, AsyncEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    trips = counting(monkeypatch)
    writer, reader = engines
    async with writer.begin() as one:
        await one.execute(insert(THINGS), NAMES)
    assert len(trips) == 2, "the statement and the commit"
    async with reader.connect() as one:
        assert len((await one.execute(select(THINGS))).all()) == 3
        assert (await one.execute(select(THINGS.c.id))).all() == [(1,), (2,), (3,)]
        await one.rollback()
    assert len(trips) == 5
    async with writer.begin():
        pass
    assert len(trips) == 5, "nothing was asked"


async def test_a_stream_is_of_one_moment(engines: tuple[AsyncEngine, AsyncEngine]) -> None:
    writer, reader = engines
    async with reader.connect() as one, one.stream(select(THINGS)) as rows:
        async with writer.begin() as other:
            await other.execute(insert(THINGS), NAMES)
        assert [row async for row in rows] == []
        assert (await one.execute(select(THINGS))).all() == [], "the transaction began with the stream"


@pytest.mark.usefixtures("by_the_thread")
async def test_what_failed_or_was_given_up_holds_no_lock(engines: tuple[AsyncEngine, AsyncEngine]) -> None:
    writer, _ = engines
    with pytest.raises(IntegrityError):
        async with writer.begin() as one:
            await one.execute(insert(THINGS), [*NAMES, NAMES[0]])

    async def write() -> None:
        async with writer.begin() as one:
            await one.execute(insert(THINGS), NAMES)

    waiting = asyncio.create_task(write())
    for _ in range(3):  # on its way to the other thread, or not yet
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with closing(sqlite3.connect(str(writer.url.database), timeout=0)) as other:
        other.execute("INSERT INTO things (name) VALUES ('hail')")
        other.commit()
        assert other.execute("SELECT name FROM things").fetchall() == [("hail",)]
