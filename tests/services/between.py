"""A store in which something else happens just before a turn is taken, and how many statements it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import Store

Happening = Callable[[], Awaitable[object]]


class Between(Store):
    """The same store; one happening goes before each turn, as long as there are any."""

    def __init__(self, store: Store, *happenings: Happening) -> None:
        self._store, self._happenings = store, list(happenings)
        self._writer, self._reader = store._writer, store._reader
        self.turns = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        if self._happenings:
            await self._happenings.pop(0)()
        self.turns += 1
        async with self._store.write() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._store.read() as connection:
            yield connection


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Everything that the store is asked meanwhile, but for the beginnings and ends of transactions."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    engines = [store._writer.sync_engine, store._reader.sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
