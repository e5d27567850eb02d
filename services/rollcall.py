"""Roll call: on a shared store each process tells the others every few seconds what it runs and how it is.

So the page that a duty officer looks at knows of a dead process, although it runs in another one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.clock import wall
from services.health import Health
from services.line import Report, whole
from services.store import processes
from services.store.engine import Store

log = structlog.get_logger()


class RollCall:
    """What is known of the other processes. ``line`` is the health of all of them together."""

    name = "rollcall"
    EVERY = processes.GONE.total_seconds() / 4  # seconds; three may be lost before a process counts as gone

    def __init__(self, store: Store, me: str, needed: Sequence[str], own: Callable[[], Report]) -> None:
        self._store, self._me, self._needed, self._own = store, me, needed, own
        self._others: Sequence[Report] = ()
        self._heard_at: datetime | None = None

    async def step(self) -> bool:
        """Say that we are here, and learn who else is. A store of one process needs neither."""
        if not self._store.shared:
            return False
        at = wall()
        async with self._store.hold() as connection:
            await processes.report(connection, self._me, self._own(), at)
            self._others = await processes.others(connection, self._me, at)
        self._heard_at = at
        return True

    def line(self) -> Health:
        """The health of the whole line. What was heard too long ago does not count."""
        known = self._heard_at is not None and wall() - self._heard_at < processes.GONE
        return whole(self._own(), self._others if known else (), self._needed)

    async def leave(self) -> None:
        """At an orderly stop. Where the store is gone, silence says the same a little later."""
        if not self._store.shared:
            return
        try:
            async with self._store.hold() as connection:
                await processes.leave(connection, self._me)
        except (SQLAlchemyError, OSError) as error:
            log.warning("roll call not left", error=repr(error)[:300])
