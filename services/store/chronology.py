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
from services.store.acting import signed
from services.store.tables import chronology

GENESIS = "0" * 64
CUT = "cut"  # the kind of the entries that say what went
_PAGE = 1000  # rows
_NEWEST = select(chronology.c.hash).order_by(chronology.c.seq.desc()).limit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was known, decided or sent, in a sentence; ``refs`` names the things it is about."""

    at: datetime
    status: Status
    kind: str  # draft, approved, rejected, withdrawn, issued, expired, ended, delivery, note, access, system, cut, …
    who: str  # a person, or the service that did it
    text: str
    refs: Mapping[str, str] = field(default_factory=dict)


async def append(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Write entries in order. Call inside ``store.write()``, which lets one writer in at a time."""
    if not entries:
        return
    previous = await connection.scalar(_NEWEST) or GENESIS
    rows: list[dict[str, Any]] = []
    for entry in entries:
        row: dict[str, Any] = {
            "at": entry.at,
            "status": entry.status.value,
            "kind": entry.kind,
            "who": entry.who,
            "text": entry.text,
            "refs": signed(entry.refs),
            "previous": previous,
        }
        row["hash"] = previous = _hash(row)
        rows.append(row)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A head that went: up to which row, the hash of that row, how many rows, how old the newest of them was."""

    upto: int
    hash: str
    count: int
    until: datetime
    at: datetime  # when it went

    @property
    def refs(self) -> dict[str, str]:
        """As the entry of kind ``cut`` carries it."""
        return {"upto": str(self.upto), "hash": self.hash, "count": str(self.count), "until": self.until.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What a look at every row has shown. ``cut``: the head that went before the first row; None: nothing did."""

    broken: int | None  # the sequence number of the first row that does not fit; None: the chain is whole
    rows: int = 0
    first: int = 0
    since: datetime | None = None  # the time of the first row
    last: int = 0
    hash: str = ""  # of the last row: whoever keeps it elsewhere can tell later whether it still stands in the chain
    cut: Cut | None = None


async def verify(connection: AsyncConnection) -> Chain:
    """Follow the chain from its first row to its last, a page at a time.

    It begins with nothing before it, or where the last entry of kind ``cut`` says; such a head may still be going.
    """
    previous: str | None = None
    begins, cut, rows, after = None, None, 0, 0
    while page := await _page(connection, after):
        begins = begins or page[0]
        for row in page:
            if row["hash"] != _hash(row) or row["previous"] != (previous or row["previous"]):
                return Chain(broken=row["seq"], rows=rows, first=begins["seq"], since=begins["at"])
            previous, after, rows = row["hash"], row["seq"], rows + 1
            if row["kind"] == CUT:
                cut = _cut(row) or cut
    if begins is None:
        return Chain(broken=None)
    whole = begins["previous"] == GENESIS or (cut is not None and await _follows(connection, begins, cut))
    return Chain(
        broken=None if whole else begins["seq"],
        rows=rows,
        first=begins["seq"],
        since=begins["at"],
        last=after,
        hash=previous or "",
        cut=cut,
    )


async def with_hash(connection: AsyncConnection, noted: str) -> int | None:
    """The sequence number of the row that has this hash; None where no row has, or has any more."""
    found = await connection.scalar(select(chronology.c.seq).where(chronology.c.hash == noted))
    return None if found is None else int(found)


async def first_broken(connection: AsyncConnection) -> int | None:
    """The sequence number of the first row that does not fit the chain; None when it is whole."""
    return (await verify(connection)).broken


async def _page(connection: AsyncConnection, after: int) -> Sequence[RowMapping]:
    rows = select(chronology).where(chronology.c.seq > after).order_by(chronology.c.seq).limit(_PAGE)
    return (await connection.execute(rows)).mappings().all()


async def _follows(connection: AsyncConnection, first: RowMapping, cut: Cut) -> bool:
    """The first row comes right after the head; or the last row of the head is still there, and is the one named."""
    if first["previous"] == cut.hash:
        return True
    return cut.hash == await connection.scalar(select(chronology.c.hash).where(chronology.c.seq == cut.upto))


def _cut(row: RowMapping) -> Cut | None:
    """What the entry says; None where it says no such thing: the job did not write it."""
    refs = row["refs"]
    try:
        until = datetime.fromisoformat(refs["until"])
        return Cut(upto=int(refs["upto"]), hash=refs["hash"], count=int(refs["count"]), until=until, at=row["at"])
    except (KeyError, ValueError):
        return None


def _hash(row: Mapping[str, Any] | RowMapping) -> str:
    content = [row["at"].isoformat(), *(row[name] for name in ("status", "kind", "who", "text", "refs", "previous"))]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
