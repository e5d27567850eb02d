"""SQLite as the store: one process, one writer, readers beside it, a commit means on disk."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from services.store.one_trip import DRIVER

_PATIENCE = 15  # seconds for the lock of another process, such as a backup
_CONNECT = {"timeout": _PATIENCE, "check_same_thread": False}  # it is asked in passing too: services.store.in_passing
_IN_PASSING = 100  # milliseconds
_AGAIN = 0.05  # seconds between two tries to make a fresh file a WAL one


def engines(url: URL, **options: Any) -> tuple[AsyncEngine, AsyncEngine]:
    """The writer with its one connection, and the readers."""
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        _make_private(Path(url.database))
    options |= {"max_overflow": 0, "connect_args": _CONNECT, "module": DRIVER}
    writer = create_async_engine(url, pool_size=1, **options)
    reader = create_async_engine(url, pool_size=4, **options)
    _tune(writer, begin="BEGIN IMMEDIATE")
    _tune(reader, begin="BEGIN")
    return writer, reader


def _make_private(file: Path) -> None:
    """A new file for its owner alone; SQLite gives those beside it the same mode. It holds hashes of passwords and what
    people told. One that is there keeps the mode that somebody gave it; what cannot be made, SQLite says by itself."""
    with suppress(OSError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


def onlooker(url: URL, **options: Any) -> AsyncEngine:
    """One connection that SQLite itself keeps from writing."""
    uri = {"mode": "ro", "uri": "true"}
    file = url.set(database=f"file:{quote(url.database or '')}", query=uri)
    engine = create_async_engine(file, pool_size=1, max_overflow=0, connect_args=_CONNECT, module=DRIVER, **options)

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.connection.dbapi_connection.begin("BEGIN")

    return engine


async def wash(driver: Any) -> bool:
    """Put the WAL into the file and leave it empty. False where a reader still needs it: nobody waits for it."""
    await driver.execute_fetchall(f"PRAGMA busy_timeout={_IN_PASSING}")
    try:
        [(busy, *_)] = await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        await driver.execute_fetchall(f"PRAGMA busy_timeout={1000 * _PATIENCE}")
    return not busy


def require_file(url: URL) -> None:
    """Raise FileNotFoundError where there is nothing to be read."""
    if not Path(url.database or "").is_file():
        raise FileNotFoundError("there is no such file; is SHIRASE_DATA_DIR, or the setting data_dir, the hub's?")


def _tune(engine: AsyncEngine, begin: str) -> None:
    """WAL, full sync and real transactions: the driver's own implicit BEGIN would come too late to be a lock."""

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        _write_ahead(cursor)
        # What is deleted is written over: persons' data must not be left on free pages.
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-16000", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.connection.dbapi_connection.begin(begin)


def _write_ahead(cursor: Any) -> None:
    """Switch to WAL, which stays in the file. Where another writer is at a fresh file in this very moment, SQLite
    refuses the switch at once, whatever the timeout: its patience covers everything but this one step."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        await_only(asyncio.sleep(_AGAIN))
