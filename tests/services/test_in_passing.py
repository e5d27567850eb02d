"""What SQLite answers at once needs no trip to its thread; what turns out to be long, waits or could wait makes one."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, make_url, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.store import in_passing, sqlite
from services.store.in_passing import Passing
from tests.services.test_one_trip import counting

METADATA = MetaData()
THINGS = Table("things", METADATA, Column("id", Integer, primary_key=True), Column("name", Text, unique=True))
LONG = text("SELECT count(*) FROM things AS a, things AS b WHERE a.name <> b.name")
MANY = 400  # things: 160,000 pairs


class Both(NamedTuple):
    writer: AsyncEngine
    reader: AsyncEngine


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    in_passing._long.clear()
    engines = Both(*sqlite.engines(make_url(f"sqlite+aiosqlite:///{tmp_path / 'things.db'}")))
    async with engines.writer.begin() as one:
        await one.run_sync(METADATA.create_all)
        await one.execute(insert(THINGS), [{"name": str(number)} for number in range(MANY)])
    async with engines.reader.connect() as one:  # made, and given back
        await one.execute(select(1))
    yield engines
    for engine in engines:
        await engine.dispose()


async def test_what_is_small_is_asked_without_a_trip(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    trips = counting(monkeypatch)
    async with both.reader.connect() as one:
        assert (await one.execute(select(THINGS.c.name).where(THINGS.c.id == 2))).all() == [("1",)]
        await one.rollback()
    assert trips == []
    async with both.writer.begin() as one:
        await one.scalar(select(THINGS.c.id).limit(1))
        await one.execute(insert(THINGS).values(name="more"))
    assert len(trips) == 1, "the disk"


async def test_who_must_wait_for_another_process_waits_in_the_thread(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with both.writer.begin() as one:  # made
        await one.scalar(select(THINGS.c.id).limit(1))
    trips = counting(monkeypatch)

    async def write() -> None:
        async with both.writer.begin() as one:
            await one.execute(insert(THINGS).values(name="afterwards"))

    with closing(sqlite3.connect(str(both.writer.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(write())
        while not trips:
            await asyncio.sleep(0)
        assert not waiting.done(), "and the loop goes on"
        other.execute("COMMIT")
        await waiting
    assert len(trips) == 2, "the lock and the statement, then the disk"


async def test_what_may_be_long_and_cannot_be_broken_off_makes_the_trip(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with both.writer.begin() as one:
        await one.execute(select(THINGS.c.id).limit(1))
        trips = counting(monkeypatch)
        await one.execute(update(THINGS).values(name=THINGS.c.name + "!"))
        await one.execute(insert(THINGS).from_select(["name"], select(THINGS.c.name + "?")))
        await one.execute(insert(THINGS), [{"name": f"more {number}"} for number in range(MANY)])
        await one.execute(insert(THINGS).values(name="x" * 100_000))
        assert len(trips) == 4


async def test_a_long_question_is_broken_off_and_answered_by_the_thread(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips = counting(monkeypatch)
    async with both.writer.begin() as one:
        await one.execute(select(THINGS.c.id).limit(1))
        await one.execute(insert(THINGS).values(name="written before"))
        before = len(trips)
        assert await one.scalar(LONG) == (MANY + 1) * MANY
        assert len(trips) == before + 1
    async with both.reader.connect() as one:
        assert await one.scalar(select(THINGS.c.id).where(THINGS.c.name == "written before")), "nothing was taken back"
        before = len(trips)
        assert await one.scalar(LONG) == (MANY + 1) * MANY
        assert len(trips) == before + 1
    assert in_passing._long == {str(LONG): in_passing._SHY - 1}, "the second time it was not even tried"


async def test_a_short_question_asked_often_stays_short(both: Both) -> None:
    async with both.reader.connect() as one:
        for number in range(1, MANY):
            assert await one.scalar(select(THINGS.c.name).where(THINGS.c.id == number)) == str(number - 1)
    assert in_passing._long == {}, "its steps are counted for each asking"


async def test_who_asks_much_lets_others_in(both: Both) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    async with both.reader.connect() as one:
        for _ in range(50):
            assert len((await one.execute(select(THINGS))).all()) == MANY
    task.cancel()
    assert turns >= 3


async def test_an_error_in_passing_is_sqlites_own(both: Both) -> None:
    with pytest.raises(IntegrityError) as refused:
        async with both.writer.begin() as one:
            await one.execute(select(THINGS.c.id).limit(1))
            await one.execute(insert(THINGS).values(name="1"))
    assert isinstance(refused.value.orig, sqlite3.IntegrityError)
    async with both.writer.begin() as one:
        await one.execute(insert(THINGS).values(name="another"))


async def test_who_gives_up_waiting_leaves_a_store_that_answers(both: Both) -> None:
    in_passing._long[str(LONG)] = 1  # so it goes by the thread
    async with both.reader.connect() as one:
        waiting = asyncio.create_task(one.execute(LONG))
        for _ in range(3):
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await one.rollback()
        assert await one.scalar(select(THINGS.c.id).limit(1)) == 1


def test_how_a_statement_is_judged() -> None:
    one = Passing()
    assert one.may("SELECT 1", (), many=False)
    assert one.may("INSERT INTO things (name) VALUES (?)", ("a",), many=False)
    assert not one.may("INSERT INTO things (name) SELECT name FROM others", (), many=False)
    assert not one.may("UPDATE things SET name=?", ("a",), many=False)
    assert not one.may("DELETE FROM things", (), many=False)
    with pytest.raises(asyncio.CancelledError), one.trip():
        raise asyncio.CancelledError
    assert not one.may("SELECT 1", (), many=False), "given up: who knows what the thread does"
    with one.trip():
        pass
    assert one.may("SELECT 1", (), many=False)
