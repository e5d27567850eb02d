"""Packs in quarantine: many messages of one gateway in one row, and their number in ``times``."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Message, Rejected
from services.store.tables import quarantine

KEPT, DROPPED = "over_allowance", "over_allowance_dropped"  # codes
_OCTETS, _MESSAGES = 16_384, 2_000  # a pack is closed at these: it is written again with each message, and read at once
_FEW = 20  # messages that say little to each other
_LEVEL = 3  # of compression


async def keep(connection: AsyncConnection, message: Message, why: Rejected, many: int, *, answered: bool) -> None:
    """Add the payload, a pack of ``many`` messages, to the open pack of its gateway, or begin another one."""
    mine = (quarantine.c.code == KEPT, quarantine.c.gateway == message.gateway)
    newest = select(quarantine.c.id, quarantine.c.payload, quarantine.c.times, quarantine.c.replayed_at).where(*mine)
    last = (await connection.execute(newest.order_by(quarantine.c.id.desc()).limit(1))).first()
    if last and last.replayed_at is None:
        whole, times = bytes(last.payload) + message.payload, last.times + many
        if len(whole) > _OCTETS and many < _FEW:
            whole = await asyncio.to_thread(_as_one_member, whole)
        if len(whole) <= _OCTETS and times <= _MESSAGES:
            more = update(quarantine).where(quarantine.c.id == last.id).values(payload=whole, times=times)
            await connection.execute(more)
            return
    digest = secrets.token_hex(32)  # no two packs are the same, even with the same bytes
    await connection.execute(insert(quarantine).values(_row(message, why, message.payload, digest, many, answered)))


async def drop(connection: AsyncConnection, message: Message, why: Rejected, many: int) -> None:
    """Count ``many`` messages that are not kept, in one row for each gateway."""
    digest = hashlib.sha256(f"{DROPPED}\0{message.gateway}".encode()).hexdigest()
    counted = update(quarantine).where(quarantine.c.digest == digest).values(times=quarantine.c.times + many)
    if not (await connection.execute(counted)).rowcount:
        await connection.execute(insert(quarantine).values(_row(message, why, b"", digest, many, answered=False)))


async def octets(connection: AsyncConnection) -> int:
    """What all packs together hold."""
    held = select(func.coalesce(func.sum(func.length(quarantine.c.payload)), 0)).where(quarantine.c.code == KEPT)
    return int(await connection.scalar(held) or 0)


async def clear(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Free the room of packs that were read again, or discarded by staff; other rows stay as they are."""
    chosen = (quarantine.c.id.in_(ids), quarantine.c.code == KEPT)
    await connection.execute(update(quarantine).where(*chosen).values(payload=b""))


async def discard(connection: AsyncConnection, gateway: str, now: datetime) -> int:
    """Throw away all packs of a gateway, and its count of what was dropped; how many messages were kept."""
    waiting = (quarantine.c.code == KEPT, quarantine.c.gateway == gateway, quarantine.c.replayed_at.is_(None))
    many = int(await connection.scalar(select(func.coalesce(func.sum(quarantine.c.times), 0)).where(*waiting)) or 0)
    await connection.execute(update(quarantine).where(*waiting).values(payload=b"", replayed_at=now))
    counted = (quarantine.c.code == DROPPED, quarantine.c.gateway == gateway)
    await connection.execute(delete(quarantine).where(*counted))
    return many


def _as_one_member(payload: bytes) -> bytes:
    """The same in less room: messages that came one by one know nothing of each other, and take five times as much."""
    tight = gzip.compress(gzip.decompress(payload), _LEVEL, mtime=0)
    return tight if len(tight) < _OCTETS * 3 // 4 else payload  # it will not be worth the work again


def _row(message: Message, why: Rejected, payload: bytes, digest: str, many: int, answered: bool) -> dict[str, object]:
    return {
        "topic": message.topic,
        "gateway": message.gateway,
        "payload": payload,
        "digest": digest,
        "received_at": message.received_at,
        "code": why.code,
        "message": why.message,
        "at": why.at,
        "times": many,
        "answered": answered,
    }
