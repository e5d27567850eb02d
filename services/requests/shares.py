"""How much of each plow section was done within a day. Everybody asks for it, and it is every road of the city."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.rounds import own
from services.roads import Roads
from services.store.tables_plow import coverage

DAY = timedelta(hours=24)  # rows of coverage stay until a plow comes again: what is older is told by nobody
_HOLDS = timedelta(minutes=1)


class Shares:
    """Worked out at most once a minute. Without a network nothing is known of any section."""

    def __init__(self, roads: Roads | None) -> None:
        self._statuses = roads.statuses if roads else frozenset[Status]()
        segments = own(roads.carriageways.segments) if roads else {}
        self._lengths = {code: {one.id: one.length_m for one in some} for code, some in segments.items()}
        self._kept: dict[Status, tuple[datetime, Mapping[str, float]]] = {}

    async def of(self, connection: AsyncConnection, status: Status, now: datetime) -> Mapping[str, float]:
        """Section → share of the city's own carriageways by length, 0 to 1, done in the day before ``now``."""
        if status not in self._statuses:
            return {}
        at, found = self._kept.get(status, (None, {}))
        if at is None or not at <= now < at + _HOLDS:
            found = await self._found(connection, status, now - DAY)
            self._kept[status] = now, found
        return found

    async def _found(self, connection: AsyncConnection, status: Status, since: datetime) -> dict[str, float]:
        here = (coverage.c.status == status.value, coverage.c.done_at >= since)
        done = set(await connection.scalars(select(coverage.c.segment).where(*here)))
        return {
            code: sum(metres for one, metres in mine.items() if one in done) / whole
            for code, mine in self._lengths.items()
            if (whole := sum(mine.values()))
        }
