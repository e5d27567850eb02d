"""Screens of the wall: each has a token of its own that opens nothing else. Times are the computer's, not the hub's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables_wall import displays

IDLE = timedelta(days=30)  # a screen that has not asked for so long is no screen any more
_MARK = timedelta(minutes=10)  # how finely it is known when a screen asked last
MOST = 20  # screens at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """One screen."""

    id: int
    name: str
    made_by: str
    made_at: datetime
    seen_at: datetime


async def add(connection: AsyncConnection, name: str, token: str, who: str, now: datetime) -> int:
    """A new one under its hashed token; rows of old ones go. Its number."""
    await connection.execute(delete(displays).where(displays.c.seen_at < now - 2 * IDLE))
    row = {"name": name, "token": token, "made_by": who, "made_at": now, "seen_at": now}
    return int((await connection.execute(insert(displays).values(row).returning(displays.c.id))).scalar_one())


async def everyone(connection: AsyncConnection, now: datetime) -> list[Display]:
    """Those that may show the wall, as they were made."""
    rows = await connection.execute(select(displays).where(*_good(now)).order_by(displays.c.id))
    return [_display(dict(row)) for row in rows.mappings()]


async def of_token(connection: AsyncConnection, token: str, now: datetime) -> Display | None:
    """The screen of a hashed token; None for one that is unknown, was revoked, or was away too long."""
    found = await connection.execute(select(displays).where(displays.c.token == token, *_good(now)))
    row = found.mappings().first()
    return None if row is None else _display(dict(row))


def is_due(one: Display, now: datetime) -> bool:
    """True where it is time to write down that the screen has asked."""
    return now - one.seen_at >= _MARK


async def seen(connection: AsyncConnection, number: int, now: datetime) -> None:
    await connection.execute(update(displays).where(displays.c.id == number).values(seen_at=now))


async def revoke(connection: AsyncConnection, number: int, now: datetime) -> str | None:
    """Close it at once; its name, None where there is none."""
    name: str | None = await connection.scalar(select(displays.c.name).where(displays.c.id == number, *_good(now)))
    await connection.execute(update(displays).where(displays.c.id == number).values(revoked_at=now))
    return name


def _good(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return displays.c.revoked_at.is_(None), displays.c.seen_at > now - IDLE


def _display(row: dict[str, object]) -> Display:
    return Display(**{name: row[name] for name in ("id", "name", "made_by", "made_at", "seen_at")})  # type: ignore[arg-type]
