"""The head of the chronology: it goes by whole months, and the chain goes on to say what went and from where it holds.

Before anything goes, an entry is appended that carries the number and the hash of the head's last row. It is a link of
the chain like any other, so :func:`services.store.chronology.verify` can tell a head that went by the rules from one
that somebody took away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from services.retention.way import Due, Picked
from services.store import cursors
from services.store.chronology import CUT, Cut, Entry, append
from services.store.tables import alerts, chronology

_CURSOR = "retention:chronology"
_BEFORE = timedelta(days=1)  # an alert's own entries may stand a little before it was sent


@dataclass(frozen=True, slots=True)
class Head:
    """Every entry before the month of the limit, as far as no alert is kept that is as old."""

    async def due(self, connection: AsyncConnection, before: datetime) -> Due:
        """How many entries, and the time of the first."""
        upto = await _upto(connection, before)
        found = select(func.count(), func.min(chronology.c.at)).where(chronology.c.seq <= upto)
        count, oldest = (await connection.execute(found)).one()
        return Due(count, oldest)

    async def pick(self, connection: AsyncConnection, before: datetime, most: int) -> Picked | None:
        """The first of them."""
        upto = await _upto(connection, before)
        found = select(chronology.c.seq).where(chronology.c.seq <= upto).order_by(chronology.c.seq).limit(most)
        keys = (await connection.scalars(found)).all()
        return Picked(keys, upto) if keys else None

    async def drop(self, connection: AsyncConnection, picked: Picked, before: datetime, now: datetime) -> int:  # noqa: ARG002
        """Say it in the chain, once for each head, and take away a slice of it."""
        if await cursors.position(connection, _CURSOR) < picked.upto:
            await append(connection, [await _said(connection, picked.upto, now)])
            await cursors.move(connection, _CURSOR, picked.upto)
        return (await connection.execute(delete(chronology).where(chronology.c.seq.in_(picked.keys)))).rowcount


async def _upto(connection: AsyncConnection, before: datetime) -> int:
    """The number of the last row of the head; 0 where there is none. The newest row of all always stays."""
    begins = await connection.scalar(select(chronology.c.at).order_by(chronology.c.seq).limit(1))
    if begins is None or begins >= before:
        return 0
    oldest = await connection.scalar(select(func.min(alerts.c.sent)))
    limit = min(before, oldest - _BEFORE) if oldest else before
    month = limit.astimezone(JAPAN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    kept = select(chronology.c.seq).where(chronology.c.at >= month).order_by(chronology.c.seq).limit(1)
    first = await connection.scalar(kept) or await connection.scalar(select(func.max(chronology.c.seq)))
    last = select(func.max(chronology.c.seq)).where(chronology.c.seq < (first or 0))
    return int(await connection.scalar(last) or 0)


async def _said(connection: AsyncConnection, upto: int, now: datetime) -> Entry:
    head = chronology.c.seq <= upto
    count, until = (await connection.execute(select(func.count(), func.max(chronology.c.at)).where(head))).one()
    last = await connection.scalar(select(chronology.c.hash).where(chronology.c.seq == upto))
    cut = Cut(upto=upto, hash=str(last), count=count, until=until, at=now)
    day = until.astimezone(JAPAN)
    text = f"保存期間を過ぎた経過記録 {count}件（{day.year}年{day.month}月{day.day}日まで）を消す"
    return Entry(at=now, status=Status.ACTUAL, kind=CUT, who="retention", text=text, refs=cut.refs)
