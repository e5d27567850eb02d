"""When every road was last done and what is ordered, as everybody may know it: worked out once a minute for all.

A thousand residents at six in the morning are one query a minute.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.orders.decision import Kind
from rules.orders.life import Act, Order
from services.store import orders
from services.store.held_back import as_it_stood
from services.store.tables_plow import coverage

_DAY = timedelta(hours=24)
HOLDS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """As it was worked out at ``at``."""

    at: datetime
    done: Mapping[str, float]  # segment → when it was last done, seconds since 1970
    given: Mapping[str, Sequence[Order]]  # section → orders to plow it, of the last day


class Stood:
    """Of those who ask at once one reads, and the others wait for it."""

    def __init__(self, delay: timedelta) -> None:
        self._delay = delay
        self._kept: dict[Status, Standing] = {}
        self._past: tuple[Status, Standing] | None = None  # the instant that was asked for last
        self._reading = asyncio.Lock()

    def fresh(self, status: Status, now: datetime) -> Standing | None:
        """What was worked out less than a minute ago, None where nothing was."""
        kept = self._kept.get(status)
        return kept if kept is not None and kept.at <= now < kept.at + HOLDS else None

    async def of(self, connection: AsyncConnection, status: Status, now: datetime) -> Standing:
        """The day up to ``delay`` ago; read anew where nothing is fresh."""
        async with self._reading:
            known = self.fresh(status, now)
            if known is None:
                done = await self._done(connection, status, now - self._delay)
                known = Standing(now, done, await _given(connection, status, now))
                self._kept[status] = known
            return known

    async def then(self, connection: AsyncConnection, status: Status, then: datetime) -> Standing:
        """The day up to ``delay`` before an instant: orders as they were known at it, passes as far as known by now."""
        async with self._reading:  # a map asks for many pieces of one instant at once
            if self._past is None or self._past[0] is not status or self._past[1].at != then:
                done = await self._done(connection, status, then - self._delay)
                self._past = status, Standing(then, done, await _given(connection, status, then, known=then))
            return self._past[1]

    async def _done(self, connection: AsyncConnection, status: Status, until: datetime) -> Mapping[str, float]:
        here = (coverage.c.status == status.value, coverage.c.done_at >= until - _DAY)
        rows = await connection.execute(select(coverage.c.segment, coverage.c.done_at).where(*here))
        known = {segment: at.timestamp() for segment, at in rows}
        return await as_it_stood(connection, status, known, until - _DAY, until)


async def _given(
    connection: AsyncConnection, status: Status, now: datetime, known: datetime | None = None
) -> Mapping[str, Sequence[Order]]:
    found: defaultdict[str, list[Order]] = defaultdict(list)
    for one in await orders.since(connection, now - _DAY, status, only=(Act.ORDER,), then=known):
        if one.kind is Kind.PLOW:
            found[one.section].append(one)
    return found
