"""The tables that migrations build are the tables of tables.py, on both engines."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select

from rules.reports.case import Act, Event, How, State
from services.clock import wall
from services.store import report_cases
from services.store.engine import Store
from services.store.migrate import alembic_config, migrate
from services.store.tables import metadata, records, users
from tests.services.conftest import inside

pytestmark = pytest.mark.from_nothing


async def test_migrations_equal_tables(empty: str) -> None:
    def difference(connection: Connection) -> Any:
        migrate(connection)
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    assert await inside(empty, difference) == []


async def test_migrating_twice_changes_nothing(empty: str) -> None:
    for _ in range(2):
        await inside(empty, migrate)


async def test_a_store_of_the_first_day_is_brought_up_to_date_with_what_it_holds(empty: str) -> None:
    def first_day(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")

    await inside(empty, first_day)
    row = {"name": "sato", "role": "admin", "password": "x", "one_time": False, "revoked": False}
    await inside(empty, lambda c: c.execute(users.insert().values(**row, created_at=wall())))
    store = await Store.open(empty)
    async with store.read() as connection:
        assert await connection.scalar(select(users.c.name)) == "sato"
    await store.close()


async def test_processes_that_start_together_migrate_once(empty: str) -> None:
    """On SQLite a second process would be refused; the lock of the file keeps it right all the same."""
    stores = await asyncio.gather(*(Store.open(empty) for _ in range(3)))
    for store in stores:
        await store.close()


async def test_a_fresh_file_that_another_writer_holds_is_waited_for(tmp_path: Path) -> None:
    """SQLite's own patience does not cover the switch to WAL: two processes on a fresh file met there."""
    file = tmp_path / "fresh.db"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.2, other.execute, "COMMIT")
    store = await Store.open(f"sqlite:///{file}")
    await store.close()
    other.close()


async def test_reports_of_before_the_queue_get_their_cases(empty: str) -> None:
    def before_the_queue(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0035")
        for number, confirmed in enumerate((False, True)):  # the second time confirmed
            body = {"kind": "bear", "place": "河川敷", "gateway": "gw", "source": "", "confirmed": confirmed}
            row = {"type": "report", "key": "gw/report/1", "digest": str(number), "subject": "bear", "body": body}
            times = {"measured_at": wall(), "received_at": wall()}
            flags = {"trusted": True, "held": False, "late": False, "status": "Actual", "gateway": "gw"}
            connection.execute(records.insert().values(**row, **times, **flags))

    await inside(empty, before_the_queue)
    store = await Store.open(empty)
    async with store.read() as connection:
        case = (await report_cases.of_keys(connection, ["gw/report/1"]))["gw/report/1"]
    assert case.state is State.CONFIRMED and [one.act for one in case.events] == [Act.VOUCH]
    note = Event(act=Act.NOTE, at=wall(), how=How.DESK, who="sato", text="引き継ぎ")
    async with store.write() as connection:
        assert (await report_cases.act(connection, case, note)).version == 2
    await store.close()
