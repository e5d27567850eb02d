"""What left the house since a time: for a report of what was told, not for what is decided next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import OUT, Alert
from services.store.codec import from_json
from services.store.tables import alerts

_MOST = 3000  # revisions of one disaster: a bad week has some hundreds


async def since(connection: AsyncConnection, status: Status, at: datetime) -> list[list[Alert]]:
    """The revisions that were issued, series by series, each in order; the newest of them where there are many."""
    states = [one.value for one in sorted(OUT)]
    mine = (alerts.c.status == status.value, alerts.c.state.in_(states), alerts.c.sent >= at)
    rows = await connection.execute(select(alerts.c.body).where(*mine).order_by(alerts.c.sent.desc()).limit(_MOST))
    families: dict[str, list[Alert]] = {}
    for (body,) in reversed(rows.all()):
        alert = from_json(Alert, body)
        families.setdefault(alert.series, []).append(alert)
    return list(families.values())
