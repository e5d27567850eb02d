"""Appending many records at once, and what of them is there.

The rows are bound here and go to the driver as they are: by way of the statement builder a burst costs more in binding
than in all the rest of saving.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import JSON, Dialect, Select, Text, bindparam, column, func, select
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


async def digests_by_key(connection: AsyncConnection, keys: Iterable[str]) -> dict[str, set[str]]:
    """Of those that are there. The keys are one parameter, however many they are: for each other number of them the
    statement would be written, and planned, anew."""
    found: dict[str, set[str]] = {}
    for key, digest in await connection.execute(_there(connection.dialect.name), {"named": sorted(keys)}):
        found.setdefault(key, set()).add(digest)
    return found


@lru_cache
def _there(engine: str) -> Select[Any]:
    each = func.json_each if engine == "sqlite" else func.json_array_elements_text
    named = each(bindparam("named", type_=JSON)).table_valued(column("value", Text))
    return select(records.c.key, records.c.digest).where(records.c.key.in_(select(named.c.value)))


@lru_cache
def _statement(dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """The text for this driver, and the order in which it wants the values."""
    adding = insert_by(dialect, records).on_conflict_do_nothing(index_elements=["key", "digest"])
    compiled = adding.compile(dialect=dialect, column_keys=list(Row._fields))
    return str(compiled), tuple(compiled.positiontup or Row._fields)
