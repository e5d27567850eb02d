"""Sharing out pieces of a verb among all processes that run it: each takes its part, and what a dead one had goes on.

The lease of each piece keeps it with one process at a time; this only says who should ask for which.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from math import ceil, inf
from time import monotonic

from services.clock import wall
from services.store import leases, processes
from services.store.engine import Store

_LOOK_S = 3.0


class Sharing:
    """One per process and verb. ``names`` are the leases of all pieces, the same in every process that runs it."""

    def __init__(self, store: Store, me: str, service: str, names: Sequence[str]) -> None:
        self._store, self._me, self._service, self._names = store, me, service, tuple(names)
        self._holders: dict[str, str] = {}
        self._part = len(self._names)
        self._look_at = -inf  # of a clock that only runs
        self._turn = asyncio.Lock()

    async def may(self, name: str) -> bool:
        """True where we should have this piece: we do, or nobody does, and it is no more than our part.

        Asked often, it looks into the store every few seconds only.
        """
        async with self._turn:
            if monotonic() >= self._look_at:
                await self._look()
            mine = [one for one in self._names if self._holders.get(one) == self._me]
            if name in mine:
                return mine.index(name) < self._part
            if name in self._holders or len(mine) >= self._part:
                return False
            self._holders[name] = self._me  # as good as ours; if another was quicker, the next look tells
            return True

    async def _look(self) -> None:
        at = wall()
        async with self._store.read() as connection:
            self._holders = await leases.holders(connection, self._names, at)
            others = await processes.others(connection, self._me, at)
        sharers = 1 + sum(self._service in other.services for other in others)
        self._part = ceil(len(self._names) / sharers)
        self._look_at = monotonic() + _LOOK_S
