"""Revisions that one person issued alone in an emergency, and who has looked at each afterwards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, tuple_, update
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


async def unsigned(connection: AsyncConnection, then: datetime | None = None) -> list[Broken]:
    """Those that nobody has signed off, oldest first; ``then``: had by that instant."""
    mine: ColumnElement[bool] = broken_glass.c.signed_by.is_(None)
    if then is not None:
        mine = and_(broken_glass.c.at <= then, or_(mine, broken_glass.c.signed_at > then))
    rows = await connection.execute(select(broken_glass).where(mine).order_by(broken_glass.c.at, broken_glass.c.series))
    return [_then(_broken(dict(row)), then) for row in rows.mappings()]


async def latest(connection: AsyncConnection, most: int) -> list[Broken]:
    """The newest, whether signed off or not."""
    rows = await connection.execute(select(broken_glass).order_by(broken_glass.c.at.desc()).limit(most))
    return [_broken(dict(row)) for row in rows.mappings()]


async def of(
    connection: AsyncConnection, names: Collection[tuple[str, int]], then: datetime | None = None
) -> dict[tuple[str, int], Broken]:
    """Those of these revisions, by series and revision; ``then``: as they stood at that instant."""
    mine: ColumnElement[bool] = tuple_(broken_glass.c.series, broken_glass.c.revision).in_(list(names))
    if then is not None:
        mine = and_(mine, broken_glass.c.at <= then)
    rows = (await connection.execute(select(broken_glass).where(mine))).mappings()
    return {(row["series"], row["revision"]): _then(_broken(dict(row)), then) for row in rows}


async def sign(
    connection: AsyncConnection, series: str, revision: int, *, person: str, note: str, now: datetime
) -> bool:
    """The person has looked at it; False where somebody had before."""
    mine = (broken_glass.c.series == series, broken_glass.c.revision == revision, broken_glass.c.signed_by.is_(None))
    values = {"signed_by": person, "signed_at": now, "note": note}
    return bool((await connection.execute(update(broken_glass).where(*mine).values(values))).rowcount)


def _then(one: Broken, then: datetime | None) -> Broken:
    """A signature is added once and never changed: before it there was none."""
    late = then is not None and one.signed_at is not None and one.signed_at > then
    return replace(one, signed_by=None, signed_at=None, note="") if late else one


def _broken(row: dict[str, Any]) -> Broken:
    return Broken(**{**row, "status": Status(row["status"]), "agreed": tuple(row["agreed"])})
