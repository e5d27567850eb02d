"""Silences that officers have set. A silence ends by itself, or earlier by a person; no row is ever taken away."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.silence import Silence
from services.store import past
from services.store.tables import silences


def _holding(known: FromClause) -> Select[Any]:
    holds = (known.c.begins <= bindparam("now"), known.c.ends > bindparam("now"))
    return select(known).where(*holds).order_by(known.c.ends, known.c.id)


_HOLDING = _holding(silences)


async def add(connection: AsyncConnection, one: Silence) -> int:
    """Write it down; its number."""
    values = {**asdict(one), "status": one.status.value}
    del values["id"]
    return int((await connection.execute(insert(silences).values(values).returning(silences.c.id))).scalar_one())


async def holding(
    connection: AsyncConnection, now: datetime, status: Status | None = None, then: datetime | None = None
) -> list[Silence]:
    """Those that hold at ``now``, the one that ends first leading. ``then``: as they were known at that instant."""
    statement = _HOLDING if then is None else _holding(past.as_of(silences, then))
    rows = (await connection.execute(statement, {"now": now})).mappings()
    return [one for one in (_silence(dict(row)) for row in rows) if status in (None, one.status)]


async def between(connection: AsyncConnection, status: Status, since: datetime, until: datetime) -> list[Silence]:
    """Those that held at some time of the period, as they ended."""
    held = (silences.c.status == status.value, silences.c.begins <= until, silences.c.ends > since)
    rows = await connection.execute(select(silences).where(*held).order_by(silences.c.begins, silences.c.id))
    return [_silence(dict(row)) for row in rows.mappings()]


async def end(connection: AsyncConnection, one: int, now: datetime) -> Silence | None:
    """End one that holds, now; as it was before, or None where there is none."""
    holds = (silences.c.id == one, silences.c.begins <= now, silences.c.ends > now)
    row = (await connection.execute(select(silences).where(*holds))).mappings().first()
    if row is None:
        return None
    await past.change(connection, update(silences).where(silences.c.id == one).values(ends=now), now)
    return _silence(dict(row))


def _silence(row: dict[str, Any]) -> Silence:
    return Silence(**{**row, "status": Status(row["status"])})
