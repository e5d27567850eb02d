"""The numbers that tables give their rows: after a restore none may be given twice, also none whose row is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_SQLITE = text("SELECT name, seq FROM sqlite_sequence")
# With its schema: the planner may ask for the sequence of every table before it looks whose table it is, and of one
# that is not on the path it could say only that there is none.
_COUNTED = text("""
    SELECT table_name, column_name, sequence
    FROM information_schema.columns,
      pg_get_serial_sequence(quote_ident(table_schema) || '.' || quote_ident(table_name), column_name) AS sequence
    WHERE table_schema = current_schema() AND sequence IS NOT NULL
""")


async def given(connection: AsyncConnection) -> dict[str, int]:
    """The highest number that each table ever gave."""
    if connection.dialect.name != "postgresql":
        return {name: int(seq) for name, seq in await connection.execute(_SQLITE)}
    found = {}
    for table, _, sequence in (await connection.execute(_COUNTED)).all():
        last = f"SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM {sequence}"  # noqa: S608 - its own name
        found[table] = int(await connection.scalar(text(last)) or 0)
    return found


async def go_on(connection: AsyncConnection, told: Mapping[str, int], tables: Sequence[str]) -> None:
    """Let every table count on from there, or from its highest row where that is higher."""
    if connection.dialect.name == "postgresql":
        for table, column, sequence in (await connection.execute(_COUNTED)).all():
            quoted = connection.dialect.identifier_preparer.quote
            newest = f"SELECT max({quoted(column)}) FROM {quoted(table)}"  # noqa: S608 - names of the database itself
            highest = max(await connection.scalar(text(newest)) or 0, told.get(table, 0))
            if highest:
                await connection.execute(text("SELECT setval(:sequence, :to)"), {"sequence": sequence, "to": highest})
        return
    for table in tables:
        if table in told:
            values = {"name": table, "to": told[table]}
            found = text("UPDATE sqlite_sequence SET seq = max(seq, :to) WHERE name = :name")
            if not (await connection.execute(found, values)).rowcount:
                await connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :to)"), values)
