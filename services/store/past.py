"""What the hub knew at an instant of the last days: a row that moves leaves behind how it stood until then.

:func:`change` is how statements write to a table that has a past; :func:`as_of` is the same table as it stood, with the
same columns, so that the one reading answers for now and for then. What is only ever added to (records, the chronology,
approvals) needs none: there the time of arrival decides. ``tests/house`` holds that nothing goes round :func:`change`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    Delete,
    FromClause,
    Insert,
    Subquery,
    Table,
    Update,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store import cursors, tables_past
from services.store.columns import Instant
from services.store.tables import alerts, hazards, hold_offs, outbox, silences, stations, suppressions
from services.store.tables_budget import outages
from services.store.tables_distrust import distrusts
from services.store.tables_orders import orders
from services.store.tables_reports import report_cases

KEPT = timedelta(hours=48)  # how far back is answered; the rows stay a day longer ([retention] past_days)
_BEGAN = "past"  # the cursor that tells since when every change left its past behind
_ITS, _NOW = "its_key", "until_now"  # parameters; no column has such a name
_OWN = frozenset({"id", "was_from", "was_until"})


@dataclass(frozen=True, slots=True)
class _Kept:
    """A table and its past. ``key``: column of the past → column of the table; ``born``: since when a row was known."""

    past: Table
    key: Mapping[str, str]
    born: Column[datetime]
    whole: bool = False  # the past has every column, for rows that are taken away

    @property
    def table(self) -> FromClause:
        return self.born.table

    @property
    def moving(self) -> list[str]:
        return [one.name for one in self.past.c if one.name not in _OWN and one.name not in self.key]

    @property
    def same(self) -> ColumnElement[bool]:
        return and_(*(self.past.c[name] == self.table.c[its] for name, its in self.key.items()))


_ITS_SERIES = {"series": "series", "revision": "revision"}
_ALL = {
    one.table.name: one  # type: ignore[attr-defined]
    for one in (
        _Kept(tables_past.alerts_past, _ITS_SERIES, alerts.c.sent),
        _Kept(tables_past.outbox_past, {"delivery": "id"}, outbox.c.created_at),
        _Kept(tables_past.hazards_past, {"seq": "seq"}, hazards.c.at),
        _Kept(tables_past.suppressions_past, {"suppression": "id"}, suppressions.c.first_at),
        _Kept(tables_past.silences_past, {"silence": "id"}, silences.c.begins),
        _Kept(tables_past.distrusts_past, {"distrust": "id"}, distrusts.c.begins),
        _Kept(tables_past.outages_past, {"outage": "id"}, outages.c.known_at),
        _Kept(tables_past.orders_past, {"order": "id"}, orders.c.opened_at),
        _Kept(tables_past.stations_past, {"code": "code"}, stations.c.changed_at, whole=True),
        _Kept(tables_past.hold_offs_past, _ITS_SERIES, hold_offs.c.begun_at, whole=True),
        _Kept(tables_past.report_cases_past, {"case": "id"}, report_cases.c.arrived_at),
    )
}
TABLES = tuple(sorted(_ALL))


async def change(connection: AsyncConnection, statement: Update | Delete, now: datetime) -> CursorResult[Any]:
    """Execute the statement; how its rows stood until ``now`` stays. For ``TABLES`` and no others."""
    table = statement.table
    assert isinstance(table, Table)
    await keep(connection, table, statement.whereclause, now)
    return await connection.execute(statement)


async def keep(
    connection: AsyncConnection,
    table: Table,
    which: ColumnElement[bool] | None,
    now: datetime,
    thin: timedelta = timedelta(0),
) -> None:
    """Write down how those rows stood until ``now``, before they are changed.

    ``thin``: of what moves more often only so much; over what is left out the row stays as it stood before, so that a
    picture of then may be that much behind, and is never ahead.
    """
    kept = _ALL[table.name]
    past = kept.past
    chosen = [which] if which is not None else []
    if thin:
        lately = (past.c.was_until > now - thin, past.c.was_from > now - thin, past.c.was_until <= now)
        mine = exists(select(literal(1)).select_from(table).where(kept.same, *chosen))
        await connection.execute(update(past).where(*lately, mine).values(was_until=now))
    await connection.execute(_stood(table.name, literal(now, Instant()), *chosen))


async def change_one(
    connection: AsyncConnection, table: Table, key: object, values: Mapping[str, Any], now: datetime
) -> None:
    """As :func:`change`, of the row whose ``id`` is ``key``: by statements that are made once."""
    stays, changes = _of_one(table.name)
    await connection.execute(stays, {_ITS: key, _NOW: now})
    await connection.execute(changes, {_ITS: key, **values})


@cache
def _of_one(table: str) -> tuple[Insert, Update]:
    kept = _ALL[table]
    mine = kept.table.c.id == bindparam(_ITS)
    whole = kept.table
    assert isinstance(whole, Table)
    return _stood(table, bindparam(_NOW, type_=Instant()), mine), update(whole).where(mine)


def _stood(name: str, until: ColumnElement[datetime], *which: ColumnElement[bool]) -> Insert:
    """Writes down how those rows stood until then."""
    kept = _ALL[name]
    table, past = kept.table, kept.past
    before = select(func.max(past.c.was_until)).where(kept.same).correlate(table).scalar_subquery()
    since = func.coalesce(before, kept.born, type_=Instant())
    columns = {**{name: table.c[its] for name, its in kept.key.items()}, **{n: table.c[n] for n in kept.moving}}
    stood = select(*columns.values(), since, until).where(*which, since < until)
    return insert(past).from_select([*columns, "was_from", "was_until"], stood)


def as_of(table: Table, at: datetime | None) -> Table | Subquery:
    """The table as the hub knew it at an instant, under the same names of columns; None: as it is."""
    if at is None:
        return table
    kept, past = _ALL[table.name], _ALL[table.name].past
    later = exists(select(past.c.id).where(kept.same, past.c.was_until > at))
    unmoved = select(*table.c).where(kept.born <= at, ~later)
    names = set(kept.moving)
    columns = [(past.c[_named(kept, c)] if c.name in names or kept.whole else c).label(c.name) for c in table.c]
    then = select(*columns).where(past.c.was_from <= at, past.c.was_until > at)
    then = then.select_from(past if kept.whole else past.join(table, kept.same))
    return union_all(unmoved, then).subquery(f"{table.name}_then")


def _named(kept: _Kept, column: Column[Any]) -> str:
    return next((name for name, its in kept.key.items() if its == column.name), column.name)


async def begin(connection: AsyncConnection, now: datetime) -> None:
    """Every change leaves its past behind from now on, unless it has done so for longer."""
    if not await cursors.position(connection, _BEGAN):
        await cursors.move(connection, _BEGAN, int(now.timestamp() * 1000))


async def began(connection: AsyncConnection) -> datetime | None:
    """Since when the past is kept; None: not yet."""
    position = await cursors.position(connection, _BEGAN)
    return datetime.fromtimestamp(position / 1000, UTC) if position else None
