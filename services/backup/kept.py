"""Copies that make room for newer ones: the newest so many stay, the register says of the others that they are gone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from services.store import backups
from services.store.backups import Backup

_NAME = re.compile(r"shirase-\d{5}-\d{8}T\d{6}Z\.zip")


def name(city: str, now: datetime) -> str:
    """Of a copy in a folder of copies; their order by name is that of time."""
    return f"shirase-{city}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"


async def enter(connection: AsyncConnection, file: Path, by: str, now: datetime, days: int) -> int:
    """Put the copy into the register of copies; its number there."""
    return await backups.add(
        connection, Backup(made_at=now, place=str(file), by=by, destroy_by=now + timedelta(days=days))
    )


def thin(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest ``keep`` of a folder's copies; those that went. Other files are left alone."""
    copies = sorted(one for one in folder.iterdir() if _NAME.fullmatch(one.name) and one.is_file())
    gone = copies[: max(0, len(copies) - keep)]
    for file in gone:
        file.unlink()
    return gone


async def strike(connection: AsyncConnection, gone: Sequence[Path], by: str, now: datetime) -> None:
    """Say in the register that they were destroyed. First the files, then this: it never says so of one that lies."""
    known = {one.place: one.id for one in await backups.standing(connection)}
    for file in gone:
        if (number := known.get(str(file))) is not None:
            await backups.destroyed(connection, number, by, now)
