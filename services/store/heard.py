"""Things residents told, found again by what only they have: the token in their link."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.tables_heard import heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One of them. Either ``case`` or ``request`` says where it lives."""

    way: str
    status: Status
    kind: str
    case: int | None
    request: int | None
    language: str
    at: datetime


async def add(connection: AsyncConnection, token: str, one: Heard) -> None:
    """Write it down in the transaction that keeps what was told."""
    told = {name: getattr(one, name) for name in Heard.__dataclass_fields__}
    await connection.execute(insert(heard).values(**told | {"status": one.status.value}, link=_hidden(token)))


async def find(connection: AsyncConnection, token: str) -> Heard | None:
    """What this link is of; None where there is nothing, or nothing any more."""
    columns = [heard.c[name] for name in Heard.__dataclass_fields__]
    row = (await connection.execute(select(*columns).where(heard.c.link == _hidden(token)))).mappings().first()
    return None if row is None else Heard(**dict(row) | {"status": Status(row["status"])})


def _hidden(token: str) -> str:
    """What the store knows of a token, so that a copy of the store opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
