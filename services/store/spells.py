"""What vehicles did with their time, kept as it is worked out of their fixes; the ledger is made of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.blocks import BLOCK_S
from geo.plow.spells import Doing, Spell
from services.store.plowed import Vehicle, fleet
from services.store.tables_plow import spells

_AT_ONCE = 500  # values of one statement
_SPELL = tuple(one.name for one in fields(Spell))
_AN_HOUR = timedelta(hours=1)
_LONGEST = timedelta(seconds=BLOCK_S)  # spells are cut at quarters of an hour


async def known(
    connection: AsyncConnection, vehicles: Sequence[Vehicle], since: datetime, until: datetime
) -> dict[Vehicle, dict[int, Spell]]:
    """The vehicles' spells that began in [since, until), by their numbers."""
    status, gateway, named = fleet(vehicles)
    statement = select(spells).where(
        spells.c.status == status,
        spells.c.gateway == gateway,
        spells.c.vehicle.in_(list(named)),
        spells.c.began >= since,
        spells.c.began < until,
    )
    found: dict[Vehicle, dict[int, Spell]] = {one: {} for one in vehicles}
    for row in await connection.execute(statement):
        found[named[row.vehicle]][row.id] = _spell(row)
    return found


async def replace(connection: AsyncConnection, gone: Collection[int], new: Collection[tuple[Vehicle, Spell]]) -> None:
    """Take away the spells of these numbers, and add those."""
    numbers = sorted(gone)
    for begin in range(0, len(numbers), _AT_ONCE):
        await connection.execute(delete(spells).where(spells.c.id.in_(numbers[begin : begin + _AT_ONCE])))
    rows = [
        {name: getattr(one, name) for name in _SPELL}
        | {"status": vehicle.status, "gateway": vehicle.gateway, "vehicle": vehicle.name, "doing": str(one.doing)}
        | {"began": datetime.fromtimestamp(one.began, UTC), "ended": datetime.fromtimestamp(one.ended, UTC)}
        for vehicle, one in sorted(new, key=lambda told: (told[0], told[1].began))
    ]
    if rows:
        await connection.execute(spells.insert(), rows)


async def between(
    connection: AsyncConnection, status: Status, since: datetime, until: datetime
) -> dict[Vehicle, list[Spell]]:
    """All vehicles' spells that touch [since, until), whole, by time; vehicles in order.

    Read an hour at a time: a storm's day is a hundred thousand rows, and others wait for their turn meanwhile.
    """
    found: dict[Vehicle, list[Spell]] = {}
    start = since - _LONGEST
    while start < until:
        stop = min(start + _AN_HOUR, until)
        statement = (
            select(spells)
            .where(spells.c.status == status, spells.c.began >= start, spells.c.began < stop, spells.c.ended > since)
            .order_by(spells.c.began)
        )
        for row in await connection.execute(statement):
            found.setdefault(Vehicle(status, row.gateway, row.vehicle), []).append(_spell(row))
        start = stop
    return dict(sorted(found.items()))


async def stays(
    connection: AsyncConnection, status: Status, places: Collection[str], since: datetime, until: datetime
) -> dict[Vehicle, list[Spell]]:
    """All vehicles' time inside these fences that began in [since, until), by time."""
    statement = (
        select(spells)
        .where(spells.c.status == status, spells.c.place.in_(sorted(places)))
        .where(spells.c.began >= since, spells.c.began < until)
        .order_by(spells.c.began)
    )
    found: dict[Vehicle, list[Spell]] = {}
    for row in await connection.execute(statement):
        found.setdefault(Vehicle(status, row.gateway, row.vehicle), []).append(_spell(row))
    return found


async def ended_between(connection: AsyncConnection, status: Status, since: datetime, until: datetime) -> list[Vehicle]:
    """Vehicles with spells since then of which the last ended by ``until``, in order."""
    columns = (spells.c.gateway, spells.c.vehicle)
    statement = (
        select(*columns)
        .where(spells.c.status == status, spells.c.began >= since)
        .group_by(*columns)
        .having(func.max(spells.c.ended) <= until)
        .order_by(*columns)
    )
    return [Vehicle(status, gateway, name) for gateway, name in await connection.execute(statement)]


def _spell(row: Any) -> Spell:
    return Spell(
        began=int(row.began.timestamp()),
        ended=int(row.ended.timestamp()),
        doing=Doing(row.doing),
        activity=row.activity,
        administrator=row.administrator,
        section=row.section,
        metres=row.metres,
        deicer_kg=row.deicer_kg,
        place=row.place,
    )
