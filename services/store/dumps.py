"""What people told of snow dumps, in the store."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, insert, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.dumps.life import Act, Event, Told
from services.store.tables_dumps import dump_events


async def told(
    connection: AsyncConnection, status: Status, since: datetime, then: datetime | None = None
) -> dict[str, Told]:
    """What was said of every dump since then, and the last word of each kind however old it is.

    ``then``: what had been said at that instant.
    """
    mine = and_(dump_events.c.status == status.value, dump_events.c.at <= then if then else true())
    last = select(dump_events.c.dump, func.max(dump_events.c.seq)).where(mine)
    newest = tuple_(dump_events.c.dump, dump_events.c.seq).in_(last.group_by(dump_events.c.dump, dump_events.c.act))
    statement = select(dump_events).where(mine, or_(dump_events.c.at >= since, newest))
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in await connection.execute(statement.order_by(dump_events.c.dump, dump_events.c.seq)):
        found[row.dump].append(row)
    return {dump: Told(events=[_event(row) for row in rows], seen=rows[-1].seq) for dump, rows in found.items()}


async def mark(connection: AsyncConnection, status: Status) -> dict[str, int]:
    """The number of the last act on each dump: another one whenever anything was said."""
    newest = select(dump_events.c.dump, func.max(dump_events.c.seq).label("last")).where(
        dump_events.c.status == status.value
    )
    return {row.dump: row.last for row in await connection.execute(newest.group_by(dump_events.c.dump))}


async def recorded(connection: AsyncConnection, status: Status, dump: str, most: int) -> list[Event]:
    """The newest acts on one dump, the newest first."""
    mine = (dump_events.c.status == status.value, dump_events.c.dump == dump)
    statement = select(dump_events).where(*mine).order_by(dump_events.c.seq.desc()).limit(most)
    return [_event(row) for row in await connection.execute(statement)]


async def add(connection: AsyncConnection, status: Status, dump: str, event: Event, seen: int) -> bool:
    """Write an act of somebody who knew the acts up to number ``seen``; False: somebody was quicker.

    Call inside ``store.write()``.
    """
    mine = (dump_events.c.status == status.value, dump_events.c.dump == dump)
    newest = await connection.scalar(select(func.coalesce(func.max(dump_events.c.seq), 0)).where(*mine))
    if newest != seen:
        return False
    row = asdict(event) | {"act": event.act.value, "status": status.value, "dump": dump, "seq": seen + 1}
    await connection.execute(insert(dump_events).values(row))
    return True


def _event(row: Any) -> Event:
    return Event(
        act=Act(row.act),
        at=row.at,
        who=row.who,
        text=row.text,
        volume_m3=row.volume_m3,
        visits=row.visits,
        until=row.until,
    )
