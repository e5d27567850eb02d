"""Takes away from an outlet that keeps things what is over, and puts back what got lost there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from services.channels.keeping import Keeper, View
from services.clock import Clock
from services.house import House, leased
from services.loop import Loop
from services.store.engine import Store
from services.store.shown import view

Step = Callable[[], Awaitable[bool]]


class Tidy:
    """One per channel that keeps, and for each one process at a time: the same that sends, and never at once with it.

    Two would take a file that the other has just written for one that is left over.
    """

    EVERY = 15.0  # seconds; an alert runs out to the minute
    REST = 1.0  # seconds between two looks: in a burst every delivery of every channel rings, and sending waits behind

    def __init__(self, store: Store, clock: Clock, channel: Keeper) -> None:
        self._store, self._clock, self._channel = store, clock, channel

    @property
    def name(self) -> str:
        return f"tidy:{self._channel.name}"

    async def step(self) -> bool:
        """Compare the outlet with the store. Raises OSError where the outlet cannot be reached."""
        return await self._channel.keep(self._look)

    async def _look(self) -> View:
        async with self._store.read() as connection:
            return await view(connection, self._channel.name, self._clock.now())


async def set_up(house: House, channel: Keeper, send: Step) -> Step:
    """Keep the outlet tidy from :meth:`House.go` on; returns ``send`` as it may be repeated beside that."""
    tidy = Tidy(house.store, house.clock, channel)
    once, lock = await house.once(tidy.name), asyncio.Lock()
    step = leased(once, in_turn(lock, tidy.step))
    rings = house.bell.listen("deliveries", "alerts")
    house.repeat(Loop(tidy.name, step, rings, lambda: Tidy.EVERY, rest=Tidy.REST))
    return leased(once, in_turn(lock, send))


def in_turn(lock: asyncio.Lock, step: Step) -> Step:
    """The step, never at once with another of the same lock: a file that is being replaced is not put back."""

    async def run() -> bool:
        async with lock:
            return await step()

    return run
