"""What only PostgreSQL can do to us: be away, be set so that it loses data, refuse what SQLite would take."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.exc import SQLAlchemyError

from feeds.records import Report
from services.store import records
from services.store.engine import Store, StoreError, parse
from services.store.faults import is_unfit
from tests.postgresql import Cluster
from tests.services.making import NOW, reading

_names = (f"own{number}" for number in itertools.count())


@pytest.fixture
def own(postgresql: Cluster) -> str:
    """The name of a database that this test may spoil."""
    name = next(_names)
    postgresql.database(name)
    return name


async def test_a_server_that_confirms_too_early_is_refused(postgresql: Cluster, own: str) -> None:
    postgresql.sql(f'ALTER DATABASE "{own}" SET synchronous_commit = off')
    with pytest.raises(StoreError, match=r"synchronous_commit = off, and needs on .*: a commit must not be told"):
        await Store.open(postgresql.url(own))


async def test_a_database_that_cannot_hold_japanese_is_refused(postgresql: Cluster) -> None:
    name = next(_names)
    postgresql.sql(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(StoreError, match="server_encoding = SQL_ASCII, and needs UTF8"):
        await Store.open(postgresql.url(name))


async def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(StoreError) as raised:
        await Store.open("postgresql://shirase:very-secret@127.0.0.1:1/shirase")
    assert "postgresql+asyncpg://shirase:***@127.0.0.1:1/shirase cannot be opened" in str(raised.value)
    assert "very-secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["mysql://city/hub", "city.example.jp/hub"])
def test_other_engines_are_refused_with_the_cure(url: str) -> None:
    with pytest.raises(StoreError, match="postgresql://"):
        parse(url)


@pytest.mark.parametrize("text", ["nul \0 inside", "half a pair \ud800"])
@pytest.mark.parametrize("place", ["body", "column"])
async def test_what_cannot_be_stored_is_the_datas_fault_on_both_engines(store: Store, text: str, place: str) -> None:
    report = Report(gateway="gw1", report_id="7", kind="bear", measured_at=NOW, text="クマ", place="山岸")
    odd = Report(gateway="gw1", report_id="8", kind="bear", measured_at=NOW, text=text, place="山岸")
    record = odd if place == "body" else reading(station=text)
    with pytest.raises(Exception) as raised:  # which one depends on engine and place
        async with store.write() as connection:
            await records.save(connection, [report, record], NOW)
    assert is_unfit(raised.value), repr(raised.value)
    async with store.write() as connection:
        assert len((await records.save(connection, [report], NOW)).new) == 1


async def test_a_backslash_is_no_nul(store: Store) -> None:
    odd = Report(gateway="gw1", report_id="8", kind="bear", measured_at=NOW, text=r"C:\u0000 \\u0000", place="山岸")
    async with store.write() as connection:
        assert len((await records.save(connection, [odd], NOW)).new) == 1


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_missing_rights_are_not_the_datas_fault(store: Store, postgresql: Cluster) -> None:
    postgresql.sql("ALTER TABLE records RENAME TO elsewhere", "tests")
    try:
        with pytest.raises(SQLAlchemyError) as raised:
            async with store.write() as connection:
                await records.save(connection, [reading()], NOW)
    finally:
        postgresql.sql("ALTER TABLE elsewhere RENAME TO records", "tests")
    assert not is_unfit(raised.value)


@pytest.fixture
async def opened(falling: Cluster) -> AsyncIterator[Store]:
    store = await Store.open(falling.database("hub"))
    yield store
    await store.close()


async def test_the_store_comes_back_by_itself_when_the_server_does(falling: Cluster, opened: Store) -> None:
    async with opened.write() as connection:
        await records.save(connection, [reading()], NOW)
    with pytest.raises((SQLAlchemyError, OSError)) as raised:
        async with opened.write() as connection:
            await records.save(connection, [reading(station="other")], NOW)
            falling.crash()
            await records.latest_seq(connection)
    assert not is_unfit(raised.value)
    with pytest.raises((SQLAlchemyError, OSError)) as raised:
        async with opened.write() as connection:
            await records.latest_seq(connection)
    assert not is_unfit(raised.value), "a server that is away must not send readings to quarantine"
    falling.start()
    async with opened.write() as connection:
        await records.save(connection, [reading(station="third")], NOW)
    async with opened.read() as connection:
        found = await connection.scalars(records.records.select().with_only_columns(records.records.c.subject))
        assert sorted(found) == ["tatesakabashi/water_level", "third/water_level"]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_a_process_that_freezes_in_its_turn_loses_it(
    store: Store, postgresql_url: str, postgresql: Cluster
) -> None:
    """The server ends a transaction that lies still; here after half a second, in earnest after thirty."""
    other = await Store.open(postgresql_url)
    with pytest.raises(SQLAlchemyError):
        async with store.write() as connection:
            await connection.exec_driver_sql("SET idle_in_transaction_session_timeout = '500ms'")
            async with asyncio.timeout(10), other.write() as theirs:
                await records.save(theirs, [reading()], NOW)
            await records.latest_seq(connection)
    await other.close()
