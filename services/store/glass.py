"""Revisions that one person issued alone in an emergency, and who has looked at each afterwards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.tables import broken_glass


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One revision issued alone. ``needed`` people should have agreed; ``agreed`` had."""

    series: str
    revision: int
    status: Status
    headline: str
    level: int
    person: str
    reason: str
    at: datetime  # hub time
    needed: int
    agreed: tuple[str, ...]
    signed_by: str | None = None  # None: still to be looked at
    signed_at: datetime | None = None
    note: str = ""


async def add(connection: AsyncConnection, one: Broken) -> None:
    """Write it down."""
    values = {name: getattr(one, name) for name in Broken.__slots__}
    values |= {"status": one.status.value, "agreed": list(one.agreed)}
    await connection.execute(insert(broken_glass).values(values))


async def unsigned(connection: AsyncConnection) -> list[Broken]:
    """Those that nobody has signed off, oldest first."""
    mine = select(broken_glass).where(broken_glass.c.signed_by.is_(None))
    rows = await connection.execute(mine.order_by(broken_glass.c.at, broken_glass.c.series))
    return [_broken(dict(row)) for row in rows.mappings()]


async def latest(connection: AsyncConnection, most: int) -> list[Broken]:
    """The newest, whether signed off or not."""
    rows = await connection.execute(select(broken_glass).order_by(broken_glass.c.at.desc()).limit(most))
    return [_broken(dict(row)) for row in rows.mappings()]


async def of(connection: AsyncConnection, names: Collection[tuple[str, int]]) -> dict[tuple[str, int], Broken]:
    """Those of these revisions, by series and revision."""
    mine = tuple_(broken_glass.c.series, broken_glass.c.revision).in_(list(names))
    rows = (await connection.execute(select(broken_glass).where(mine))).mappings()
    return {(row["series"], row["revision"]): _broken(dict(row)) for row in rows}


async def sign(
    connection: AsyncConnection, series: str, revision: int, *, person: str, note: str, now: datetime
) -> bool:
    """The person has looked at it; False where somebody had before."""
    mine = (broken_glass.c.series == series, broken_glass.c.revision == revision, broken_glass.c.signed_by.is_(None))
    values = {"signed_by": person, "signed_at": now, "note": note}
    return bool((await connection.execute(update(broken_glass).where(*mine).values(values))).rowcount)


def _broken(row: dict[str, Any]) -> Broken:
    return Broken(**{**row, "status": Status(row["status"]), "agreed": tuple(row["agreed"])})
