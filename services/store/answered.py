"""What requests with an Idempotency-Key were answered, for a day of wall time: a repeat gets the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables import answered

KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answered:
    """``digest`` is of what was asked, ``answer`` the body that was given."""

    digest: str
    answer: Mapping[str, Any]


async def find(connection: AsyncConnection, key: str, now: datetime) -> Answered | None:
    """What was answered under this key. Inside ``store.write()`` nobody else can be at it meanwhile."""
    chosen = select(answered.c.digest, answered.c.answer).where(answered.c.key == key, answered.c.at > now - KEPT)
    row = (await connection.execute(chosen)).first()
    return None if row is None else Answered(row.digest, row.answer)


async def remember(connection: AsyncConnection, key: str, given: Answered, now: datetime) -> None:
    """Remember it together with what the request wrote."""
    await forget(connection, now)
    row = {"key": key, "digest": given.digest, "answer": dict(given.answer), "at": now}
    await connection.execute(insert(answered), [row])


async def forget(connection: AsyncConnection, now: datetime) -> None:
    """Delete what is older than a day."""
    await connection.execute(delete(answered).where(answered.c.at <= now - KEPT))
