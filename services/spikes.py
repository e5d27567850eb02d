"""Marks readings that jumped further than their quantity can, by what the store and the batch hold before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.checks import is_spike
from feeds.records import Flag, Reading, Record
from services.store.tables import records as table


async def with_spikes(connection: AsyncConnection, batch: Sequence[Record]) -> list[Record]:
    """The same records in the same order, spikes flagged. A drill's values are never compared with real ones."""
    readings: defaultdict[tuple[str, str], list[Reading]] = defaultdict(list)
    for record in batch:
        if isinstance(record, Reading) and record.value is not None:
            readings[record.subject, record.status.value].append(record)
    spikes: set[int] = set()
    for (subject, status), group in readings.items():
        group.sort(key=lambda reading: reading.measured_at)
        history = await _two_before(connection, subject, status, group[0].measured_at)
        for reading in group:
            if is_spike(history, reading):
                spikes.add(id(reading))
            if reading.value is not None:
                history.append((reading.measured_at, reading.value))
    return [
        replace(record, flags=record.flags | {Flag.SPIKE})
        if isinstance(record, Reading) and id(record) in spikes
        else record
        for record in batch
    ]


async def _two_before(
    connection: AsyncConnection, subject: str, status: str, before: datetime
) -> list[tuple[datetime, float]]:
    newest_first = (
        select(table.c.measured_at, table.c.value)
        .where(table.c.type == "reading", table.c.subject == subject, table.c.measured_at < before)
        .where(table.c.status == status, table.c.value.is_not(None))
        .order_by(table.c.measured_at.desc(), table.c.seq.desc())
        .limit(2)
    )
    return [(at, value) for at, value in reversed((await connection.execute(newest_first)).all())]
