"""What is being sent right now: so many at once, waited for at an orderly stop, cut off where that takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

LATE = "長く止まっている間に期限が過ぎ、送らなかった"  # of a claim that ran out before anything left the house
_PATIENCE = 5.0  # seconds that a stop waits


class UnderWay:
    """Tasks of one sender. What is cut off stays claimed in the store, and becomes unknown by its lease.

    A process may stand still between its claim and the first byte, with its machine, for an hour: each task asks the
    store (``may_send``) right before something leaves, lest a call rings that somebody took long ago.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._tasks: set[asyncio.Task[None]] = set()

    def __bool__(self) -> bool:
        return bool(self._tasks)

    @property
    def room(self) -> int:
        """How many more may begin."""
        return self._most - len(self._tasks)

    def begin(self, sending: Coroutine[None, None, None], name: str) -> None:
        """Nobody waits for it; whatever goes wrong is its own to tell."""
        task = asyncio.create_task(sending, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def wait(self, seconds: float) -> None:
        """Until all are done, and no longer."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def settle(self) -> None:
        """Until nothing is under way any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Give it a moment, then cut it off."""
        await self.wait(_PATIENCE)
        self.cut()

    def cut(self) -> None:
        """Off, at once."""
        for task in self._tasks:
            task.cancel()
