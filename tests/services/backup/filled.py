"""A row or three in every table there is, with all that is hard to carry over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Integer, LargeBinary, Table, TypeDecorator, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.backup import numbers
from services.store.tables import metadata
from tests.services.making import NOW

_TEXTS = ("雪\u2028山", 'a "quoted"\nline\\', "👩‍🚒 \u0301é")
_ROWS = 3


async def fill(connection: AsyncConnection) -> None:
    """Three rows each, alike in every run."""
    for table in metadata.sorted_tables:
        for number in range(1, _ROWS + 1):
            await connection.execute(insert(table).values(_row(table, number)))
    await numbers.go_on(connection, {}, ())  # as if each row had been given its number


def _row(table: Table, number: int) -> dict[str, Any]:
    return {one.name: _value(one, number) for one in table.columns if one.computed is None}


def _value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        (foreign,) = column.foreign_keys
        return _value(foreign.column, number)
    if column.nullable and number == _ROWS and not column.unique:
        return None
    if isinstance(column.type, JSON):
        return {"b": [1.5, None, True], "a": _TEXTS[number - 1]}
    if isinstance(column.type, LargeBinary):
        return bytes(range(256)) * number
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, TypeDecorator):
        return NOW + timedelta(seconds=number, microseconds=number)
    if isinstance(column.type, Float):
        return number / 3
    if isinstance(column.type, Integer):
        return number
    return f"{_TEXTS[number - 1]}{number}"
