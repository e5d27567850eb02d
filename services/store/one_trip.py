"""A statement to SQLite is one trip to the driver's thread, and not four.

aiosqlite gives every connection a thread, and SQLAlchemy asks it four times for each statement: for a cursor, to
execute, to fetch, to close. Each time two threads wake one another and wait for the interpreter, which costs several
times what SQLite itself does for a statement of ours; and where another thread computes, each waits for it. Asked in
one go, a statement costs half the processor time and a third of the time.

Nor is there a trip for what need not be told apart: a transaction begins with its first statement, and what is over
already is not rolled back once more when its connection goes back to the pool.

What SQLite answers sooner than its thread could be asked makes no trip at all (:mod:`services.store.in_passing`).

Streams (:meth:`AsyncConnection.stream`) keep the driver's own cursors: they are there not to fetch all at once.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    AsyncAdapt_aiosqlite_ss_cursor,
)

from services.store.in_passing import Passing


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
        await self._ask(sqlite3.Cursor.executemany, operation, seq_of_parameters, many=True)

    async def _ask(self, how: Callable[..., object], operation: Any, parameters: Any, *, many: bool = False) -> None:
        connection = self._connection
        adapted = cast("_Connection", self._adapt_connection)
        async with adapted._execute_mutex:
            begin = adapted.told()
            told: Any = None
            if adapted.passing.may(operation, parameters, many=many) and adapted.passing.begin(connection._conn, begin):
                begin = ""
                told = adapted.passing.ask(connection._conn, _asked, operation, begin, how, operation, parameters)
            if told is None:
                with adapted.passing.trip():
                    told = await connection._execute(_asked, connection._conn, begin, how, operation, parameters)
        self._cursor, self._rows = told

    def close(self) -> None:
        """Drop what has not been fetched; the driver's cursor is closed already."""
        self._rows.clear()


class _Stream(AsyncAdapt_aiosqlite_ss_cursor):
    __slots__ = ()

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        adapted = cast("_Connection", self._adapt_connection)
        if begin := adapted.told():
            await adapted._connection.execute(begin)
        adapted._looks = False
        return await super()._execute_async(operation, parameters)


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ("_begin", "_looks", "_over", "passing")
    _cursor_cls = _Cursor
    _ss_cursor_cls = _Stream

    def __init__(self, *arg: Any, **kw: Any) -> None:
        super().__init__(*arg, **kw)
        self._begin = ""  # goes before the next statement
        self._over = False  # SQLite has said that no transaction is open, and nothing was sent to it since
        self._looks = False  # the transaction began without a lock, and no stream is of it
        self.passing = Passing()

    def begin(self, how: str) -> None:
        """Begin a transaction with the next statement."""
        self._begin = how

    def told(self) -> str:
        """What is to go before a statement that is sent now. From here on a transaction may be open, also where
        whoever sends it is cancelled while the other thread is at work."""
        begin, self._begin, self._over = self._begin, "", False
        self._looks = begin == "BEGIN" or (self._looks and not begin)
        return begin

    def commit(self) -> None:
        """Nothing where nothing was asked."""
        self._end(super().commit)

    def rollback(self) -> None:
        """Nothing where it is over already."""
        if self._looks and self.passing.here:
            self._end(self._connection._conn.rollback)  # there is nothing to be taken back
        else:
            self._end(super().rollback)

    def _end(self, how: Callable[[], None]) -> None:
        self._begin, self._looks = "", False
        if not self._over:
            with self.passing.trip():
                how()
            self._over = True


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> _Connection:
        return _Connection(self, super().connect(*arg, **kw)._connection)


def _asked(
    connection: sqlite3.Connection, begin: str, how: Callable[..., object], operation: Any, parameters: Any
) -> tuple[_Answer, deque[Any]]:
    """In the driver's thread, or in passing: everything that is wanted of a statement."""
    cursor = connection.cursor()
    try:
        if begin:
            cursor.execute(begin)
        how(cursor, operation, parameters)
        rows = deque(cursor.fetchall() if cursor.description else ())
        return _Answer(cursor.description, cursor.rowcount, cursor.lastrowid), rows
    finally:
        cursor.close()


DRIVER = _Driver(aiosqlite, sqlite3)  # for ``create_async_engine(…, module=DRIVER)``
