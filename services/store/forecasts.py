"""Forecasts of snow out of the records: the newest of each series now, or all that came over a time of the past."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.jma.snow_ahead import TYPES
from feeds.records import Telegram
from feeds.snow_ahead import SnowForecast
from feeds.status import Status
from services.store.codec import from_json
from services.store.tables import records

_AT_ONCE = 500
_KINDS: dict[str, type[Telegram] | type[SnowForecast]] = {"telegram": Telegram, "forecast": SnowForecast}


def _of(status: Status, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Telegrams of the types that may carry amounts, and what providers send, issued in the window."""
    of_types = or_(*(records.c.subject.startswith(one, autoescape=True) for one in TYPES))
    return (
        records.c.type.in_(sorted(_KINDS)),  # by the index; the rest of it is looked through
        records.c.status == status,
        or_(records.c.type == "forecast", of_types),
        records.c.measured_at.between(since, until),
    )


async def newest(connection: AsyncConnection, status: Status, since: datetime, until: datetime) -> list[int]:
    """Sequence numbers of the newest of each series issued in the window, in the order they came; of one time of issue
    all. From the index alone: bodies are long."""
    series = (records.c.type, records.c.subject)
    rank = func.rank().over(partition_by=series, order_by=records.c.measured_at.desc()).label("rank")
    ranked = select(records.c.seq, rank).where(*_of(status, since, until)).subquery()
    rows = await connection.scalars(select(ranked.c.seq).where(ranked.c.rank == 1).order_by(ranked.c.seq))
    return list(rows)


async def read(connection: AsyncConnection, wanted: Collection[int]) -> dict[int, Telegram | SnowForecast]:
    """The records of these numbers."""
    found: dict[int, Telegram | SnowForecast] = {}
    rest = sorted(wanted)
    while rest:
        some, rest = rest[:_AT_ONCE], rest[_AT_ONCE:]
        statement = select(records.c.seq, records.c.type, records.c.body).where(records.c.seq.in_(some))
        for seq, kind, body in await connection.execute(statement):
            found[seq] = from_json(_KINDS[kind], body)
    return found


async def came(
    connection: AsyncConnection, status: Status, since: datetime, until: datetime
) -> list[tuple[datetime, Telegram | SnowForecast]]:
    """When each reached the hub, and what it was: all that were issued in the window and came by its end, in the order
    they came."""
    chosen = (*_of(status, since, until), records.c.received_at <= until)
    columns = (records.c.received_at, records.c.type, records.c.body)
    rows = await connection.execute(select(*columns).where(*chosen).order_by(records.c.seq))
    return [(at, from_json(_KINDS[kind], body)) for at, kind, body in rows]
