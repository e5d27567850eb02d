"""Sensors that people do not believe. A row ends by itself, or earlier by a person; none is ever taken away."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, insert, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.distrust import Distrust
from feeds.status import Status
from services.store import past
from services.store.tables import records
from services.store.tables_distrust import distrusts

_ENDING = select(distrusts).where(distrusts.c.ends > bindparam("since", type_=distrusts.c.ends.type))  # of each batch


def _holding(known: FromClause) -> Select[Any]:
    holds = (known.c.begins <= bindparam("now"), known.c.ends > bindparam("now"))
    return select(known).where(*holds).order_by(known.c.ends, known.c.id)


_HOLDING = _holding(distrusts)


async def add(connection: AsyncConnection, one: Distrust) -> int:
    """Write it down; its number."""
    values = {**asdict(one), "status": one.status.value}
    del values["id"]
    return int((await connection.execute(insert(distrusts).values(values).returning(distrusts.c.id))).scalar_one())


async def holding(connection: AsyncConnection, now: datetime, then: datetime | None = None) -> list[Distrust]:
    """Those that hold at ``now``, the one that ends first leading. ``then``: as they were known at that instant."""
    statement = _HOLDING if then is None else _holding(past.as_of(distrusts, then))
    return [_distrust(dict(row)) for row in (await connection.execute(statement, {"now": now})).mappings()]


async def subjects(connection: AsyncConnection, status: Status, now: datetime) -> frozenset[str]:
    """``station/quantity`` of what is not believed now."""
    return frozenset(one.subject for one in await holding(connection, now) if one.status is status)


async def believed(
    connection: AsyncConnection, status: str, now: datetime, then: datetime | None = None
) -> list[ColumnElement[bool]]:
    """Conditions on records: of a sensor that is believed now. None where all are: mostly."""
    doubted = [one.subject for one in await holding(connection, now, then) if one.status.value == status]
    return [not_(records.c.subject.in_(sorted(doubted)))] if doubted else []


async def ending_after(connection: AsyncConnection, since: datetime) -> list[Distrust]:
    """Those that held at ``since`` or later, and so may cover what was measured from then on."""
    return [_distrust(dict(row)) for row in (await connection.execute(_ENDING, {"since": since})).mappings()]


async def of(
    connection: AsyncConnection, status: Status, station: str, quantity: str, now: datetime
) -> Distrust | None:
    """The one that holds for this series."""
    found = [one for one in await holding(connection, now) if (one.station, one.quantity) == (station, quantity)]
    return next((one for one in found if one.status is status), None)


async def find(connection: AsyncConnection, number: int, now: datetime) -> Distrust | None:
    """The one of this number, if it holds."""
    return next((one for one in await holding(connection, now) if one.id == number), None)


async def end(connection: AsyncConnection, number: int, now: datetime) -> None:
    """End it now."""
    await past.change(connection, update(distrusts).where(distrusts.c.id == number).values(ends=now), now)


def _distrust(row: dict[str, Any]) -> Distrust:
    return Distrust(**{**row, "status": Status(row["status"])})
