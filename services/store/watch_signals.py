"""Signals of watch-over devices in the store: sealed, with a natural key, so that repeats change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import insert
from services.store.tables_watch import signals


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSignal:
    """One signal as it lies in the store."""

    seq: int
    key: str
    ward: str
    at: datetime
    received_at: datetime
    sealed: bytes


async def add(
    connection: AsyncConnection, key: str, ward: str, at: datetime, received_at: datetime, sealed: bytes
) -> bool:
    """Keep it; False for a repeat. Call inside ``store.write()``: the numbers follow the order of the commits."""
    row = {"key": key, "ward": ward, "at": at, "received_at": received_at, "sealed": sealed}
    new = insert(connection, signals).values(row).on_conflict_do_nothing(index_elements=["key"])
    return (await connection.execute(new)).rowcount == 1


async def after(connection: AsyncConnection, seq: int, most: int) -> list[KeptSignal]:
    """What came behind this number, in order."""
    rows = await connection.execute(select(signals).where(signals.c.seq > seq).order_by(signals.c.seq).limit(most))
    return [KeptSignal(**row) for row in rows.mappings()]


async def of_ward(connection: AsyncConnection, uid: str, since: datetime, most: int = 500) -> list[KeptSignal]:
    """Those of a ward from ``since`` on, the newest first."""
    mine = select(signals).where(signals.c.ward == uid, signals.c.at >= since)
    rows = await connection.execute(mine.order_by(signals.c.at.desc()).limit(most))
    return [KeptSignal(**row) for row in rows.mappings()]
