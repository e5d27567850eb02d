"""Reports upward with the bytes of their files. A report is written once and never changed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.damage.report import Filled, Report
from services.store.codec import from_json, to_json
from services.store.tables_damage import damage_files, damage_reports


@dataclass(frozen=True, slots=True)
class Kept:
    """One file as it was handed over."""

    data: bytes
    sha256: str


async def add(connection: AsyncConnection, report: Report, files: Mapping[str, bytes]) -> bool:
    """Write it down; False: a report of this number is there already. Call inside ``store.write()``."""
    filled = report.filled
    if filled.number != await last_number(connection, report.disaster, filled.form) + 1:
        return False
    key = {"disaster": report.disaster, "form": filled.form, "number": filled.number}
    row = {**key, "as_of": filled.as_of, "made_at": report.made_at, "made_by": report.made_by}
    await connection.execute(insert(damage_reports).values(**row, content=to_json(filled)))
    rows = [{**key, "kind": kind, "sha256": digest(data), "data": data} for kind, data in files.items()]
    await connection.execute(insert(damage_files), rows)
    return True


async def last_number(connection: AsyncConnection, disaster: int, form: int) -> int:
    """Of the newest report; 0: there is none."""
    mine = (damage_reports.c.disaster == disaster, damage_reports.c.form == form)
    return int(await connection.scalar(select(func.max(damage_reports.c.number)).where(*mine)) or 0)


async def of_disaster(connection: AsyncConnection, disaster: int) -> list[Report]:
    """All of a disaster, the newest first."""
    mine = damage_reports.c.disaster == disaster
    files = select(damage_files.c.form, damage_files.c.number, damage_files.c.kind, damage_files.c.sha256)
    hashes: defaultdict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for row in await connection.execute(files.where(damage_files.c.disaster == disaster)):
        hashes[row.form, row.number][row.kind] = row.sha256
    newest = select(damage_reports).where(mine).order_by(damage_reports.c.made_at.desc(), damage_reports.c.form)
    return [
        Report(
            disaster=disaster,
            made_at=row.made_at,
            made_by=row.made_by,
            filled=from_json(Filled, row.content),
            hashes=hashes[row.form, row.number],
        )
        for row in await connection.execute(newest)
    ]


async def file(connection: AsyncConnection, disaster: int, form: int, number: int, kind: str) -> Kept | None:
    """The bytes that were handed over, None where there is no such file."""
    key = {"disaster": disaster, "form": form, "number": number, "kind": kind}
    mine = (damage_files.c[name] == value for name, value in key.items())
    row = (await connection.execute(select(damage_files.c.data, damage_files.c.sha256).where(*mine))).one_or_none()
    return Kept(row.data, row.sha256) if row else None


def digest(data: bytes) -> str:
    """What tells these bytes from all others."""
    return hashlib.sha256(data).hexdigest()
