"""Does it hold? What should be gone, in the clear, or destroyed, and is not: told by table and number of rows."""

from __future__ import annotations

import mmap
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.keyring import Keyring, KeyringError
from services.reporters.moving import in_the_clear
from services.retention.job import owed
from services.retention.reporters import lost_marks
from services.settings import Settings
from services.store import backups, quarantine_seal, reporters
from services.store.reporters import Told
from services.store.tables_reports import photos

LATE = timedelta(days=1)  # the job comes by every six hours; what is overdue for longer it has not done
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """``what``: overdue, in_the_clear, no_key, does_not_open, loose, copy_overdue, in_the_file."""

    table: str
    what: str
    rows: int
    detail: str = ""


async def faults(
    connection: AsyncConnection, settings: Settings, ring: Keyring | None, now: datetime, wall: datetime
) -> list[Fault]:
    """All of them. ``now`` is hub time. Reads every report and every sealed row: people ask."""
    found = [
        Fault("、".join(one.rule.tables), "overdue", one.count, one.rule.name)
        for one in await owed(connection, settings, now - LATE)
        if one.count
    ]
    late = int(await connection.scalar(select(func.count()).where(photos.c.expires < wall - LATE)) or 0)
    if late:
        found.append(Fault("photos", "overdue", late))
    found += [Fault(table, "in_the_clear", many) for table, many in (await in_the_clear(connection)).items()]
    ids = ring.ids if ring else frozenset()
    held = await reporters.keys(connection)
    found += [Fault("reporters", "no_key", many, key) for key, many in sorted(held.items()) if key not in ids]
    bytes_of = await quarantine_seal.keys(connection)
    found += [Fault("quarantine", "no_key", n, key) for key, n in sorted(bytes_of.items()) if key and key not in ids]
    if ring is not None and (many := len([None async for told in _opened(connection, ring) if told is None])):
        found.append(Fault("reporters", "does_not_open", many))
    if loose := await lost_marks(connection):
        found.append(Fault("reporter_marks", "loose", loose))
    for one in await backups.standing(connection):
        if one.destroy_by < wall:
            found.append(Fault("backups", "copy_overdue", 1, f"{one.id}: {one.place}"))
    return found


async def in_the_file(connection: AsyncConnection, ring: Keyring, file: Path) -> list[Fault]:
    """Whether anything by which a sender can be reached stands in the bytes of an SQLite store or beside it."""
    many = 0
    files = sorted(one for one in file.parent.glob(f"{file.name}*") if one.stat().st_size)
    async for told in _opened(connection, ring):
        if told is not None:
            kinds = ("phone", "mail", "device", "account", "line")  # a name may be anybody's, an officer's too
            values = [value for name, value in told.contact.told() if value and name in kinds]
            many += any(_stands(one, values) for one in files)
    return [Fault(file.name, "in_the_file", many)] if many else []


def _stands(file: Path, values: Iterable[str]) -> bool:
    with file.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return any(data.find(value.encode()) >= 0 for value in values)


async def _opened(connection: AsyncConnection, ring: Keyring) -> AsyncIterator[Told | None]:
    """Every row that this ring should open; None for one that it does not."""
    after = 0
    while rows := await reporters.after(connection, after, _AT_ONCE):
        for row in rows:
            if row.sealed.key in ring.ids:
                try:
                    yield reporters.opened(ring, row)
                except KeyringError:
                    yield None
        after = rows[-1].id
