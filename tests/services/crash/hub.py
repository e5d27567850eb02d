"""A hub small enough to die ten thousand times: a store on disk, one channel, an officer, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import Alert, State
from services.bell import Bell
from services.channels.channel import Channel, Payload
from services.clock import wall
from services.deliver import Deliver
from services.desks import review
from services.desks.review import ReviewError
from services.store import alerts, outbox, sqlite
from services.store.alerts import Refusal
from services.store.codec import written
from services.store.delivery_state import DeliveryState
from services.store.engine import Store
from services.store.tables import outbox as queue
from tests.services.making import SetClock

_PENDING = (DeliveryState.WAITING.value, DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value)
OFFICERS = ("hirata", "sato")
_ROUNDS = 12  # of waiting until nothing is left to do: more are a hub that never comes to rest


class _Mortal(Store):
    """Of one life: tasks that the trap does not drive may outlive it here, and no real process's do."""

    dead = False

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        self._live()
        async with super().read() as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        self._live()
        async with super().write() as connection:
            yield connection
            self._live()

    def _live(self) -> None:
        if self.dead:
            raise OSError(5, "the process is dead")


class Disk:
    """The store's file. Lives come and go; only the statements that SQLAlchemy has compiled outlast them."""

    def __init__(self, path: Path) -> None:
        self._engines = sqlite.engines(make_url(f"sqlite+aiosqlite:///{path}"), json_serializer=written)
        self._connections: list[Any] = []  # of aiosqlite, each with a thread of its own
        self._opened: list[_Mortal] = []
        for engine in self._engines:
            event.listen(engine.sync_engine, "connect", self._note, insert=True)

    def open(self) -> Store:
        self._opened.append(_Mortal(*self._engines))
        return self._opened[-1]

    async def cut(self) -> None:
        """As with ``kill -9``: what was committed is on the disk, what was not is gone, and no task writes more."""
        for store in self._opened:
            store.dead = True
        self._opened.clear()
        for connection in self._connections:
            with contextlib.suppress(ValueError):  # closed already
                await connection.rollback()
                await connection.close()
        self._connections.clear()
        for engine in self._engines:
            await engine.dispose(close=False)

    def _note(self, dbapi_connection: Any, _record: Any) -> None:
        self._connections.append(dbapi_connection.driver_connection)


class Hub:
    """One life. The next one opens the same disk."""

    def __init__(self, disk: Disk, clock: SetClock, channel: Channel) -> None:
        self._disk, self.store = disk, disk.open()
        self.clock, self._channel = clock, channel
        self._deliver = Deliver(self.store, Bell(), clock, channel)

    async def work(self, revisions: Sequence[Alert]) -> None:
        """Draft, approve and send each revision in turn, as far as that is not done yet."""
        for revision in revisions:
            await self._issue(revision)
            await self._send()

    async def wake(self) -> None:
        """What a process does first that has proved to be alone."""
        async with self.store.write() as connection:
            await outbox.release(connection, wall())

    async def rest(self) -> None:
        """Let minutes pass until nothing waits any more."""
        for _ in range(_ROUNDS):
            if not await self._waiting():
                return
            await self.minutes(5)
            await self._send()
        raise AssertionError("deliveries still wait after an hour")

    async def minutes(self, count: float) -> None:
        """They pass for the city and for every pause and lease of the outbox."""
        self.clock.at += timedelta(minutes=count)
        self._deliver = Deliver(self.store, Bell(), self.clock, self._channel)  # a pause lives in it
        async with self.store.write() as connection:
            past = wall() - timedelta(seconds=1)
            pending = update(queue).where(queue.c.state.in_(_PENDING))
            await connection.execute(pending.values(next_at=past))
            await connection.execute(pending.where(queue.c.lease_until.is_not(None)).values(lease_until=past))

    async def die(self) -> None:
        """Every line is cut, that to the disk first."""
        await self._disk.cut()
        await self._channel.close()

    async def _issue(self, one: Alert) -> None:
        async with self.store.read() as connection:
            found = await alerts.get(connection, one.series, one.revision)
        if found is None:
            async with self.store.write() as connection:
                payloads = {self._channel.name: self._rendered(one)}
                digest = await alerts.add_draft(connection, one, payloads, self.clock.now())
        elif found.state is not State.DRAFT:
            return
        else:
            digest = found.digest
        await self._approve(one, digest)

    async def _approve(self, one: Alert, digest: str) -> None:
        """One officer after the other, until nobody else is needed."""
        for person in OFFICERS:
            try:
                which = {"series": one.series, "revision": one.revision, "digest": digest}
                now = self.clock.now()
                if (await review.approve(self.store, person=person, now=now, **which)).issued:
                    return
            except ReviewError as refused:
                if refused.code != "same_person":
                    raise

    def _rendered(self, one: Alert) -> Payload | Refusal:
        try:
            return self._channel.render(one)
        except ValueError as error:
            return Refusal(str(error))

    async def _send(self) -> None:
        while await self._deliver.step():
            pass

    async def _waiting(self) -> int:
        async with self.store.read() as connection:
            counted = select(func.count()).select_from(queue).where(queue.c.state.in_(_PENDING))
            return int(await connection.scalar(counted) or 0)
