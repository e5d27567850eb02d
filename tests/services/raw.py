"""The bytes of an SQLite store as they lie on the disk: free pages, the WAL, everything."""

from __future__ import annotations

from pathlib import Path

from services.store.engine import Store


def raw(store: Store) -> list[bytes]:
    """Of each of its files; nothing of a PostgreSQL, whose pages are its own."""
    if store.shared:
        return []
    file = Path(str(store._writer.url.database))
    return [one.read_bytes() for one in file.parent.glob(f"{file.name}*")]
