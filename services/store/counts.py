"""Counts of reports and crimes in and out of the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.sighted.counts import Counts
from geo.sighted.season import SeenOn
from services.store.engine import insert as insert_or
from services.store.tables import crime_counts, season_squares


@dataclass(frozen=True, slots=True)
class Source:
    """Who counted, and under which licence that may be told on."""

    name: str
    licence: str


async def add_season(connection: AsyncConnection, seen: Iterable[SeenOn]) -> None:
    """Count these for good. Call inside ``store.write()``, in the transaction that deletes the reports."""
    for one, many in Counter(seen).items():
        row = {"day": one.day, "kind": one.kind, "square": one.square, "count": many}
        statement = insert_or(connection, season_squares).values(row)
        more = season_squares.c.count + statement.excluded["count"]
        again = statement.on_conflict_do_update(index_elements=["day", "kind", "square"], set_={"count": more})
        await connection.execute(again)


async def season(connection: AsyncConnection) -> Counter[SeenOn]:
    """What was counted for good."""
    rows = await connection.execute(select(season_squares))
    return Counter({SeenOn(day, kind, place): many for day, kind, place, many in rows})


async def replace_crimes(connection: AsyncConnection, source: Source, counts: Counts, now: datetime) -> None:
    """Put these months of a source in place of what it told of them before. Call inside ``store.write()``."""
    months = sorted({month for month, _, _ in counts})
    theirs = (crime_counts.c.source == source.name, crime_counts.c.month.in_(months))
    await connection.execute(delete(crime_counts).where(*theirs))
    rows = [
        {
            "source": source.name,
            "month": month,
            "act": act,
            "town": town,
            "count": many,
            "licence": source.licence,
            "imported_at": now,
        }
        for (month, act, town), many in sorted(counts.items())
    ]
    if rows:
        await connection.execute(insert(crime_counts), rows)


async def crimes(connection: AsyncConnection, until: str) -> dict[Source, dict[tuple[str, str, str], int]]:
    """Counts by source of months before ``until`` (2026-08)."""
    found: dict[Source, dict[tuple[str, str, str], int]] = {}
    of = [crime_counts.c[name] for name in ("source", "licence", "month", "act", "town", "count")]
    rows = await connection.execute(select(*of).where(crime_counts.c.month < until))
    for name, licence, month, act, town, many in rows:
        found.setdefault(Source(name, licence), {})[month, act, town] = many
    return found
