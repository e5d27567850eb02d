"""Opening the store: one writer at a time, readers beside it, a commit means on disk. Alike on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services import trail
from services.figures import WRITE_SECONDS, WRITE_WAIT
from services.keyring import Keyring
from services.store import postgresql, sqlite
from services.store.codec import written
from services.store.compiled import COMPILED
from services.store.migrate import VersionError, migrate, require_current

if TYPE_CHECKING:
    import asyncpg

PATIENCE = 900.0  # seconds; to bring the tables of years up to date takes minutes
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}

# Rows are asked by name, position or a column of a table; the last of a statement that is made anew each time would be
# looked up in that one, which costs more than many a statement itself.
_EXECUTION: dict[str, Any] = {"compiled_cache": COMPILED, "_result_disable_adapt_to_context": True}
_OPTIONS: dict[str, Any] = {"json_serializer": written, "hide_parameters": True}


class StoreError(Exception):
    """The store cannot be opened; the text names it without its password, and says why."""


async def of_today(connection: AsyncConnection) -> None:
    """Bring the tables to today's."""
    await connection.run_sync(migrate)


class Store:
    """A database with a serialised way to write and an unhindered way to read."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._writer, self._reader = writer, reader
        for engine in (writer, reader):
            engine.update_execution_options(**_EXECUTION)
        self._turn = asyncio.Lock()
        self.keyring: Keyring | None = None  # under which senders of reports are sealed; None: none are kept
        self.taken: frozenset[str] = frozenset()  # what of them is taken; empty: all

    @classmethod
    async def open(
        cls, url: str, prepare: Callable[[AsyncConnection], Awaitable[None]] = of_today, patience: float = PATIENCE
    ) -> Store:
        """Open, creating and migrating as needed. ``url``: ``sqlite+aiosqlite:///PATH`` or ``postgresql+asyncpg://…``.

        ``prepare`` runs in the one transaction that opens it: all of it holds, or nothing. Where another process has
        its turn to write, this one waits ``patience`` seconds for its own. Raises StoreError, and whatever else
        ``prepare`` raises.
        """
        address = parse(url)
        engines = sqlite.engines if address.get_backend_name() == "sqlite" else postgresql.engines
        store = cls(*engines(address, **_OPTIONS))
        try:
            async with store._opening(address, patience) as connection:
                await prepare(connection)
        except (OSError, SQLAlchemyError, VersionError, postgresql.UnsafeServerError) as error:
            await store.close()
            why = str(getattr(error, "orig", None) or error)
            raise StoreError(f"the store {address.render_as_string()} cannot be opened: {why}") from error
        except BaseException:
            await store.close()
            raise
        return store

    @asynccontextmanager
    async def _opening(self, address: URL, patience: float) -> AsyncIterator[AsyncConnection]:
        """The transaction that opens the store, which may take longer than any other."""
        if not self.shared:
            async with self.write() as connection:
                yield connection
            return
        engine = postgresql.opener(address, patience, **_OPTIONS)
        try:
            async with engine.begin() as connection:
                await postgresql.await_turn(connection, patience)
                await postgresql.require_safe(connection)
                yield connection
        finally:
            await engine.dispose()

    @classmethod
    async def look(cls, url: str) -> Store:
        """Open for reading alone: nothing is created, migrated or written, by the database's own word.

        Raises StoreError where there is no store, or one of another version.
        """
        address = parse(url)
        engine = sqlite.onlooker if address.get_backend_name() == "sqlite" else postgresql.onlooker
        reader = engine(address, **_OPTIONS)
        store = cls(reader, reader)
        try:
            if not store.shared:
                sqlite.require_file(address)
            async with store.read() as connection:
                await connection.run_sync(require_current)
        except (OSError, SQLAlchemyError, VersionError) as error:
            await store.close()
            why = str(getattr(error, "orig", None) or error)
            raise StoreError(f"the store {address.render_as_string()} cannot be read: {why}") from error
        return store

    @property
    def shared(self) -> bool:
        """True where several processes may use the store at once."""
        return self._writer.dialect.name == "postgresql"

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end of the block, and on disk; an exception rolls it back.

        One at a time, over all processes: sequence numbers are given in the order of the commits, and what the block
        has read is still true when it writes.
        """
        asked_at = perf_counter()
        async with self._turn, self._writer.begin() as connection:
            if self.shared:
                await postgresql.take_turn(connection)
            began = perf_counter()
            WRITE_WAIT.observe(began - asked_at)
            told = trail.begin(connection)
            if self.keyring is not None:
                await connection.execution_options(keyring=self.keyring, taken=self.taken)
            yield connection
        WRITE_SECONDS.observe(perf_counter() - began)
        trail.flush(told)

    async def wash(self) -> bool:
        """After deletions that must not be read any more: no copy of the pages as they were stays beside the file.

        False where somebody reads at this moment; then it is to be asked again.
        """
        washed = postgresql.wash if self.shared else sqlite.wash
        async with self._turn, self._writer.connect() as connection:
            return await washed((await connection.get_raw_connection()).driver_connection)

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[AsyncConnection]:
        """A short transaction on rows that it locks themselves, or that are its own; it need not wait for its turn.

        Only for statements that no other writer's decision rests on, such as claiming a delivery. Never append here.
        """
        if self.shared:
            async with self._writer.begin() as connection:
                yield connection
        else:
            async with self.write() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one consistent state and changes nothing."""
        async with self._reader.connect() as connection:
            if self.keyring is not None:
                await connection.execution_options(keyring=self.keyring)
            yield connection
            await connection.rollback()

    @asynccontextmanager
    async def line(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        """A connection of the driver itself, outside of any transaction, for LISTEN and NOTIFY; shared stores only."""
        async with self._reader.connect() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            try:
                yield raw.driver_connection
            finally:
                await connection.invalidate()  # it listens: nobody else shall get it

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()


def parse(url: str) -> URL:
    """The address with the driver we use. Raises StoreError for anything but SQLite and PostgreSQL."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number; its words would show the address
        raise StoreError("database: not an address; write postgresql://USER@HOST/NAME, or leave it empty") from None
    engine = address.get_backend_name()
    if engine not in _DRIVERS:
        raise StoreError(f"database: {engine} is not supported; use postgresql://… or leave it empty for SQLite")
    return address.set(drivername=_DRIVERS[engine])


def insert(connection: AsyncConnection, table: Table) -> sqlite_dialect.Insert | postgresql_dialect.Insert:
    """An INSERT that knows ON CONFLICT; the two engines spell it alike, only the class differs."""
    return insert_by(connection.dialect, table)


def insert_by(dialect: Dialect, table: Table) -> sqlite_dialect.Insert | postgresql_dialect.Insert:
    """The same where there is no connection yet."""
    return sqlite_dialect.insert(table) if dialect.name == "sqlite" else postgresql_dialect.insert(table)
