"""What could not be decoded: bytes, reason and place, kept until staff have dealt with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Message, Rejected
from services.store import quarantine_seal, reporters
from services.store.engine import insert
from services.store.tables import quarantine


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which refusals are meant; what is None does not matter. ``topic`` is how the topic begins."""

    code: str | None = None
    gateway: str | None = None
    topic: str | None = None

    @property
    def clauses(self) -> list[ColumnElement[bool]]:
        """The same for a WHERE."""
        found = []
        if self.code is not None:
            found.append(quarantine.c.code == self.code)
        if self.gateway is not None:
            found.append(quarantine.c.gateway == self.gateway)
        if self.topic is not None:  # not LIKE: SQLite would not mind upper and lower case
            found.append(func.substr(quarantine.c.topic, 1, len(self.topic)) == self.topic)
        return found


ALL = Wanted()


async def keep(connection: AsyncConnection, message: Message, rejected: Rejected) -> bool:
    """Keep the bytes with the reason. False: the same fault in the same bytes stands already, and is counted."""
    payload = rejected.member.encode() if rejected.member else message.payload
    digest = _digest(message.topic, payload, rejected)
    sealed = quarantine_seal.kept(reporters.keyring_of(connection), message.topic, payload, digest)
    payload, digest = sealed.payload, sealed.digest
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
    return _opened(connection, (await connection.execute(waiting)).mappings())


async def mark_answered(connection: AsyncConnection, ids: Sequence[int]) -> None:
    await connection.execute(update(quarantine).where(quarantine.c.id.in_(ids)).values(answered=True))


async def newest(
    connection: AsyncConnection,
    limit: int,
    before: int | None = None,
    wanted: Wanted = ALL,
    then: datetime | None = None,
) -> list[dict[str, Any]]:
    """What stands in quarantine, newest first. ``then``: what stood there at that instant."""
    waits: ColumnElement[bool] = quarantine.c.replayed_at.is_(None)
    if then is not None:
        waits = and_(quarantine.c.received_at <= then, or_(waits, quarantine.c.replayed_at > then))
    statement = select(quarantine).where(waits, *wanted.clauses)
    if before is not None:
        statement = statement.where(quarantine.c.id < before)
    statement = statement.order_by(quarantine.c.id.desc()).limit(limit)
    return _opened(connection, (await connection.execute(statement)).mappings())


async def oldest(connection: AsyncConnection, limit: int, after: int, wanted: Wanted) -> list[dict[str, Any]]:
    """What stands in quarantine behind the number ``after``, in the order it came."""
    statement = select(quarantine).where(quarantine.c.replayed_at.is_(None), quarantine.c.id > after, *wanted.clauses)
    rows = await connection.execute(statement.order_by(quarantine.c.id).limit(limit))
    return _opened(connection, rows.mappings())


async def waiting(connection: AsyncConnection, one: int) -> dict[str, Any] | None:
    """One refusal that has not been replayed, or None."""
    chosen = select(quarantine).where(quarantine.c.id == one, quarantine.c.replayed_at.is_(None))
    row = (await connection.execute(chosen)).mappings().first()
    return None if row is None else _opened(connection, [row])[0]


async def mark_replayed(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    await connection.execute(update(quarantine).where(quarantine.c.id.in_(ids)).values(replayed_at=now))


def _opened(connection: AsyncConnection, rows: Iterable[RowMapping]) -> list[dict[str, Any]]:
    """With ``sealed``: whether the payload is a report's, whose sender nobody is shown."""
    ring = reporters.keyring_of(connection)
    return [quarantine_seal.opened(ring, dict(row)) for row in rows]


def _digest(topic: str, payload: bytes, rejected: Rejected) -> str:
    whole = b"\0".join([topic.encode(), rejected.code.encode(), rejected.at.encode(), payload])
    return hashlib.sha256(whole).hexdigest()
