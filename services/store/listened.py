"""How each source of posts is doing, from where it goes on, and how many reads it has been charged for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import insert
from services.store.tables_leads import lead_reads, listened


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """``state``: listening, waiting, refused, failing or spent."""

    source: str
    cursor: str
    at: datetime
    state: str
    trouble: str = ""
    since: datetime | None = None
    resumes: datetime | None = None


async def find(connection: AsyncConnection, source: str) -> Source | None:
    row = (await connection.execute(select(listened).where(listened.c.source == source))).mappings().first()
    return Source(**row) if row else None


async def every(connection: AsyncConnection, names: Sequence[str]) -> dict[str, Source]:
    """Those of the names that were ever heard of."""
    rows = await connection.execute(select(listened).where(listened.c.source.in_(names)))
    return {row["source"]: Source(**row) for row in rows.mappings()}


async def save(connection: AsyncConnection, one: Source) -> None:
    """As it is now; with what came of it in the same transaction."""
    row = asdict(one)
    statement = insert(connection, listened).values(row)
    await connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=row))


async def charge(connection: AsyncConnection, source: str, hour: datetime, reads: int) -> None:
    """Count reads, or with a negative number give back what was counted beforehand and not charged."""
    statement = insert(connection, lead_reads).values(source=source, hour=hour, reads=reads)
    more = {"reads": lead_reads.c.reads + reads}
    await connection.execute(statement.on_conflict_do_update(index_elements=["source", "hour"], set_=more))


async def charged(connection: AsyncConnection, source: str, since: datetime) -> int:
    """Reads counted in the hours that began at ``since`` or later."""
    total = select(func.sum(lead_reads.c.reads)).where(lead_reads.c.source == source, lead_reads.c.hour >= since)
    return int(await connection.scalar(total) or 0)
