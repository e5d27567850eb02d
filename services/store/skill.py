"""The sums of each day and of each month, written together as outlooks are judged.

A span is read as the months that lie in it and the days at its ends: a year is a dozen months, not 365 days.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Column, Table, delete, func, or_, select
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
    """Add to the sums of the days, and of their months."""
    days, bins = [], []
    for one in judged:
        for span in (one.day.isoformat(), _month(one.day)):
            key = {"day": span, "status": one.status.value, **asdict(one.part)}
            days.append({**key, **asdict(one.tally)})
            bins += [{**key, "tenth": tenth, **asdict(each)} for tenth, each in one.tenths.items()]
    await _add(connection, skill_days, days)
    await _add(connection, skill_bins, bins)


async def tallies(connection: AsyncConnection, status: Status, since: date, until: date) -> dict[Part, Tally]:
    """The sums of all days from ``since`` to ``until``, both included."""
    key = [skill_days.c[field.name] for field in fields(Part)]
    rows = await _summed(connection, skill_days, key, status, (since, until))
    return {_part(row): Tally(**{name: row[name] for name in _SUMS}) for row in rows}


async def bins(connection: AsyncConnection, status: Status, since: date, until: date) -> dict[int, Bin]:
    """The same of everything together, by the tenth in which the chance lay."""
    rows = await _summed(connection, skill_bins, [skill_bins.c.tenth], status, (since, until))
    return {row["tenth"]: Bin(**{name: row[name] for name in _BIN}) for row in rows}


async def forget(connection: AsyncConnection, before: date) -> int:
    """Delete the sums of earlier days, and of months that lie before as a whole; how many there were."""
    gone = 0
    for table in (skill_days, skill_bins):
        whole = func.length(table.c.day) == len(_month(before))
        for old in (~whole & (table.c.day < before.isoformat()), whole & (table.c.day < _month(before))):
            gone += (await connection.execute(delete(table).where(old))).rowcount
    return gone


def spans(since: date, until: date) -> tuple[list[str], list[tuple[str, str]]]:
    """The months that lie in the days from ``since`` to ``until`` as a whole, and the days of the others."""
    months, days = [], []
    first = since
    while first <= until:
        ends = first.replace(day=monthrange(first.year, first.month)[1])
        if first.day == 1 and ends <= until:
            months.append(_month(first))
        else:
            days.append((first.isoformat(), min(ends, until).isoformat()))
        first = ends + timedelta(days=1)
    return months, days


def _month(day: date) -> str:
    return day.strftime("%Y-%m")


async def _add(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = insert(connection, table)
    summed = {one.name: one + statement.excluded[one.name] for one in table.c if not one.primary_key}
    key = [column.name for column in table.primary_key]
    await connection.execute(statement.on_conflict_do_update(index_elements=key, set_=summed), rows)


async def _summed(
    connection: AsyncConnection, table: Table, key: Sequence[Column[Any]], status: Status, days: tuple[date, date]
) -> list[Mapping[Any, Any]]:
    """One row for each key."""
    months, ends = spans(*days)
    names = [column.name for column in table.c if not column.primary_key]
    statement = (
        select(*key, *(func.sum(table.c[name]).label(name) for name in names))
        .where(table.c.status == status, or_(table.c.day.in_(months), *(table.c.day.between(*pair) for pair in ends)))
        .group_by(*key)
    )
    return list((await connection.execute(statement)).mappings())


def _part(row: Mapping[Any, Any]) -> Part:
    return Part(method=row["method"], station=row["station"], lead=row["lead"], threshold=row["threshold"])
