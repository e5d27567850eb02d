"""Sensors that staff have adopted, beside those of the profile; and what their devices' words mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.names import Named
from services.store import past
from services.store.engine import insert
from services.store.tables import stations


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """One sensor as it was adopted. ``members`` are those of a ``[[station]]`` table; None: it was let go again.

    ``words`` says what a word of its device means: a quantity and a unit, or None where it is to be passed over.
    """

    code: str
    members: dict[str, Any] | None
    words: dict[str, Named | None]
    by: str
    changed_at: datetime


async def put(connection: AsyncConnection, one: Adopted) -> None:
    """Adopt, change or let go; the last word counts."""
    words = {word: None if named is None else [named.quantity, named.unit] for word, named in one.words.items()}
    row = {"members": one.members, "words": words, "by": one.by, "changed_at": one.changed_at}
    await past.keep(connection, stations, stations.c.code == one.code, one.changed_at)
    statement = insert(connection, stations).values(code=one.code, **row)
    await connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=row))


async def find(connection: AsyncConnection, code: str) -> Adopted | None:
    row = (await connection.execute(select(stations).where(stations.c.code == code))).mappings().first()
    return None if row is None else _adopted(dict(row))


async def everyone(connection: AsyncConnection, then: datetime | None = None) -> list[Adopted]:
    """All by code, those that were let go too. ``then``: as they were known at that instant."""
    known = past.as_of(stations, then)
    rows = await connection.execute(select(known).order_by(known.c.code))
    return [_adopted(dict(row)) for row in rows.mappings()]


def _adopted(row: dict[str, Any]) -> Adopted:
    words = {word: None if named is None else Named(*named) for word, named in row["words"].items()}
    return Adopted(**{**row, "words": words})
