"""A look at the store and the outlets five times a second, past every line: when there was something new."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from itertools import pairwise
from time import monotonic
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from tests.benchmarks.hub import resident_mb
from tests.faults.plant import Plant

_PAUSE = 0.2
_AWAY = (
    OSError,
    TimeoutError,
    sqlite3.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the driver's own confusion, when the server dies between two of its words
)


class Watch:
    """``grew``: moments at which there was more than before; ``most_mb``: of all processes of the hub together."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._open: asyncpg.Connection[Any] | None = None
        self._turn = asyncio.Lock()  # one connection, and two who ask
        self._looking: asyncio.Task[None] | None = None
        self._newest = 0
        self.grew: list[float] = []
        self.told: dict[str, list[float]] = {"x": [], "linkage": []}  # moments at which there was more at these
        self._books = {"x": 0, "linkage": 0}
        self.most_mb = 0.0

    def stall(self, since: float, until: float) -> float:
        """The longest time within these without anything new."""
        moments = [since, *(at for at in self.grew if since < at < until), until]
        return max(later - earlier for earlier, later in pairwise(moments))

    def told_again(self, since: float, times: int = 1) -> float | None:
        """When both had so often had something new after this moment; None where they have not yet."""
        after = [[at for at in moments if at > since] for moments in self.told.values()]
        return max(some[times - 1] for some in after) if all(len(some) >= times for some in after) else None

    async def has(self, key: str) -> bool:
        """Whether a record of this key is committed."""
        return bool(await self._one("SELECT count(*) FROM records WHERE key = {}", key))

    def require_open_eyes(self) -> None:
        """Raises whatever ended the looking: nothing would ever be seen again."""
        if self._looking is not None and self._looking.done():
            self._looking.result()

    def begin(self) -> None:
        self._looking = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            with suppress(*_AWAY):
                newest = int(await self._one("SELECT coalesce(max(seq), 0) FROM records") or 0)
                if newest > self._newest:
                    self.grew.append(monotonic())
                self._newest = newest
            self._listen()
            self._weigh()
            await asyncio.sleep(_PAUSE)

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if self._open is not None:
            self._open.terminate()

    def _listen(self) -> None:
        books = {"x": len(self._plant.x.posts), "linkage": len(self._plant.linkage.received)}
        for name, count in books.items():
            if count > self._books[name]:
                self.told[name].append(monotonic())
        self._books = books

    def _weigh(self) -> None:
        with suppress(OSError, RuntimeError):  # one of them has just died
            self.most_mb = max(self.most_mb, sum(resident_mb(hub.pid) for hub in self._plant.hubs.values()))

    async def _one(self, statement: str, *values: str) -> object:
        url = make_url(self._plant.store_url)
        if url.get_backend_name() == "sqlite":
            with closing(sqlite3.connect(f"file:{url.database}?mode=ro", uri=True, timeout=0.1)) as connection:
                return connection.execute(statement.format("?"), values).fetchone()[0]
        async with self._turn:
            try:
                if self._open is None or self._open.is_closed():
                    at = {"host": url.query["host"], "user": "shirase", "database": url.database}
                    self._open = await asyncpg.connect(**at, timeout=2, command_timeout=2)  # type: ignore[arg-type]
                return await self._open.fetchval(statement.format("$1"), *values)
            except _AWAY:
                if self._open is not None:
                    self._open.terminate()
                    self._open = None
                raise


@asynccontextmanager
async def watching(plant: Plant) -> AsyncIterator[Watch]:
    watch = Watch(plant)
    watch.begin()
    try:
        yield watch
    finally:
        await watch.close()


async def until_has(watch: Watch, key: str, patience: float) -> None:
    """Wait for a record. Fails after ``patience`` seconds."""
    deadline = monotonic() + patience
    while True:
        with suppress(*_AWAY):
            if await watch.has(key):
                return
        watch.require_open_eyes()
        assert monotonic() < deadline, f"{key} is not stored after {patience:.0f} s"
        await asyncio.sleep(_PAUSE / 2)
