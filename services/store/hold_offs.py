"""Revisions that are free to leave and still wait. A row counts as long as its revision is a draft."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import Alert, State
from services.store.tables import alerts, hold_offs

_ITS = and_(hold_offs.c.series == alerts.c.series, hold_offs.c.revision == alerts.c.revision)


async def begin(connection: AsyncConnection, alert: Alert, now: datetime, wait: timedelta, who: str) -> datetime:
    """The revision waits so long from ``now``, or as long as an earlier one of the series would still have waited.

    A series that keeps changing would otherwise never leave. A time that has passed was that of a revision which gave
    way, perhaps hours ago: it counts for nothing, or nobody could stop the new one. Returns when it leaves.
    """
    mine = hold_offs.c.series == alert.series
    earlier = await connection.scalar(select(hold_offs.c.leaves_at).where(mine, hold_offs.c.leaves_at > now))
    leaves_at = min(now + wait, earlier) if earlier else now + wait
    await connection.execute(delete(hold_offs).where(mine))
    row = {"series": alert.series, "revision": alert.revision, "leaves_at": leaves_at, "who": who}
    await connection.execute(insert(hold_offs).values(row))
    return leaves_at


async def end(connection: AsyncConnection, series: str) -> None:
    """Nothing of the series waits any more."""
    await connection.execute(delete(hold_offs).where(hold_offs.c.series == series))


async def of(connection: AsyncConnection, series: str, revision: int) -> datetime | None:
    """When the revision leaves; None where it does not wait for the clock."""
    mine = (hold_offs.c.series == series, hold_offs.c.revision == revision)
    found: datetime | None = await connection.scalar(select(hold_offs.c.leaves_at).where(*mine))
    return found


async def waiting(connection: AsyncConnection) -> dict[tuple[str, int], datetime]:
    """When each revision that waits for the clock leaves, by series and revision."""
    statement = select(hold_offs.c.series, hold_offs.c.revision, hold_offs.c.leaves_at).join(alerts, _ITS)
    rows = await connection.execute(statement.where(alerts.c.state == State.DRAFT.value))
    return {(series, revision): at for series, revision, at in rows}


async def due(connection: AsyncConnection, status: Status, now: datetime) -> list[tuple[str, int, str]]:
    """Series, revision and by whose word, of those whose time has come, the longest due first."""
    statement = select(hold_offs.c.series, hold_offs.c.revision, hold_offs.c.who).join(alerts, _ITS)
    ripe = (alerts.c.state == State.DRAFT.value, alerts.c.status == status.value, alerts.c.expires > now)
    found = statement.where(hold_offs.c.leaves_at <= now, *ripe).order_by(hold_offs.c.leaves_at, hold_offs.c.series)
    return [(series, revision, who) for series, revision, who in await connection.execute(found)]
