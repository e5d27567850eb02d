"""Messages between the broker and the store: what waits for its turn, within bounds."""

from __future__ import annotations

import asyncio
import math
from collections import deque

from services.broker.link import Incoming


class Buffer:
    """A bounded queue of messages. Whoever fills it looks at :attr:`room` first; it never refuses what came."""

    def __init__(self, messages: int, octets: int) -> None:
        self._most, self._most_octets = messages, octets
        self._waiting: deque[Incoming] = deque()
        self._octets = 0
        self._arrived = asyncio.Event()
        self.room = asyncio.Event()
        self.room.set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, incoming: Incoming) -> None:
        """At the end of the queue."""
        self._waiting.append(incoming)
        self._octets += len(incoming.payload)
        self._arrived.set()
        if self._full:
            self.room.clear()

    def close(self) -> None:
        """Nothing more comes: :meth:`take` gives what is left, and then nothing."""
        self._closed = True
        self._arrived.set()

    async def take(self, limit: int, suspect: float = math.inf) -> list[Incoming]:
        """Wait for at least one and take up to ``limit``; one handed out more often than ``suspect`` comes alone."""
        while not self._waiting and not self._closed:
            self._arrived.clear()
            await self._arrived.wait()
        batch: list[Incoming] = []
        while self._waiting and len(batch) < limit:
            alone = self._waiting[0].tries > suspect
            if alone and batch:
                break
            batch.append(self._waiting.popleft())
            if alone:
                break
        self._octets -= sum(len(one.payload) for one in batch)
        if not self._full:
            self.room.set()
        return batch

    @property
    def _full(self) -> bool:
        return len(self._waiting) >= self._most or self._octets >= self._most_octets
