"""The alerts in force that may call for help to people's homes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import Alert, State
from services.store.codec import from_json
from services.store.tables import alerts

Mark = tuple[tuple[str, int], ...]


async def mark(connection: AsyncConnection, least: int, now: datetime) -> Mark:
    """Series and revision of each, for whoever has read them already."""
    in_force = (alerts.c.state == State.ISSUED.value, alerts.c.expires > now, alerts.c.level >= least)
    rows = await connection.execute(
        select(alerts.c.series, alerts.c.revision).where(*in_force).order_by(alerts.c.series)
    )
    return tuple((series, revision) for series, revision in rows)


async def read(connection: AsyncConnection, these: Mark) -> list[Alert]:
    """The revisions of a mark."""
    found = []
    for series, revision in these:
        one = select(alerts.c.body).where(alerts.c.series == series, alerts.c.revision == revision)
        body = await connection.scalar(one)
        if body is not None:
            found.append(from_json(Alert, body))
    return found
