"""Running a verb in one process only, however many there are: the others stand by and take over when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import wall
from services.ending import cancelled
from services.figures import LEASE_CHANGES, LEASE_HELD, fall_silent
from services.sharing import Sharing
from services.store import leases
from services.store.engine import Store

log = structlog.get_logger()


class LeaseLostError(Exception):
    """Another process has taken over; what was about to be written is rolled back."""


class Leased:
    """The store for a verb that runs once: a write goes through only while the lease is ours.

    The row is looked at in the very transaction that it protects, so neither a process that froze nor a clock that
    is wrong can make two of them write.
    """

    def __init__(self, store: Store, name: str, holder: str, sharing: Sharing | None = None) -> None:
        """``sharing``: it is one of several pieces, of which each process has its part."""
        self._store, self._name, self._holder, self._sharing = store, name, holder, sharing
        self._verb = name.partition(":")[0] if sharing else name
        self._renew_at = self._until = datetime.min.replace(tzinfo=UTC)
        self._mine = False
        LEASE_HELD.labels(name).set_function(lambda: self._mine and wall() < self._until)
        LEASE_CHANGES.labels(name, "taken")  # at nought: the first change must be seen as a rise

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """As :meth:`Store.read`."""
        return self._store.read()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """As :meth:`Store.write`. Raises LeaseLostError where another process holds the lease by now."""
        async with self._store.write() as connection:
            if not await leases.is_held(connection, self._name, self._holder):
                raise LeaseLostError(self._name)
            yield connection

    async def wash(self) -> bool:
        """As :meth:`Store.wash`."""
        return await self._store.wash()

    async def run(self, step: Callable[[], Awaitable[bool]]) -> bool:
        """Do ``step`` if the lease is ours or can be had, and keep it meanwhile; False where another has it."""
        if not await self.renew():
            return False
        keeper = asyncio.create_task(self._keep())
        try:
            return await step()
        except LeaseLostError:
            self._note(False)
            return False
        finally:
            await cancelled([keeper])

    async def renew(self) -> bool:
        """Take the lease or make it longer; True where it is ours. Quiet while most of it is left."""
        if self._sharing and not await self._sharing.may(self._name):
            if self._mine:
                await self.give_back()
                self._note(False)
            return False
        at = wall()
        if at < self._renew_at:
            return True
        async with self._store.write() as connection:
            mine = await leases.take(connection, self._name, self._holder, at)
        self._note(mine)
        if mine:
            self._renew_at, self._until = at + leases.LEASE / 3, at + leases.LEASE
        return mine

    async def give_back(self) -> None:
        """At an orderly stop: the next one need not wait. Where the store is gone, the lease runs out by itself."""
        try:
            async with self._store.write() as connection:
                await leases.give_back(connection, self._name, self._holder)
        except (SQLAlchemyError, OSError) as error:
            log.warning("lease not given back", lease=self._name, error=repr(error)[:300])

    async def _keep(self) -> None:
        """A step may take longer than a lease."""
        while True:
            await asyncio.sleep(leases.LEASE.total_seconds() / 3)
            try:
                await self.renew()
            except Exception as error:  # noqa: BLE001 - whatever it is, most of the lease is left to try again
                log.warning("lease not renewed", lease=self._name, error=repr(error)[:300])

    def _note(self, mine: bool) -> None:
        if mine != self._mine:
            log.info("lease taken" if mine else "lease lost", lease=self._name, holder=self._holder)
            LEASE_CHANGES.labels(self._name, "taken" if mine else "lost").inc()
            if not mine:
                fall_silent(self._verb)
        if not mine:
            self._renew_at = datetime.min.replace(tzinfo=UTC)
        self._mine = mine
