"""Rows of any table as lines of JSON and back, exact to the character and alike on both engines.

A table is a list of columns, ``[[name, kind], …]``, and a line a row, an array of its values. Kinds: ``json`` (as the
text that is stored), ``bytes`` (base64), ``bool``, ``plain`` (text, whole number, number; times are text in the store).
What is stored is neither parsed nor made again: hashes over it still hold.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    LargeBinary,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    insert,
    select,
    type_coerce,
)
from sqlalchemy import column as named
from sqlalchemy import table as any_table
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import NullType, TypeEngine

AT_ONCE = 1000  # rows: a megabyte or so
_HEAVY = 20  # of a table that holds bytes: photos are large
Columns = Sequence[Sequence[str]]
_TYPES: dict[str, TypeEngine[Any]] = {"json": Text(), "bytes": LargeBinary(), "bool": Boolean(), "plain": NullType()}


def columns_of(table: Table) -> list[tuple[str, str]]:
    """(name, kind) of each stored column of a table of today; what the database works out it works out again."""
    return [(one.name, _kind(one)) for one in _stored(table)]


def at_once(columns: Columns) -> int:
    """How many rows of such a table are held in memory at a time."""
    return _HEAVY if any(kind == "bytes" for _, kind in columns) else AT_ONCE


async def read(connection: AsyncConnection, table: Table) -> AsyncIterator[list[bytes]]:
    """Every row as a line, some at a time, in the order of the primary key."""
    columns = columns_of(table)
    kinds = [kind for _, kind in columns]
    shared = connection.dialect.name == "postgresql"
    statement = select(*(_as_stored(one, shared) for one in _stored(table))).order_by(*table.primary_key.columns)
    async with connection.stream(statement.execution_options(yield_per=at_once(columns))) as found:
        async for rows in found.partitions():
            yield [_line(row, kinds) for row in rows]


async def write(connection: AsyncConnection, name: str, columns: Columns, lines: Sequence[bytes]) -> None:
    """Put rows into a table, which may be one of an older version. Raises ValueError where a line is no such row."""
    if not lines:
        return
    into = any_table(name, *(named(one, _TYPES[kind]) for one, kind in columns))
    values: dict[str, Any] = {one: bindparam(one, type_=_TYPES[kind]) for one, kind in columns}
    if connection.dialect.name == "postgresql":
        values |= {one: cast(values[one], JSON) for one, kind in columns if kind == "json"}
    await connection.execute(insert(into).values(values), [_values(line, columns) for line in lines])


def _stored(table: Table) -> list[Column[Any]]:
    return [one for one in table.columns if one.computed is None]


def _kind(column: Column[Any]) -> str:
    for kind, of in (("json", JSON), ("bytes", LargeBinary), ("bool", Boolean)):
        if isinstance(column.type, of):
            return kind
    return "plain"


def _as_stored(column: Column[Any], shared: bool) -> Any:
    if isinstance(column.type, JSON):
        return cast(column, Text()) if shared else type_coerce(column, Text())
    return type_coerce(column, Text()) if isinstance(column.type, TypeDecorator) else column


def _line(row: Sequence[Any], kinds: Sequence[str]) -> bytes:
    values = [
        b64encode(value).decode() if kind == "bytes" and value is not None else value
        for value, kind in zip(row, kinds, strict=True)
    ]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _values(line: bytes, columns: Columns) -> dict[str, Any]:
    return {
        name: b64decode(value, validate=True) if kind == "bytes" and value is not None else value
        for (name, kind), value in zip(columns, json.loads(line), strict=True)
    }
