"""A store of an earlier version, with what it held, is brought up to date: nothing lost, nothing changed in meaning."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from feeds.status import Status
from services.backup import numbers
from services.clock import wall
from services.store import chronology
from services.store.chronology import Entry
from services.store.engine import Store, StoreError, parse
from services.store.migrate import newest
from services.store.postgresql import WRITERS
from tests.postgresql import Cluster
from tests.services.conftest import inside
from tests.services.upgrade.kept import FOLDER, Kept, found, line

STORES = sorted(FOLDER.glob("*.jsonl.gz"))


def expected(kept: Kept, now: dict[str, list[str]]) -> dict[str, list[str]]:
    """The kept rows, as :func:`found` tells them."""
    return {name: sorted(map(line, rows)) for name, rows in kept.rows.items() if name in now}


@pytest.mark.parametrize("store", STORES, ids=lambda file: file.name.removesuffix(".jsonl.gz"))
async def test_what_a_store_held_is_there_after_the_upgrade(empty: str, store: Path) -> None:
    kept = Kept.read(store)
    await inside(empty, kept.fill)
    opened = await Store.open(empty)
    try:
        now = await inside(empty, lambda connection: found(connection, kept))
        assert {name: now[name] for name in now} == expected(kept, now)
        assert kept.rows.keys() - now.keys() == set(), "a table that is gone needs a word here of where its rows went"
        async with opened.write() as connection:
            await numbers.go_on(connection, {}, ())
            said = Entry(at=wall(), status=Status.ACTUAL, kind="note", who="test", text="入れ替えた")
            before = await chronology.verify(connection)
            await chronology.append(connection, [said])
            after = await chronology.verify(connection)
        if "every-table" not in store.name:  # whose rows were never linked
            assert (before.broken, after.broken) == (None, None)
            assert after.rows == before.rows + 1 == len(kept.rows["chronology"]) + 1
    finally:
        await opened.close()


DYING = """
import asyncio, os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from services.store.engine import Store
from services.telemetry import configure_logging

configure_logging()

def open_and_die(after):
    told = iter(range(after))
    @event.listens_for(Engine, "after_cursor_execute")
    def one_more(*_):
        if next(told, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
    asyncio.run(Store.open(sys.argv[1]))
    os._exit(3)  # it got through: die later than the last statement

for after in map(int, sys.argv[2:]):
    child = os.fork()
    if not child:
        open_and_die(after)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


async def test_killed_in_the_middle_it_is_as_before_and_the_next_start_goes_on(empty: str) -> None:
    """Killed at the first statements, in the midst, and near the end; then started and left alone."""
    kept = Kept.read(FOLDER / "every-table-0051.jsonl.gz")
    await inside(empty, kept.fill)
    deaths = ["3", "12", "20"]
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", DYING, empty, *deaths, stdout=PIPE, stderr=PIPE)
    told, _ = await asyncio.wait_for(child.communicate(), 120)
    assert told.split() == [str(-signal.SIGKILL).encode()] * len(deaths)
    version = await inside(empty, lambda c: c.scalar(text("SELECT version_num FROM alembic_version")))
    assert version == kept.revision, "all of it or nothing"
    await (await Store.open(empty)).close()
    now = await inside(empty, lambda connection: found(connection, kept))
    assert now == expected(kept, now)


async def test_a_store_of_a_newer_version_is_left_alone_and_says_what_to_do(empty: str) -> None:
    await (await Store.open(empty)).close()
    await inside(empty, lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(
        StoreError, match=f"version 9999, and this hub knows none after {newest()}.*a newer version used it"
    ):
        await Store.open(empty)
    assert await inside(empty, lambda c: c.scalar(text("SELECT version_num FROM alembic_version"))) == "9999"


async def test_a_start_waits_while_another_has_the_store_to_itself_and_says_so(postgresql: Cluster) -> None:
    url = postgresql.database("held")
    holder = create_async_engine(parse(url))
    try:
        async with holder.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITERS})"))
            with pytest.raises(StoreError, match="lock timeout"):
                await Store.open(url, patience=1)
            with structlog.testing.capture_logs() as logged:
                opening = asyncio.create_task(Store.open(url))
                while not logged:
                    await asyncio.sleep(0.02)
        await (await opening).close()
    finally:
        await holder.dispose()
    assert logged[0]["event"] == "waiting for another process that has the store to itself"
