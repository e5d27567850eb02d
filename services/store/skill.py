"""The sums of each day, written as outlooks are judged and read as whole months or years at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.verification.account import Part
from geo.verification.tally import Bin, Tally
from services.store.engine import insert
from services.store.tables import skill_bins, skill_days

_SUMS = tuple(field.name for field in fields(Tally))
_BIN = tuple(field.name for field in fields(Bin))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one outlook adds to the sums of its day."""

    day: date
    status: Status
    part: Part
    tally: Tally
    tenths: Mapping[int, Bin]


async def add(connection: AsyncConnection, judged: Sequence[Judged]) -> None:
    """Add to the sums of the days."""
    days, bins = [], []
    for one in judged:
        key = {"day": one.day.isoformat(), "status": one.status.value, **asdict(one.part)}
        days.append({**key, **asdict(one.tally)})
        bins += [{**key, "tenth": tenth, **asdict(each)} for tenth, each in one.tenths.items()]
    await _add(connection, skill_days, days)
    await _add(connection, skill_bins, bins)


async def tallies(connection: AsyncConnection, status: Status, since: date, until: date) -> dict[Part, Tally]:
    """The sums of all days from ``since`` to ``until``, both included."""
    rows = await _summed(connection, skill_days, status, (since, until))
    return {_part(row): Tally(**{name: row[name] for name in _SUMS}) for row in rows}


async def bins(connection: AsyncConnection, status: Status, since: date, until: date) -> dict[Part, dict[int, Bin]]:
    """The same by the tenth in which the chance lay."""
    found: dict[Part, dict[int, Bin]] = {}
    for row in await _summed(connection, skill_bins, status, (since, until)):
        found.setdefault(_part(row), {})[row["tenth"]] = Bin(**{name: row[name] for name in _BIN})
    return found


async def forget(connection: AsyncConnection, before: date) -> int:
    """Delete the sums of earlier days; how many there were."""
    gone = [delete(table).where(table.c.day < before.isoformat()) for table in (skill_days, skill_bins)]
    return sum([(await connection.execute(one)).rowcount for one in gone])


async def _add(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = insert(connection, table)
    summed = {one.name: one + statement.excluded[one.name] for one in table.c if not one.primary_key}
    key = [column.name for column in table.primary_key]
    await connection.execute(statement.on_conflict_do_update(index_elements=key, set_=summed), rows)


async def _summed(
    connection: AsyncConnection, table: Table, status: Status, days: tuple[date, date]
) -> list[Mapping[Any, Any]]:
    """One row for each key without its day."""
    key = [column for column in table.primary_key if column.name not in {"day", "status"}]
    names = [column.name for column in table.c if not column.primary_key]
    statement = (
        select(*key, *(func.sum(table.c[name]).label(name) for name in names))
        .where(table.c.status == status, table.c.day.between(days[0].isoformat(), days[1].isoformat()))
        .group_by(*key)
    )
    return list((await connection.execute(statement)).mappings())


def _part(row: Mapping[Any, Any]) -> Part:
    return Part(method=row["method"], station=row["station"], lead=row["lead"], threshold=row["threshold"])
