"""Keep a store of SQLite for the upgrades to come: ``python -m tests.services.upgrade.keep STORE.db FILE.jsonl.gz``."""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

MOST = 2000  # rows of a table but for the chronology, whose chain must be whole


def main() -> int:
    store, file = map(Path, sys.argv[1:])
    with sqlite3.connect(store) as connection:
        connection.row_factory = sqlite3.Row
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        names = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        lines = [json.dumps({"revision": revision})]
        for name in sorted(names):
            if name.startswith("sqlite_") or name == "alembic_version":
                continue
            limit = "" if name == "chronology" else f" LIMIT {MOST}"
            for row in connection.execute(f'SELECT * FROM "{name}"{limit}'):
                values = {key: _value(value) for key, value in zip(row.keys(), row, strict=True)}
                lines.append(json.dumps([name, values], ensure_ascii=False))
    with file.open("wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as out:
        out.write(("\n".join(lines) + "\n").encode())
    return 0


def _value(value: Any) -> Any:
    return {"hex": value.hex()} if isinstance(value, bytes) else value


if __name__ == "__main__":
    sys.exit(main())
