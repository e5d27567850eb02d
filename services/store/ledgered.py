"""Declared and approved time, in and out of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.ledger.beside import Entry, Item
from geo.plow.spells import Doing
from services.store.tables_ledger import ledger_entries


async def add(connection: AsyncConnection, status: Status, entries: Sequence[Entry]) -> None:
    """Write them down; nothing is ever changed or taken away."""
    rows = [
        {
            "status": status,
            "kind": one.kind,
            "machine": one.item.machine,
            "day": one.item.day.isoformat(),
            "doing": str(one.item.doing),
            "band": one.item.band,
            "seconds": one.seconds,
            "author": one.author,
            "at": one.at,
            "reason": one.reason,
            "gps_seconds": one.gps_seconds,
        }
        for one in entries
    ]
    if rows:
        await connection.execute(ledger_entries.insert(), rows)


async def between(connection: AsyncConnection, status: Status, since: date, until: date) -> list[Entry]:
    """What was written down about days from the first to the last, oldest entry first."""
    statement = (
        select(ledger_entries)
        .where(
            ledger_entries.c.status == status,
            ledger_entries.c.day >= since.isoformat(),
            ledger_entries.c.day <= until.isoformat(),
        )
        .order_by(ledger_entries.c.at, ledger_entries.c.id)
    )
    return [
        Entry(
            item=Item(machine=row.machine, day=date.fromisoformat(row.day), doing=Doing(row.doing), band=row.band),
            kind=row.kind,
            seconds=row.seconds,
            author=row.author,
            at=row.at,
            reason=row.reason,
            gps_seconds=row.gps_seconds,
        )
        for row in await connection.execute(statement)
    ]
