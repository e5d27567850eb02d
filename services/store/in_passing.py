"""What SQLite answers sooner than its thread could be asked: asked in passing, without a trip.

A trip to the driver's thread costs two changes of thread, a tenth of a millisecond at rest and a millisecond where
another thread computes; most statements on an alert's way take SQLite a fiftieth of that. So a question is asked in the
event loop's own thread, and **SQLite itself breaks off** one that turns out to be long (its progress handler): then it
makes the trip, and so it does the next times. Rows of an INSERT are counted before. What may go through a whole table
and cannot be broken off without the loss of its transaction (UPDATE, DELETE, INSERT from a SELECT), what would wait
for the lock of another process (BEGIN IMMEDIATE) and what waits for the disk (COMMIT) makes the trip.

And after two milliseconds of such questions comes one by the thread, so that whoever else waits has his turn.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import contextmanager
from itertools import count
from time import perf_counter
from typing import Any, TypeVar

T = TypeVar("T")
_STEPS = 10_000  # of SQLite's machine, half a millisecond; a row of a small table takes twenty
_ROWS, _CHARACTERS = 20, 64_000  # of one INSERT; of the values of a single row
_WHILE = 0.002  # seconds in which nobody else is let in
_SHY = 100  # times that a long question goes by the thread until it is tried again
_KNOWN = 1_000  # questions of which it is remembered that they were long
_ANY_THREAD = 3  # PEP 249: connections may be used from any thread
_long: dict[str, int] = {}  # statement → how often it shall still make the trip


class Passing:
    """Of one connection."""

    allowed = sqlite3.threadsafety == _ANY_THREAD  # a drill that dies between any two statements wants each by a trip

    def __init__(self) -> None:
        self._spent = 0.0  # seconds since somebody else was let in
        self.away = False  # a trip is under way, or was given up before its end: the connection is the thread's

    @property
    def here(self) -> bool:
        """The connection is not the thread's in this moment."""
        return self.allowed and not self.away

    @contextmanager
    def trip(self) -> Iterator[None]:
        """Around a trip. Who is cancelled meanwhile leaves the connection to the thread until another is back."""
        self.away = True
        try:
            yield
        except sqlite3.Error:
            self._back()
            raise
        self._back()

    def _back(self) -> None:
        self.away, self._spent = False, 0.0

    def may(self, statement: str, values: Sequence[Any], *, many: bool) -> bool:
        """Whether it is to be asked in passing. ``values``: of its one row, or ``many`` rows."""
        if not self.here or self._spent > _WHILE:
            return False
        if statement.startswith("SELECT"):
            return not _shy(statement)
        if not statement.startswith("INSERT") or "SELECT" in statement:
            return False
        return (
            len(values) <= _ROWS if many else sum(len(one) for one in values if isinstance(one, Sized)) <= _CHARACTERS
        )

    def begin(self, connection: sqlite3.Connection, how: str) -> bool:
        """Begin a transaction, where there is one to be begun; False where another process has the lock."""
        if how != "BEGIN IMMEDIATE":
            if how:
                connection.execute(how)
            return True
        [(patience,)] = connection.execute("PRAGMA busy_timeout")
        connection.execute("PRAGMA busy_timeout=0")
        try:
            connection.execute(how)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        finally:
            connection.execute(f"PRAGMA busy_timeout={patience}")
        return True

    def ask(self, connection: sqlite3.Connection, ask: Callable[..., T], statement: str, *more: Any) -> T | None:
        """What ``ask(connection, …)`` gives; None where SQLite broke it off, and it is as if it had not been asked."""
        began, reads = perf_counter(), statement.startswith("SELECT")
        if reads:
            connection.set_progress_handler(count().__next__, _STEPS)  # counted over all its lives: the first is nought
        try:
            return ask(connection, *more)
        except sqlite3.OperationalError as error:
            if not reads or error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            _remember(statement)
            return None
        finally:
            if reads:
                connection.set_progress_handler(None, 0)
            self._spent += perf_counter() - began


def _shy(statement: str) -> bool:
    left = _long.get(statement, 0)
    if left > 1:
        _long[statement] = left - 1
    elif left:
        del _long[statement]
    return left > 0


def _remember(statement: str) -> None:
    if len(_long) >= _KNOWN:
        _long.clear()
    _long[statement] = _SHY
