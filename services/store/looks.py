"""The log of looks at how senders can be reached: rows are added and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.tables_reporters import reporter_looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who saw what of whose, when (hub time), for what; ``members`` are names, never what they are."""

    id: int = 0
    at: datetime
    who: str
    about: str
    status: Status
    purpose: str
    note: str
    how: str
    members: tuple[str, ...]


async def add(connection: AsyncConnection, one: Look) -> None:
    """Call inside ``store.write()``, in the transaction that shows it."""
    row = {name: getattr(one, name) for name in Look.__dataclass_fields__ if name != "id"}
    row |= {"status": one.status.value, "members": list(one.members)}
    await connection.execute(insert(reporter_looks), [row])


async def newest(
    connection: AsyncConnection, at_most: int, about: str | None = None, before: int | None = None
) -> list[Look]:
    """The last ones, of one thing or of all, newest first."""
    chosen = select(reporter_looks)
    if about is not None:
        chosen = chosen.where(reporter_looks.c.about == about)
    if before is not None:
        chosen = chosen.where(reporter_looks.c.id < before)
    rows = await connection.execute(chosen.order_by(reporter_looks.c.id.desc()).limit(at_most))
    return [
        Look(**dict(row) | {"status": Status(row["status"]), "members": tuple(row["members"])})
        for row in rows.mappings()
    ]
