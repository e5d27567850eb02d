"""Pieces of a stage that are no more, such as a catchment that was renamed: what is left of them looks like a stage
that stands still.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables import cursors, leases


async def forget(connection: AsyncConnection, stage: str, names: Collection[str], wall: datetime) -> None:
    """Of a stage that is whole or in pieces by these names, delete how far others had come, and their leases that have
    run out: another process may still go by other settings. Call inside ``store.write()``.
    """

    def others(table: Table) -> list[ColumnElement[bool]]:
        mine = or_(table.c.name == stage, table.c.name.startswith(f"{stage}:", autoescape=True))
        return [mine, table.c.name.not_in(sorted(names))]

    await connection.execute(delete(leases).where(*others(leases), leases.c.until <= wall))
    await connection.execute(delete(cursors).where(*others(cursors)))
