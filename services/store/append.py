"""Appending many records at once.

The rows are bound here and go to the driver as they are: by way of the statement builder a burst costs more in binding
than in all the rest of saving.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import insert_by
from services.store.tables import records


class Row(NamedTuple):
    """A record as the table has it, by the names of its columns; instants and ``body`` are text already."""

    type: str
    key: str
    digest: str
    subject: str
    status: str
    gateway: str
    measured_at: str
    received_at: str
    value: float | None
    trusted: bool
    held: bool
    late: bool
    body: str


async def append(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Add the rows, without those whose key and digest are there already. Call inside ``store.write()``."""
    statement, order = _statement(connection.dialect)
    bound = rows if order == Row._fields else [tuple(getattr(row, name) for name in order) for row in rows]
    await connection.exec_driver_sql(statement, [*bound])


@lru_cache
def _statement(dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """The text for this driver, and the order in which it wants the values."""
    adding = insert_by(dialect, records).on_conflict_do_nothing(index_elements=["key", "digest"])
    compiled = adding.compile(dialect=dialect, column_keys=list(Row._fields))
    return str(compiled), tuple(compiled.positiontup or Row._fields)
