"""Revisions that are free to leave and still wait. A row counts as long as its revision is a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.set_back import beyond
from feeds.status import Status
from rules.alert import Alert, State
from services.store import past
from services.store.tables import alerts, hold_offs

ITS = and_(hold_offs.c.series == alerts.c.series, hold_offs.c.revision == alerts.c.revision)


@dataclass(frozen=True, slots=True)
class Hold:
    """When a revision leaves by itself; ``stays``: why it did not, though its time had come, in words for staff."""

    leaves_at: datetime
    stays: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A revision whose time has come, by whose word, and what kept it at the last look.

    ``anew``: it waits so long from now, because it began to by a clock that was set back since.
    """

    series: str
    revision: int
    who: str
    stays: str
    anew: timedelta | None = None


async def begin(connection: AsyncConnection, alert: Alert, now: datetime, wait: timedelta, who: str) -> datetime:
    """The revision waits so long from ``now``, or as long as an earlier one of the series would still have waited.

    A series that keeps changing would otherwise never leave. A time that has passed was that of a revision which gave
    way, perhaps hours ago: it counts for nothing, or nobody could stop the new one. Returns when it leaves.
    """
    mine = hold_offs.c.series == alert.series
    earlier = await connection.scalar(select(hold_offs.c.leaves_at).where(mine, hold_offs.c.leaves_at > now))
    leaves_at = min(now + wait, earlier) if earlier else now + wait
    await past.change(connection, delete(hold_offs).where(mine), now)
    row = {"series": alert.series, "revision": alert.revision, "leaves_at": leaves_at, "who": who, "stays": ""}
    await connection.execute(insert(hold_offs).values({**row, "begun_at": now}))
    return leaves_at


async def end(connection: AsyncConnection, series: str, now: datetime) -> None:
    """Nothing of the series waits any more."""
    await past.change(connection, delete(hold_offs).where(hold_offs.c.series == series), now)


async def stay(connection: AsyncConnection, series: str, why: str, now: datetime) -> None:
    """What waits of the series stays, and why."""
    await past.change(connection, update(hold_offs).where(hold_offs.c.series == series).values(stays=why), now)


async def of(connection: AsyncConnection, series: str, revision: int) -> Hold | None:
    """How the revision waits for the clock; None where it does not."""
    mine = (hold_offs.c.series == series, hold_offs.c.revision == revision)
    found = (await connection.execute(select(hold_offs.c.leaves_at, hold_offs.c.stays).where(*mine))).first()
    return Hold(found.leaves_at, found.stays) if found else None


async def waiting(connection: AsyncConnection, then: datetime | None = None) -> dict[tuple[str, int], Hold]:
    """How each revision that waits for the clock does, by series and revision; ``then``: as it did at that instant."""
    held, drafts = past.as_of(hold_offs, then), past.as_of(alerts, then)
    its = and_(held.c.series == drafts.c.series, held.c.revision == drafts.c.revision)
    found = select(held).select_from(held.join(drafts, its)).where(drafts.c.state == State.DRAFT.value)
    rows = await connection.execute(found)
    return {(row.series, row.revision): Hold(row.leaves_at, row.stays) for row in rows}


async def due(connection: AsyncConnection, status: Status, now: datetime) -> list[Due]:
    """Those whose time has come, the longest due first; also those that stayed when it had."""
    ripe = (alerts.c.state == State.DRAFT.value, alerts.c.status == status.value, alerts.c.expires > now)
    ahead = hold_offs.c.begun_at > beyond(now)
    found = _drafts().where(or_(hold_offs.c.leaves_at <= now, ahead), *ripe)
    rows = await connection.execute(found.order_by(hold_offs.c.leaves_at, hold_offs.c.series))
    return [Due(row.series, row.revision, row.who, row.stays, _anew(row, now)) for row in rows]


def _anew(row: Row[Any], now: datetime) -> timedelta | None:
    wait: timedelta = row.leaves_at - row.begun_at
    return wait if row.begun_at > beyond(now) else None


def _drafts() -> Any:
    return select(hold_offs).join(alerts, ITS)
