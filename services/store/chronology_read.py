"""The chronology in the order of what happened: a slice at a time, so that no question reads a year at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.chronology.line import Line
from services.store.tables import chronology

MOST = 1000  # rows of a slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """[since, until); None: as far as it goes."""

    since: datetime | None = None
    until: datetime | None = None
    newest_first: bool = True


async def slice_of(
    connection: AsyncConnection, span: Span, after: tuple[datetime, int] | None = None, most: int = MOST
) -> list[Line]:
    """At most so many lines of the span, those behind ``after`` (when it happened, its number)."""
    at, seq = chronology.c.at, chronology.c.seq
    found = select(chronology).limit(most)
    if span.since is not None:
        found = found.where(at >= span.since)
    if span.until is not None:
        found = found.where(at < span.until)
    if span.newest_first:
        found = found.order_by(at.desc(), seq.desc())
        if after is not None:  # the first half lets the index be used, the second is exact
            found = found.where(at <= after[0]).where((at < after[0]) | (seq < after[1]))
    else:
        found = found.order_by(at, seq)
        if after is not None:
            found = found.where(at >= after[0]).where((at > after[0]) | (seq > after[1]))
    return [_line(row) for row in (await connection.execute(found)).mappings()]


async def by_number(connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, Line]:
    """Lines by their place in the chain; those that are gone are left out."""
    found = await connection.execute(select(chronology).where(chronology.c.seq.in_(numbers)))
    return {row["seq"]: _line(row) for row in found.mappings()}


async def last(connection: AsyncConnection) -> tuple[int, str]:
    """Number and hash of the newest link of the chain; (0, "") where nothing is written."""
    newest = select(chronology.c.seq, chronology.c.hash).order_by(chronology.c.seq.desc()).limit(1)
    row = (await connection.execute(newest)).first()
    return (0, "") if row is None else (int(row.seq), str(row.hash))


async def since_number(connection: AsyncConnection, seq: int, most: int = 100) -> list[Line]:
    """At most so many lines written after the one of this number, oldest first."""
    newer = select(chronology).where(chronology.c.seq > seq).order_by(chronology.c.seq).limit(most)
    return [_line(row) for row in (await connection.execute(newer)).mappings()]


def _line(row: RowMapping) -> Line:
    return Line(
        seq=row["seq"],
        at=row["at"],
        status=Status(row["status"]),
        kind=row["kind"],
        who=row["who"],
        text=row["text"],
        refs=row["refs"],
        hash=row["hash"],
    )
