"""The past of the hazard picture. What an alert spoke of is kept as long as the alert, all else goes much earlier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.ledger import OPEN
from services.retention.way import Due, Picked
from services.store.tables import alerts, hazards


@dataclass(frozen=True, slots=True)
class Untold:
    """What no alert spoke of, and which another state, or the end, has followed before the limit."""

    async def due(self, connection: AsyncConnection, before: datetime) -> Due:
        """How many, and since when the oldest was known."""
        return await _due(connection, await _untold(connection, before))

    async def pick(self, connection: AsyncConnection, before: datetime, most: int) -> Picked | None:
        """The oldest."""
        found = select(hazards.c.seq).where(await _untold(connection, before)).order_by(hazards.c.at, hazards.c.seq)
        keys = (await connection.scalars(found.limit(most))).all()
        return Picked(keys) if keys else None

    async def drop(self, connection: AsyncConnection, picked: Picked, before: datetime, now: datetime) -> int:  # noqa: ARG002
        """Those that no alert has come to speak of meanwhile."""
        these = (hazards.c.seq.in_(picked.keys), hazards.c.told.is_(None), ~hazards.c.current)
        return (await connection.execute(delete(hazards).where(*these))).rowcount


@dataclass(frozen=True, slots=True)
class ToldOf:
    """What alerts of these statuses spoke of last before the limit, and no alert that is kept."""

    statuses: tuple[Status, ...]

    async def due(self, connection: AsyncConnection, before: datetime) -> Due:
        """How many, and since when the oldest was known."""
        return await _due(connection, await self._told(connection, before))

    async def pick(self, connection: AsyncConnection, before: datetime, most: int) -> Picked | None:
        """The oldest."""
        found = select(hazards.c.seq).where(await self._told(connection, before)).order_by(hazards.c.told)
        keys = (await connection.scalars(found.limit(most))).all()
        return Picked(keys) if keys else None

    async def drop(self, connection: AsyncConnection, picked: Picked, before: datetime, now: datetime) -> int:  # noqa: ARG002
        """Those of which nothing was said meanwhile."""
        these = (hazards.c.seq.in_(picked.keys), hazards.c.told < before, ~hazards.c.current)
        return (await connection.execute(delete(hazards).where(*these))).rowcount

    async def _told(self, connection: AsyncConnection, before: datetime) -> ColumnElement[bool]:
        names = [status.value for status in self.statuses]
        said = and_(hazards.c.told < before, ~hazards.c.current, hazards.c.status.in_(names))
        if not await connection.scalar(select(exists().where(said))):
            return said  # as nearly always: then nobody need look for the oldest alert
        oldest = await connection.scalar(select(func.min(alerts.c.sent)).where(alerts.c.status.in_(names)))
        return and_(said, hazards.c.told < oldest) if oldest else said


async def _untold(connection: AsyncConnection, before: datetime) -> ColumnElement[bool]:
    """The end of what an open series speaks of stays: the series has to know since when that is over."""
    newer = hazards.alias("newer")
    followed = exists().where(newer.c.key == hazards.c.key, newer.c.seq > hazards.c.seq, newer.c.at < before)
    old = and_(hazards.c.told.is_(None), hazards.c.at < before, ~hazards.c.current)
    spoken = await _spoken_of(connection)
    return and_(old, or_(followed, hazards.c.level == 0), ~and_(hazards.c.level == 0, hazards.c.key.in_(spoken)))


async def _due(connection: AsyncConnection, may_go: ColumnElement[bool]) -> Due:
    count, oldest = (await connection.execute(select(func.count(), func.min(hazards.c.at)).where(may_go))).one()
    return Due(count, oldest)


async def _spoken_of(connection: AsyncConnection) -> list[str]:
    """The keys of everything that an open series speaks of."""
    open_ones = select(alerts.c.body["hazards"]).where(alerts.c.state.in_([state.value for state in OPEN]))
    return sorted({key for keys in await connection.scalars(open_ones) for key in keys or ()})
