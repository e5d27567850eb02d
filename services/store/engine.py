"""Opening the store: one writer at a time, readers beside it, a commit means on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.store.migrate import migrate


class Store:
    """A database with a serialised way to write and an unhindered way to read."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._writer, self._reader = writer, reader
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, url: str) -> Store:
        """Open, creating and migrating as needed. ``url``: ``sqlite+aiosqlite:///PATH`` or ``postgresql+asyncpg://…``."""
        await asyncio.to_thread(_prepare_folder, url)
        writer = create_async_engine(url, **_options(url, size=1))
        reader = create_async_engine(url, **_options(url, size=4))
        if writer.dialect.name == "sqlite":
            _tune_sqlite(writer, begin="BEGIN IMMEDIATE")
            _tune_sqlite(reader, begin="BEGIN")
        async with writer.begin() as connection:
            await connection.run_sync(migrate)
        return cls(writer, reader)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end of the block, and on disk; an exception rolls it back."""
        async with self._turn, self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one consistent state and changes nothing."""
        async with self._reader.connect() as connection:
            yield connection
            await connection.rollback()

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT; the two engines spell it alike, only the class differs."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _prepare_folder(url: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)


def _options(url: str, size: int) -> dict[str, Any]:
    options: dict[str, Any] = {"pool_size": size, "max_overflow": 0, "pool_pre_ping": False}
    if make_url(url).get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": 15}
    return options


def _tune_sqlite(engine: AsyncEngine, begin: str) -> None:
    """WAL, full sync and real transactions: the driver's own implicit BEGIN would come too late to be a lock."""

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)
