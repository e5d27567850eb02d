"""Rows that go one by one when they are old enough, with the rows of other tables that belong to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, delete, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.retention.way import Due, Picked

Leave = Callable[[datetime], ColumnElement[bool]]  # what of it may go, given before when


def always(_before: datetime) -> ColumnElement[bool]:
    """Age alone decides."""
    return true()


@dataclass(frozen=True, slots=True)
class Child:
    """Rows whose ``column`` names a row that goes, by its ``of``."""

    column: Column[Any]
    of: Column[Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Those of a table whose ``age`` lies before the limit and which ``leave`` lets go."""

    age: Column[datetime]
    leave: Leave = always
    children: Sequence[Child] = ()

    async def due(self, connection: AsyncConnection, before: datetime) -> Due:
        """How many, and the oldest of them."""
        found = select(func.count(), func.min(self.age)).select_from(self._table).where(self._may_go(before))
        count, oldest = (await connection.execute(found)).one()
        return Due(count, oldest)

    async def pick(self, connection: AsyncConnection, before: datetime, most: int) -> Picked | None:
        """The keys of the oldest."""
        found = select(*self._key).where(self._may_go(before)).order_by(self.age).limit(most)
        keys = [tuple(row) for row in await connection.execute(found)]
        return Picked(keys) if keys else None

    async def drop(self, connection: AsyncConnection, picked: Picked, before: datetime, now: datetime) -> int:  # noqa: ARG002
        """Those of the keys that still may go, after what belongs to them."""
        these = and_(self._among(picked.keys), self._may_go(before))
        for child in self.children:
            theirs = child.column.in_(select(child.of).where(these))
            await connection.execute(delete(child.column.table).where(theirs))
        return (await connection.execute(delete(self._table).where(these))).rowcount

    @property
    def _table(self) -> Table:
        return self.age.table

    @property
    def _key(self) -> list[Column[Any]]:
        return list(self._table.primary_key.columns)

    def _among(self, keys: Sequence[Any]) -> ColumnElement[bool]:
        if len(self._key) == 1:
            return self._key[0].in_([key for (key,) in keys])
        return tuple_(*self._key).in_(keys)

    def _may_go(self, before: datetime) -> ColumnElement[bool]:
        return and_(self.age < before, self.leave(before))
