"""From the door to what can be stored: sorted while the transaction before is under way, which then takes all there is.

So the store never waits for the decoder, and batches still grow by themselves under load.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from services.broker.link import Incoming
from services.intake import Kind, Sorted
from services.overflow import packed

_AT_ONCE = 40  # messages; whoever else wants the event loop waits for no more
_IN_PASSING = 8192  # octets that are decoded sooner than a thread could take them
_MOST = 500  # messages of one transaction, but for the last few


class Sorting:
    """One task runs it, another takes. What comes a second time goes through alone: perhaps it is what ended the first.

    ``next_batch`` is that of a :class:`services.broker.door.Door`; ``sort`` is asked for one batch at a time, perhaps
    in a thread.
    """

    def __init__(
        self,
        next_batch: Callable[[int], Awaitable[Sequence[Incoming]]],
        sort: Callable[[Sequence[Incoming]], Sequence[Sorted]],
    ) -> None:
        self._next_batch, self._sort = next_batch, sort
        self._ready: list[Sorted] = []
        self._came, self._taken, self._idle = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._ended = False

    async def run(self) -> None:
        """Until the door has been closed and nothing is left behind it."""
        try:
            while batch := await self._next_batch(_AT_ONCE):
                again = any(incoming.tries > 1 for incoming in batch)
                if again:
                    await self._idle.wait()
                self._put(await self._sorted(batch))
                if again:
                    await self._idle.wait()
                while len(self._ready) >= _MOST:
                    self._taken.clear()
                    await self._taken.wait()
                await asyncio.sleep(0)  # a full buffer gives without waiting
        finally:
            self._ended = True
            self._came.set()

    async def take(self) -> Sequence[Sorted]:
        """Wait for at least one and take all; empty when nothing more comes. What was taken before is done with."""
        while not self._ready and not self._ended:
            self._idle.set()
            self._came.clear()
            await self._came.wait()
        work, self._ready = self._ready, []
        self._taken.set()
        flood = any(one.kind is Kind.OVER for one in work)
        return await asyncio.to_thread(packed, work) if flood else work

    def _put(self, work: Sequence[Sorted]) -> None:
        self._ready += work
        self._idle.clear()
        self._came.set()

    async def _sorted(self, batch: Sequence[Incoming]) -> Sequence[Sorted]:
        small = sum(len(incoming.payload) for incoming in batch) <= _IN_PASSING
        return self._sort(batch) if small else await asyncio.to_thread(self._sort, batch)
