"""The register of copies of the store: what was deleted since lives on in them until they are destroyed. Wall time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables_reporters import backups

OF_A_JOURNAL = "shirase minimal bring-in"  # who made what is kept of a night without the store: no copy of the store


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy that somebody made: where it lies, and by when it has to be destroyed."""

    id: int = 0
    made_at: datetime
    place: str
    by: str
    destroy_by: datetime
    destroyed_at: datetime | None = None
    destroyed_who: str = ""


async def add(connection: AsyncConnection, one: Backup) -> int:
    """Its number."""
    row = {name: getattr(one, name) for name in Backup.__dataclass_fields__ if name != "id"}
    return int((await connection.execute(insert(backups).values(row).returning(backups.c.id))).scalar_one())


async def destroyed(connection: AsyncConnection, number: int, who: str, at: datetime) -> bool:
    """That it was; False where there is no such copy, or it was said before."""
    this = (backups.c.id == number, backups.c.destroyed_at.is_(None))
    done = await connection.execute(update(backups).where(*this).values(destroyed_at=at, destroyed_who=who))
    return bool(done.rowcount)


async def standing(connection: AsyncConnection, made_since: datetime | None = None) -> list[Backup]:
    """Those that nobody has destroyed, whose date is first first; of those that were made since then."""
    chosen = select(backups).where(backups.c.destroyed_at.is_(None))
    if made_since is not None:
        chosen = chosen.where(backups.c.made_at >= made_since)
    rows = await connection.execute(chosen.order_by(backups.c.destroy_by, backups.c.id))
    return [Backup(**row) for row in rows.mappings()]
