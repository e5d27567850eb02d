"""Verify: what the models foresaw beside what was then observed, as the hazards go by.

Bounded work a step, and a cursor that moves in the same transaction as what the step wrote: a restart, or a store with
a year that nobody has looked at, changes nothing but the time it takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from math import floor

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from geo.model import Ground, Model
from geo.verification.stories import APART, Verdict, unknown
from geo.verification.teller import Teller, Thread, Told, steps
from services.clock import Clock
from services.lease import Leased
from services.skill import last_days, measure
from services.store import cursors, hazards, hourly, outlooks, stories
from services.store import skill as sums
from services.store.engine import Store

log = structlog.get_logger()
_HOUR = timedelta(hours=1)
_SHOWN_DAYS = 30
_AT_ONCE = 2000  # changes of one step
_HEARD = 0.8  # of the hours must have brought a reading, or nobody could see what came
_BEFORE = timedelta(hours=3)  # a gauge that was silent just before the event could not foretell it


class Verify:
    """The loop's state is the store's."""

    name = "verify"
    EVERY = 20.0  # seconds

    def __init__(
        self, store: Store | Leased, clock: Clock, ground: Ground, models: Iterable[Model], kept: timedelta
    ) -> None:
        self._store, self._clock, self._ground, self._kept = store, clock, ground, kept
        self._quantities = {model.name: model.quantities for model in models}
        self._hour: datetime | None = None  # of the last purge

    async def step(self) -> bool:
        """Take the next changes into account; True where there may be more of them."""
        now = self._clock.now()
        await self._hourly(now)
        async with self._store.read() as connection:
            changes = await hazards.said_after(connection, await cursors.position(connection, self.name), _AT_ONCE)
            teller = Teller(await stories.unfinished(connection), self._ground.stations)
            for one in steps(changes):
                teller.hear(one)
            more = len(changes) == _AT_ONCE
            if not more:
                teller.settle(now)
            told = [await self._fair(connection, story) for story in teller.changed]
        if changes or told:
            async with self._store.write() as connection:
                for story in told:
                    await stories.put(connection, story)
                if changes:
                    await cursors.move(connection, self.name, changes[-1].seq)
        return more

    async def _hourly(self, now: datetime) -> None:
        """Delete what has been kept for long enough, and show the last month at /metrics."""
        if self._hour and timedelta(0) <= now - self._hour < _HOUR:
            return
        before = now - self._kept
        async with self._store.write() as connection:
            gone = await stories.forget(connection, before) + await outlooks.forget(connection, before)
            gone += await sums.forget(connection, before.astimezone(JAPAN).date())
        async with self._store.read() as connection:
            measure(await last_days(connection, Status.ACTUAL, now, _SHOWN_DAYS))
        self._hour = now
        if gone:
            log.info("verification forgot", rows=gone, before=before.isoformat())

    async def _fair(self, connection: AsyncConnection, told: Told) -> Told:
        """A failure counts only where somebody could see: a silent gauge neither foretells nor shows what came."""
        one, thread = told.story, told.thread
        if one.verdict is Verdict.FALSE and thread.level == 0:
            return replace(told, story=unknown(one, "no_counterpart"))
        if one.verdict is Verdict.MISS and one.crossed_at:
            since, until = one.crossed_at - _BEFORE, one.crossed_at
        elif one.verdict is Verdict.FALSE and one.warned_at and one.ended_at:
            since, until = one.warned_at, one.ended_at + APART
        else:
            return told
        heard = await hourly.hours_heard(connection, self._subjects(thread), thread.status, since, until)
        return told if heard >= _HEARD * _hours(since, until) else replace(told, story=unknown(one, "silent"))

    def _subjects(self, thread: Thread) -> list[str]:
        """The readings by which the place is seen: of its gauge, or of every gauge where an area speaks for itself."""
        station = self._ground.stations.get(thread.place)
        seen = [station] if station else list(self._ground.stations.values())
        wanted = self._quantities.get(thread.model, frozenset())
        return [f"{one.code}/{quantity}" for one in seen for quantity in one.quantities & wanted]


def _hours(since: datetime, until: datetime) -> int:
    """Clock hours that touch the span."""
    return floor(until.timestamp() / 3600) - floor(since.timestamp() / 3600) + 1
