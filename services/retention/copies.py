"""The outbox's own copies of what was sent. The alert keeps the same bytes: after a while one copy is enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import JSON

from services.channels.cap_feed import NAME
from services.retention.way import Due, Picked
from services.store import cursors
from services.store.delivery_state import DeliveryState
from services.store.tables import outbox

_CURSOR = "retention:copies"
_START = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Copies:
    """Of deliveries that are over, but for the documents of the CAP feed, which are read from here for ever.

    A refusal is no copy, and what an outlet may still have to show is read from here: both stay. Walked through by the
    time at which deliveries ended. A row is emptied, not deleted: what became of it stays.
    """

    async def due(self, connection: AsyncConnection, before: datetime) -> Due:
        """How many deliveries, and when the first of them ended."""
        rows = _over(await _reached(connection), before)
        found = select(func.count(), func.min(outbox.c.finished_at)).where(rows)
        count, oldest = (await connection.execute(found)).one()
        return Due(count, oldest)

    async def pick(self, connection: AsyncConnection, before: datetime, most: int) -> Picked | None:
        """The next of them, and all that ended in the same instant as the last of these."""
        after = await _reached(connection)
        some = select(outbox.c.finished_at).where(_over(after, before)).order_by(outbox.c.finished_at).limit(most)
        last = await connection.scalar(select(func.max(some.subquery().c.finished_at)))
        if last is None:
            return None
        last = last if isinstance(last, datetime) else datetime.fromisoformat(last)
        keys = await connection.scalars(select(outbox.c.id).where(_over(after, before), outbox.c.finished_at <= last))
        return Picked(keys.all(), (last - _START) // _TICK)

    async def drop(self, connection: AsyncConnection, picked: Picked, before: datetime, now: datetime) -> int:  # noqa: ARG002
        """Empty them, and walk on. What is over stays over."""
        await cursors.move(connection, _CURSOR, picked.upto)
        these = update(outbox).where(outbox.c.id.in_(picked.keys))
        return (await connection.execute(these.values(payload=type_coerce(JSON.NULL, JSON)))).rowcount


async def _reached(connection: AsyncConnection) -> datetime:
    return _START + await cursors.position(connection, _CURSOR) * _TICK


def _over(after: datetime, before: datetime) -> ColumnElement[bool]:
    ended = and_(outbox.c.finished_at > after, outbox.c.finished_at < before)
    refused = outbox.c.state == DeliveryState.REFUSED.value
    return and_(ended, outbox.c.expires < before, outbox.c.channel != NAME, ~refused)
