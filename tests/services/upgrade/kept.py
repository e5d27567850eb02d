"""A store as an earlier version left it, kept as a file of JSON lines that either engine can be filled from.

At each release the store of its exercise is kept, for all upgrades to come (docs/release.md)::

    python -m tests.services.upgrade.keep var/exercise/shirase.db tests/data/stores/0.1.0.jsonl.gz

The first line names the revision of the tables; every other is one row: its table, and its columns as SQLite has them.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, LargeBinary, MetaData, Text, cast, select

from services.store.migrate import build

FOLDER = Path(__file__).resolve().parents[2] / "data" / "stores"
_OURS = "alembic_version"


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows by table, in the order in which they were written."""

    revision: str
    rows: dict[str, list[dict[str, Any]]]

    @classmethod
    def read(cls, file: Path) -> Kept:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            revision = json.loads(next(lines))["revision"]
            rows: dict[str, list[dict[str, Any]]] = {}
            for line in lines:
                table, row = json.loads(line)
                rows.setdefault(table, []).append(row)
        return cls(revision, rows)

    def fill(self, connection: Connection) -> None:
        """Make the tables of that version in an empty database, and put the rows back."""
        build(connection, self.revision)
        tables = MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            columns = [one for one in table.c if one.computed is None]
            for one in columns:
                if isinstance(one.type, JSON):
                    one.type.none_as_null = True
            rows = self.rows.get(table.name, ())
            given = [{one.name: _value(one, row[one.name]) for one in columns} for row in rows]
            if given:
                connection.execute(table.insert(), given)


def found(connection: Connection, kept: Kept) -> dict[str, list[str]]:
    """What the kept columns hold now, row by row, alike on both engines; of tables that are still there."""
    tables = MetaData()
    tables.reflect(connection)
    told: dict[str, list[str]] = {}
    for name, rows in kept.rows.items():
        if name in tables.tables:
            columns = [tables.tables[name].c[one] for one in rows[0] if one in tables.tables[name].c]
            read = connection.execute(select(*(cast(c, Text) if isinstance(c.type, JSON) else c for c in columns)))
            told[name] = sorted(line(dict(zip((c.name for c in columns), row, strict=True))) for row in read)
    return told


def line(row: dict[str, Any]) -> str:
    """One row as a text that does not depend on the engine."""
    return json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"hex": bytes(value).hex()}
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)  # JSON columns: the spaces between are the engine's own
        except ValueError:
            return value
    return value


def _value(column: Column[Any], value: Any) -> Any:
    """As the column wants it. SQLite, where all rows come from, knows neither truth nor JSON."""
    if value is None:
        return None
    if isinstance(column.type, Boolean):
        return bool(value)
    if isinstance(column.type, JSON):
        return JSON.NULL if value == "null" else json.loads(value)
    if isinstance(column.type, LargeBinary):
        return bytes.fromhex(value["hex"])
    return value
