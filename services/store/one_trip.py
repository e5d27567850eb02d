"""A statement to SQLite is one trip to the driver's thread, and not four.

aiosqlite gives every connection a thread, and SQLAlchemy asks it four times for each statement: for a cursor, to
execute, to fetch, to close. Each time two threads wake one another and wait for the interpreter, which costs several
times what SQLite itself does for a statement of ours; and where another thread computes, each waits for it. Asked in
one go, a statement costs half the processor time and a third of the time.

Streams (:meth:`AsyncConnection.stream`) keep the driver's own cursors: they are there not to fetch all at once.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)


@dataclass(slots=True)
class _Answer:
    """What a cursor knows of its statement once that is done; what it fetched is with the cursor's adapter."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Not a cursor of the driver, but the answer it gave."""

    __slots__ = ()
    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:  # noqa: ARG002 - none is made before it is asked
        return _Answer()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._ask(sqlite3.Cursor.execute, operation, () if parameters is None else parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._ask(sqlite3.Cursor.executemany, operation, seq_of_parameters)

    async def _ask(self, how: Callable[..., object], operation: Any, parameters: Any) -> None:
        connection = self._connection
        async with self._adapt_connection._execute_mutex:
            answer, rows = await connection._execute(_asked, connection._conn, how, operation, parameters)
        self._cursor, self._rows = answer, rows

    def close(self) -> None:
        """Drop what has not been fetched; the driver's cursor is closed already."""
        self._rows.clear()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = _Cursor


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> _Connection:
        return _Connection(self, super().connect(*arg, **kw)._connection)


def _asked(
    connection: sqlite3.Connection, how: Callable[..., object], operation: Any, parameters: Any
) -> tuple[_Answer, deque[Any]]:
    """In the driver's thread: everything that is wanted of a statement."""
    cursor = connection.cursor()
    try:
        how(cursor, operation, parameters)
        rows = deque(cursor.fetchall() if cursor.description else ())
        return _Answer(cursor.description, cursor.rowcount, cursor.lastrowid), rows
    finally:
        cursor.close()


DRIVER = _Driver(aiosqlite, sqlite3)  # for ``create_async_engine(…, module=DRIVER)``
