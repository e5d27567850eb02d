"""When a session or a token was used last, told to the store now and then.

A store that takes nothing at this moment (a full disk, a long writer) must not turn away who is logged in: then it is
known in this process alone.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import Store

_MOST = 10_000  # keys; the ones longest untouched are forgotten first
_log = structlog.get_logger("web")


class LastUsed:
    """``patience_s``: how long a request waits for the store to take it."""

    def __init__(self, store: Store, patience_s: float = 2.0) -> None:
        self._store, self.patience_s = store, patience_s
        self._here: OrderedDict[str, datetime] = OrderedDict()

    def latest(self, key: str, stored: datetime | None) -> datetime | None:
        """The later of what the store knows and what this process does."""
        return max((one for one in (stored, self._here.get(key)) if one is not None), default=None)

    async def note(self, key: str, now: datetime, write: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        """It is used now. Never raises for a store that does not take it."""
        self._here[key] = now
        self._here.move_to_end(key)
        while len(self._here) > _MOST:
            self._here.popitem(last=False)
        try:
            async with asyncio.timeout(self.patience_s), self._store.hold() as connection:
                await write(connection)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            _log.warning("last use not written", error=type(error).__name__)


USES: web.AppKey[LastUsed] = web.AppKey("last_used", LastUsed)
