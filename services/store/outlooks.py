"""Outlooks of gauges as they were given, until what came of them is known and summed up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.verification.came import Came
from geo.verification.issued import Issued, Limit
from services.store.engine import insert
from services.store.tables import outlooks

_KEY = ("status", "station", "hour", "lead")


async def record(connection: AsyncConnection, given: Sequence[Issued]) -> None:
    """Write them down; of one gauge, lead and full hour only the first is kept."""
    if given:
        statement = insert(connection, outlooks).on_conflict_do_nothing(index_elements=_KEY)
        await connection.execute(statement, [_row(one) for one in given])


async def due(connection: AsyncConnection, before: datetime, most: int) -> list[Issued]:
    """Those whose end is over since ``before`` and that nobody has judged, the oldest first."""
    waiting = select(outlooks).where(~outlooks.c.judged, outlooks.c.due <= before)
    rows = await connection.execute(waiting.order_by(outlooks.c.due).limit(most))
    return [_issued(row) for row in rows.mappings()]


async def given_since(connection: AsyncConnection, since: datetime) -> list[Issued]:
    """All that were given after then, the oldest first."""
    rows = await connection.execute(select(outlooks).where(outlooks.c.made_at > since).order_by(outlooks.c.made_at))
    return [_issued(row) for row in rows.mappings()]


async def judge(connection: AsyncConnection, one: Issued, seen: Came | None) -> None:
    """Write down what came; None: nobody can say."""
    key = (
        outlooks.c.status == one.status.value,
        outlooks.c.station == one.station,
        outlooks.c.hour == one.hour,
        outlooks.c.lead == one.lead,
    )
    came = {"highest": seen.highest if seen else None, "final": seen.end if seen else None}
    await connection.execute(update(outlooks).where(*key).values(judged=True, **came))


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Delete what is older, judged or not; how many there were."""
    return (await connection.execute(delete(outlooks).where(outlooks.c.made_at < before))).rowcount


def _row(one: Issued) -> dict[str, Any]:
    row = {field.name: getattr(one, field.name) for field in fields(Issued)}
    limits = {name: asdict(limit) for name, limit in one.limits.items()}
    derived = {"status": one.status.value, "limits": limits, "due": one.until}
    return {**row, **derived, "judged": False}


def _issued(row: Mapping[Any, Any]) -> Issued:
    values = {field.name: row[field.name] for field in fields(Issued)}
    limits = {name: Limit(**limit) for name, limit in values["limits"].items()}
    return Issued(**{**values, "status": Status(values["status"]), "limits": limits})


async def newest(
    connection: AsyncConnection,
    status: Status,
    stations: Collection[str],
    since: datetime,
    then: datetime | None = None,
) -> dict[str, list[Issued]]:
    """By station: every lead of the newest outlook that was given since then, the nearest first.

    ``then``: the newest of those that had been given by that instant.
    """
    wanted = [outlooks.c.status == status.value, outlooks.c.station.in_(sorted(stations)), outlooks.c.made_at >= since]
    wanted += [outlooks.c.made_at <= then] if then else []
    rows = await connection.execute(select(outlooks).where(*wanted).order_by(outlooks.c.made_at, outlooks.c.lead))
    found: dict[str, list[Issued]] = {}
    for one in map(_issued, rows.mappings()):
        known = found.get(one.station)
        if known is None or known[0].made_at < one.made_at:
            found[one.station] = [one]
        else:
            known.append(one)
    return found
