"""What could not be decoded: bytes, reason and place, kept until staff have dealt with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Message, Rejected
from services.store.engine import insert
from services.store.tables import quarantine


async def keep(connection: AsyncConnection, message: Message, rejected: Rejected) -> bool:
    """Keep the bytes with the reason. False: the same fault in the same bytes stands already, and is counted."""
    payload = rejected.member.encode() if rejected.member else message.payload
    digest = _digest(message.topic, payload, rejected)
    again = update(quarantine).where(quarantine.c.digest == digest).values(times=quarantine.c.times + 1)
    if (await connection.execute(again)).rowcount:
        return False
    row = {
        "topic": message.topic,
        "gateway": message.gateway,
        "payload": payload,
        "digest": digest,
        "received_at": message.received_at,
        "code": rejected.code,
        "message": rejected.message,
        "at": rejected.at[:256],
        "times": 1,
        "answered": False,
    }
    await connection.execute(insert(connection, quarantine).on_conflict_do_nothing(index_elements=["digest"]), [row])
    return True


async def unanswered(connection: AsyncConnection, limit: int = 100) -> list[dict[str, Any]]:
    """Rejections that no gateway has been told of, oldest first."""
    waiting = select(quarantine).where(~quarantine.c.answered).order_by(quarantine.c.id).limit(limit)
    return [dict(row) for row in (await connection.execute(waiting)).mappings()]


async def mark_answered(connection: AsyncConnection, ids: Sequence[int]) -> None:
    await connection.execute(update(quarantine).where(quarantine.c.id.in_(ids)).values(answered=True))


async def newest(connection: AsyncConnection, limit: int, before: int | None = None) -> list[dict[str, Any]]:
    """What stands in quarantine, newest first."""
    statement = select(quarantine).where(quarantine.c.replayed_at.is_(None)).order_by(quarantine.c.id.desc())
    if before is not None:
        statement = statement.where(quarantine.c.id < before)
    return [dict(row) for row in (await connection.execute(statement.limit(limit))).mappings()]


async def waiting(connection: AsyncConnection, one: int) -> dict[str, Any] | None:
    """One refusal that has not been replayed, or None."""
    chosen = select(quarantine).where(quarantine.c.id == one, quarantine.c.replayed_at.is_(None))
    row = (await connection.execute(chosen)).mappings().first()
    return None if row is None else dict(row)


async def mark_replayed(connection: AsyncConnection, one: int, now: datetime) -> None:
    await connection.execute(update(quarantine).where(quarantine.c.id == one).values(replayed_at=now))


def _digest(topic: str, payload: bytes, rejected: Rejected) -> str:
    whole = b"\0".join([topic.encode(), rejected.code.encode(), rejected.at.encode(), payload])
    return hashlib.sha256(whole).hexdigest()
