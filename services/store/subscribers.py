"""Subscribers, and the letters that a subscription makes us write. Nothing here can read an address. Times: wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.residents.wish import Wish
from services.store.codec import from_json, to_json
from services.store.set_back import come
from services.store.tables_subscribers import letters, subscribers, tellings

LONGEST_PAUSE = timedelta(hours=1)  # of a letter that could not go


class Membership(StrEnum):
    """Where a subscription stands."""

    ASKED = "asked"  # somebody gave this address; whose it is has not confirmed it
    CONFIRMED = "confirmed"
    SUSPENDED = "suspended"  # the other side says that there is no such address


class Purpose(StrEnum):
    """What a letter is about."""

    CONFIRM = "confirm"
    KNOWN = "known"  # somebody asked for what is there already


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One resident on one channel. ``asked``: wishes that wait for the link in a letter."""

    uid: str
    channel: str
    lookup: str
    sealed: bytes
    state: Membership
    wish: Wish
    changed_at: datetime
    asked: Wish | None = None
    reason: str = ""
    letters: tuple[datetime, ...] = ()
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One to be written. The Message-ID comes from ``id``, so a repeat is the same letter."""

    id: int
    purpose: Purpose
    attempts: int
    expires: datetime
    subscriber: Subscriber


async def find(connection: AsyncConnection, channel: str, lookup: str) -> Subscriber | None:
    """Who has this address there."""
    return await _one(connection, subscribers.c.channel == channel, subscribers.c.lookup == lookup)


async def named(connection: AsyncConnection, uid: str) -> Subscriber | None:
    """Whom a link names."""
    return await _one(connection, subscribers.c.uid == uid)


async def add(connection: AsyncConnection, one: Subscriber) -> int:
    """Write somebody down; the number."""
    statement = insert(subscribers).values(_values(one)).returning(subscribers.c.id)
    return int((await connection.execute(statement)).scalar_one())


async def save(connection: AsyncConnection, one: Subscriber) -> None:
    await connection.execute(update(subscribers).where(subscribers.c.id == one.id).values(_values(one)))


async def remove(connection: AsyncConnection, ids: Sequence[int], keep_telling_of: str = "") -> None:
    """Delete everything that is known of them; of one delivery a number may stay that belongs to nobody any more."""
    told = tellings.c.subscriber.in_(ids) & (tellings.c.delivery != keep_telling_of)
    await connection.execute(delete(tellings).where(told))
    await connection.execute(delete(letters).where(letters.c.subscriber.in_(ids)))
    await connection.execute(delete(subscribers).where(subscribers.c.id.in_(ids)))


async def suspend(connection: AsyncConnection, ids: Sequence[int], reason: str, wall: datetime) -> None:
    """Tell them nothing any more: the other side says that nobody is there."""
    values = {"state": Membership.SUSPENDED.value, "reason": reason, "changed_at": wall}
    await connection.execute(update(subscribers).where(subscribers.c.id.in_(ids)).values(values))


async def number(connection: AsyncConnection, channel: str) -> int:
    """How many there are of a channel, whatever their state."""
    there = select(func.count()).select_from(subscribers).where(subscribers.c.channel == channel)
    return int(await connection.scalar(there) or 0)


async def unconfirmed(connection: AsyncConnection) -> int:
    """How many wait for a person to follow a link."""
    waiting = subscribers.c.state == Membership.ASKED.value
    return int(await connection.scalar(select(func.count()).select_from(subscribers).where(waiting)) or 0)


async def counts(connection: AsyncConnection) -> dict[tuple[str, str], int]:
    """(channel, state) → how many."""
    columns = (subscribers.c.channel, subscribers.c.state)
    rows = await connection.execute(select(*columns, func.count()).group_by(*columns))
    return {(channel, state): number for channel, state, number in rows}


async def outdated(
    connection: AsyncConnection, asked_before: datetime, suspended_before: datetime, at_most: int = 500
) -> list[int]:
    """Numbers of those who never confirmed, or have been out of reach for long."""
    found = select(subscribers.c.id).where(
        or_(
            (subscribers.c.state == Membership.ASKED.value) & (subscribers.c.changed_at < asked_before),
            (subscribers.c.state == Membership.SUSPENDED.value) & (subscribers.c.changed_at < suspended_before),
        )
    )
    return list((await connection.scalars(found.limit(at_most))).all())


async def write_letter(
    connection: AsyncConnection, subscriber: int, purpose: Purpose, wall: datetime, expires: datetime
) -> None:
    """Put a letter into the queue; an older one to the same person gives way."""
    await connection.execute(delete(letters).where(letters.c.subscriber == subscriber))
    values = {"subscriber": subscriber, "purpose": purpose.value, "next_at": wall, "attempts": 0, "expires": expires}
    await connection.execute(insert(letters).values(values))


async def take_letters(
    connection: AsyncConnection, wall: datetime, retry_at: datetime, limit: int = 20
) -> list[Letter]:
    """Letters that are due; whoever takes one has until ``retry_at`` to say that it is out. Call inside ``hold()``."""
    await connection.execute(delete(letters).where(letters.c.expires <= wall))
    statement = (
        select(letters, *[column.label(f"s_{column.name}") for column in subscribers.c])
        .join(subscribers, subscribers.c.id == letters.c.subscriber)
        .where(come(letters.c.next_at, wall, LONGEST_PAUSE))
        .order_by(letters.c.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=letters)
    )
    rows = (await connection.execute(statement)).mappings().all()
    taken = update(letters).where(letters.c.id.in_([row["id"] for row in rows]))
    await connection.execute(taken.values(next_at=retry_at, attempts=letters.c.attempts + 1))
    return [_letter(row) for row in rows]


async def letter_again(connection: AsyncConnection, one: int, at: datetime) -> None:
    """It could not go; not before ``at``."""
    await connection.execute(update(letters).where(letters.c.id == one).values(next_at=at))


async def letter_done(connection: AsyncConnection, one: int) -> None:
    await connection.execute(delete(letters).where(letters.c.id == one))


def subscriber_of(row: RowMapping, prefix: str = "") -> Subscriber:
    """One of a row of the table, its columns perhaps under a prefix."""
    told = {column.name: row[f"{prefix}{column.name}"] for column in subscribers.c}
    asked = told["asked"]
    return Subscriber(
        **{
            **told,
            "state": Membership(told["state"]),
            "wish": from_json(Wish, told["wish"]),
            "asked": from_json(Wish, asked) if asked else None,
            "letters": tuple(datetime.fromisoformat(one) for one in told["letters"]),
        }
    )


def _letter(row: RowMapping) -> Letter:
    return Letter(
        id=row["id"],
        purpose=Purpose(row["purpose"]),
        attempts=row["attempts"] + 1,
        expires=row["expires"],
        subscriber=subscriber_of(row, "s_"),
    )


def _values(one: Subscriber) -> dict[str, Any]:
    values = asdict(one) | {
        "state": one.state.value,
        "wish": to_json(one.wish),
        "asked": to_json(one.asked) if one.asked else None,
        "letters": [at.isoformat() for at in one.letters],
    }
    del values["id"]
    return values


async def _one(connection: AsyncConnection, *where: Any) -> Subscriber | None:
    row = (await connection.execute(select(subscribers).where(*where))).mappings().first()
    return subscriber_of(row) if row else None
