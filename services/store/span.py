"""From when until when there are readings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.tables import records


async def span(
    connection: AsyncConnection, subjects: Iterable[str], status: Status
) -> tuple[datetime, datetime] | None:
    """Times of the first and the last reading of these subjects (``station/quantity``); None where there is none."""
    ends = (func.min(records.c.measured_at), func.max(records.c.measured_at))
    found = []
    for subject in subjects:  # one by one: so the index answers without a walk through the years
        chosen = (records.c.type == "reading", records.c.status == status, records.c.subject == subject)
        first, last = (await connection.execute(select(*ends).where(*chosen))).one()
        if first is not None:
            found += [first, last]
    return (min(found), max(found)) if found else None
