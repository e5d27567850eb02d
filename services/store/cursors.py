"""How far each stage has come. Moved in the same transaction as what the stage wrote."""

from __future__ import annotations

from functools import cache

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import insert
from services.store.tables import cursors


async def position(connection: AsyncConnection, name: str) -> int:
    """The stage's position, 0 before its first step."""
    return int(await connection.scalar(select(cursors.c.position).where(cursors.c.name == name)) or 0)


async def move(connection: AsyncConnection, name: str, to: int) -> None:
    """Set the stage's position; it never goes back."""
    await connection.execute(_ahead(connection.dialect.name), {"name": name, "position": to})


@cache
def _ahead(engine: str) -> sqlite.Insert | postgresql.Insert:
    statement = sqlite.insert(cursors) if engine == "sqlite" else postgresql.insert(cursors)
    further = cursors.c.position < statement.excluded.position
    newer = {"position": statement.excluded.position}
    return statement.on_conflict_do_update(index_elements=["name"], set_=newer, where=further)


async def put(connection: AsyncConnection, name: str, to: int) -> None:
    """Set a position that may be any number, such as a mark of what a stage works with."""
    statement = insert(connection, cursors).values(name=name, position=to)
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"position": to}))
