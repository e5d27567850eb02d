"""Handovers between shifts, in and out of the store: a document is written once; who took it over is added once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.handover.document import Document
from services.store.codec import from_json, to_json, written
from services.store.tables_matters import handovers

_LISTED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A document and its two signatures."""

    document: Document
    made_at: datetime
    sha256: str  # of the document as JSON
    taken_at: datetime | None = None
    taken_by: str = ""


async def add(connection: AsyncConnection, document: Document, now: datetime) -> Handover:
    """Write it down under its number. Call inside ``store.write()``."""
    content = to_json(document)
    digest = hashlib.sha256(written(content).encode()).hexdigest()
    await connection.execute(
        insert(handovers).values(
            status=document.status.value,
            number=document.number,
            since=document.since,
            made_at=now,
            made_by=document.made_by,
            content=content,
            sha256=digest,
        )
    )
    return Handover(document=document, made_at=now, sha256=digest)


async def next_number(connection: AsyncConnection, status: Status) -> int:
    """The number of the next one. Call inside ``store.write()``, which lets one writer in at a time."""
    last = select(func.max(handovers.c.number)).where(handovers.c.status == status.value)
    return int(await connection.scalar(last) or 0) + 1


async def newest(connection: AsyncConnection, status: Status) -> Handover | None:
    """The last that was made."""
    return next(iter(await lately(connection, status, 1)), None)


async def lately(connection: AsyncConnection, status: Status, most: int = _LISTED) -> list[Handover]:
    """The newest first."""
    mine = select(handovers).where(handovers.c.status == status.value).order_by(handovers.c.number.desc()).limit(most)
    return [_handover(row) for row in (await connection.execute(mine)).mappings()]


async def find(connection: AsyncConnection, status: Status, number: int) -> Handover | None:
    """One by its number."""
    mine = (handovers.c.status == status.value, handovers.c.number == number)
    row = (await connection.execute(select(handovers).where(*mine))).mappings().first()
    return None if row is None else _handover(row)


async def take(connection: AsyncConnection, status: Status, number: int, who: str, now: datetime) -> bool:
    """Who takes over; False where somebody did already."""
    mine = (handovers.c.status == status.value, handovers.c.number == number, handovers.c.taken_at.is_(None))
    return bool((await connection.execute(update(handovers).where(*mine).values(taken_at=now, taken_by=who))).rowcount)


def _handover(row: RowMapping) -> Handover:
    return Handover(
        document=from_json(Document, row["content"]),
        made_at=row["made_at"],
        sha256=row["sha256"],
        taken_at=row["taken_at"],
        taken_by=row["taken_by"] or "",
    )
