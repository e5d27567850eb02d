"""A copy of the store as it stands at one moment, made beside the hub that runs.

All tables are read in one transaction, so they fit each other; writers go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import select

from feeds.instant import iso_utc
from services.archive.irreplaceable import irreplaceable
from services.backup import files, numbers, rows
from services.backup.archive import Manifest, new
from services.backup.left_out import TABLES
from services.settings import Settings
from services.store import archives
from services.store.engine import Store
from services.store.migrate import newest
from services.store.tables import chronology, metadata


async def take(
    store: Store, settings: Settings, file: Path, now: datetime, only: Collection[str] | None = None
) -> Manifest:
    """Write the copy; with ``only`` of these tables alone. Raises ArchiveError, OSError; then nothing of it stays."""
    with new(file) as growing:
        async with store.read() as connection:
            manifest = Manifest(
                made_at=iso_utc(now),
                city=settings.city.code,
                version=version("shirase"),
                revision=newest(),
                engine=connection.dialect.name,
                chronology=await connection.scalar(_HEAD) or "",
                exercise=settings.exercise is not None,
                sequences=await numbers.given(connection),
            )
            archived = (await archives.every(connection)).values()
            for table in metadata.sorted_tables:
                if table.name in TABLES or (only is not None and table.name not in only):
                    continue
                with growing.member(f"tables/{table.name}.jsonl", rows.columns_of(table)) as part:
                    async for lines in rows.read(connection, table):
                        part.lines(lines)
        if only is None:
            files.put(settings.data_dir, growing, irreplaceable(archived, settings.retention, now))
        return growing.end(manifest)


_HEAD = select(chronology.c.hash).order_by(chronology.c.seq.desc()).limit(1)
