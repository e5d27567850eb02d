"""How far an alert has come: the channels that its end must follow it to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.delivery_state import PERHAPS_OUT
from services.store.tables import outbox


async def reached(connection: AsyncConnection, series: str) -> tuple[str, ...]:
    """Channels on which something of the series is out, or may be: an unknown outcome counts, and half a thread."""
    rows = await connection.execute(
        select(outbox.c.channel, outbox.c.state, outbox.c.after_unknown, outbox.c.done)
        .where(outbox.c.series == series)
        .order_by(outbox.c.created_at, outbox.c.id)
    )
    return tuple(
        dict.fromkeys(name for name, state, doubtful, done in rows if state in PERHAPS_OUT or doubtful or done)
    )
