"""A second officer who is in the room from the start and approves the confirmed bear sighting, as people would."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from services.clock import CatchUpClock
from services.desks.review import ReviewError, approve
from services.store.engine import Store
from services.store.tables import alerts

HOURS = timedelta(hours=3, minutes=20)  # after the police have confirmed it
RULE = "bear-sighting"
CHIEF = "班長（訓練）"


class Officer:
    """Works at the same review desk as everyone else."""

    def __init__(self, data_dir: Path, clock: CatchUpClock) -> None:
        self._url = f"sqlite+aiosqlite:///{data_dir / 'shirase.db'}"
        self._clock = clock

    async def watch(self) -> None:
        """Approve the sighting once it waits in its confirmed form, then go home."""
        await asyncio.sleep(self._clock.real_seconds_until(self._clock.start + HOURS))
        store = await Store.open(self._url)
        try:
            while not await self._approve(store):
                await asyncio.sleep(1)
        finally:
            await store.close()

    async def _approve(self, store: Store) -> bool:
        async with store.read() as connection:
            waiting = select(alerts.c.series, alerts.c.revision, alerts.c.digest)
            draft = (await connection.execute(waiting.where(alerts.c.rule == RULE, alerts.c.state == "draft"))).first()
        if draft is None:
            return False
        series, revision, digest = draft
        try:
            await approve(store, series=series, revision=revision, digest=digest, person=CHIEF, now=self._clock.now())
        except ReviewError:
            return False  # it changed while we read it: look again
        return True
