"""Takes away from an outlet that keeps things what is over, and puts back what got lost there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from services.channels.keeping import Keeper
from services.clock import Clock
from services.store.engine import Store
from services.store.shown import shown


class Tidy:
    """One per channel that keeps. It runs beside the channel's own queue, never at once with it."""

    EVERY = 15.0  # seconds; an alert runs out to the minute

    def __init__(self, store: Store, clock: Clock, channel: Keeper) -> None:
        self._store, self._clock, self._channel = store, clock, channel

    @property
    def name(self) -> str:
        return f"tidy:{self._channel.name}"

    async def step(self) -> bool:
        """Compare the outlet with the store. Raises OSError where the outlet cannot be reached."""
        now = self._clock.now()
        async with self._store.read() as connection:
            wanted = await shown(connection, self._channel.name, now)
        return await self._channel.keep(wanted, now)


def in_turn(lock: asyncio.Lock, step: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
    """The step, never at once with another of the same lock: a file that is being replaced is not put back."""

    async def run() -> bool:
        async with lock:
            return await step()

    return run
