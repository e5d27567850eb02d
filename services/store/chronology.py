"""クロノロジー: the append-only log.

Each row carries the hash of the row before it, so that nothing is quietly changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.tables import chronology

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was known, decided or sent, in a sentence; ``refs`` names the things it is about."""

    at: datetime
    status: Status
    kind: str  # hazard, draft, approved, rejected, withdrawn, issued, expired, ended, delivery, note, access, system
    who: str  # a person, or the service that did it
    text: str
    refs: Mapping[str, str] = field(default_factory=dict)


async def append(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Write entries in order. Call inside ``store.write()``, which lets one writer in at a time."""
    newest = select(chronology.c.hash).order_by(chronology.c.seq.desc()).limit(1)
    previous = await connection.scalar(newest) or GENESIS
    rows: list[dict[str, Any]] = []
    for entry in entries:
        row: dict[str, Any] = {
            "at": entry.at,
            "status": entry.status.value,
            "kind": entry.kind,
            "who": entry.who,
            "text": entry.text,
            "refs": dict(entry.refs),
            "previous": previous,
        }
        row["hash"] = previous = _hash(row)
        rows.append(row)
    if rows:
        await connection.execute(insert(chronology), rows)


async def between(
    connection: AsyncConnection, status: Status, kinds: Iterable[str], since: datetime, until: datetime
) -> list[Entry]:
    """Entries of these kinds in [since, until], in order."""
    chosen = (chronology.c.status == status.value, chronology.c.kind.in_(sorted(kinds)))
    statement = select(chronology).where(*chosen, chronology.c.at.between(since, until)).order_by(chronology.c.seq)
    return [
        Entry(at=row["at"], status=status, kind=row["kind"], who=row["who"], text=row["text"], refs=row["refs"])
        for row in (await connection.execute(statement)).mappings()
    ]


async def first_broken(connection: AsyncConnection) -> int | None:
    """The sequence number of the first row that does not fit the chain; None when it is whole."""
    previous = GENESIS
    for row in (await connection.execute(select(chronology).order_by(chronology.c.seq))).mappings():
        if row["previous"] != previous or row["hash"] != _hash(row):
            return int(row["seq"])
        previous = row["hash"]
    return None


def _hash(row: Mapping[str, Any] | RowMapping) -> str:
    content = [row["at"].isoformat(), *(row[name] for name in ("status", "kind", "who", "text", "refs", "previous"))]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
