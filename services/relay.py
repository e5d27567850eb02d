"""Carries rings between the processes that share a PostgreSQL store, by LISTEN and NOTIFY."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import asyncpg
import structlog

from services.bell import Bell
from services.ending import cancelled
from services.store.engine import Store

log = structlog.get_logger()
_CHANNEL = "shirase"
_BEAT, _PATIENCE, _PAUSE = 15.0, 5.0, 2.0  # seconds: between signs of life, for an answer, before a new line


class Relay:
    """A line to the store on which every process hears the others. While it is down, polling has to do."""

    def __init__(self, bell: Bell, store: Store) -> None:
        self._bell, self._store = bell, store
        self._me = uuid.uuid4().hex
        self._due: set[str] = set()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; what rings here is told to the others from now on."""
        self._bell.pass_on = self._pass_on
        self._task = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        if self._task:
            await cancelled([self._task])

    def _pass_on(self, name: str) -> None:
        self._due.add(name)
        self._news.set()

    async def _run(self) -> None:
        up = True
        while True:
            try:
                async with self._store.line() as line:
                    await line.add_listener(_CHANNEL, self._heard)
                    if not up:
                        log.info("relay goes on")
                    up = True
                    self._bell.ring_all()  # whatever was rung while nobody listened
                    await self._carry(line)
            except Exception as error:  # noqa: BLE001 - a dying server confuses the driver too: another line is made
                if up:
                    log.warning("relay is down; polling goes on", error=repr(error)[:300])
                up = False
            await asyncio.sleep(_PAUSE)

    async def _carry(self, line: asyncpg.Connection[Any]) -> None:
        line.add_termination_listener(lambda _: self._news.set())
        while True:
            try:
                async with asyncio.timeout(_BEAT):
                    await self._news.wait()
            except TimeoutError:
                await line.fetchval("SELECT 1", timeout=_PATIENCE)
            self._news.clear()
            due, self._due = self._due, set()
            for name in sorted(due):
                await line.fetchval("SELECT pg_notify($1, $2)", _CHANNEL, f"{self._me} {name}", timeout=_PATIENCE)
            if line.is_closed():
                raise OSError("the server closed the line")

    def _heard(self, _line: object, _pid: int, _channel: str, payload: object) -> None:
        sender, _, name = str(payload).partition(" ")
        if sender != self._me:
            self._bell.ring_here(name)
