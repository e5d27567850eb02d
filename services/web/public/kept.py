"""Pages that were just made, for everybody else who asks for the same: on a bad night a whole city reloads at once.

Nothing that was issued waits for it: a page is made anew as soon as any alert has changed, or data stopped coming in.
All else on it is at most a few seconds old, and it says of what time it is.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

from aiohttp import web

from services.store.tables import alerts
from services.web.api.alerts import visible
from services.web.api.viewer import Viewer
from services.web.context import CONTEXT

_HOLDS_S, _MOST = 3.0, 400  # seconds; pages of some 40 kB each
KEPT: web.AppKey[Kept] = web.AppKey("public_pages")


class Kept:
    """The newest pages by what was asked for. Of those who ask for the same at once one has it made."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pages: OrderedDict[Hashable, tuple[float, Hashable, str]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Lock] = {}

    async def page(self, asked: Hashable, mark: Hashable, make: Callable[[], Awaitable[str]]) -> str:
        """The page for ``asked`` as it is at ``mark``."""
        lock = self._making.setdefault(asked, asyncio.Lock())
        try:
            async with lock:
                at, then, text = self._pages.get(asked, (0.0, None, ""))
                if text and then == mark and self._clock() - at < _HOLDS_S:
                    return text
                text = await make()
                self._pages[asked] = self._clock(), mark, text
                self._pages.move_to_end(asked)
                while len(self._pages) > _MOST:
                    self._pages.popitem(last=False)
                return text
        finally:
            if not lock.locked():
                self._making.pop(asked, None)


async def mark_of(request: web.Request) -> Hashable:
    """Another as soon as another revision is in force (none ever changes), a minute passed, or data stay away."""
    context = request.app[CONTEXT]
    now = context.now()
    in_force = visible(Viewer.everyone(context), now).with_only_columns(alerts.c.identifier)
    async with context.store.read() as connection:
        names = frozenset(await connection.scalars(in_force))
    return names, now.replace(second=0, microsecond=0), context.health().get("stale", True)
