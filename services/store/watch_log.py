"""The access log of wards: append-only, each row with the hash of the one before.

``why`` is free text and may name people, so it is not in the hash: where a ward is erased it goes too, and the chain
still holds. Everything else stays until its retention is over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.columns import stamp
from services.store.tables_watch import looks

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who did what with whose data. ``who``: an account, ``supporter:3``, ``hub``."""

    at: datetime
    who: str
    ward: str
    what: str  # list, page, glass, show, export, changed, answered, link, erased, …
    why: str = ""


async def append(connection: AsyncConnection, entries: Collection[Look]) -> None:
    """Write entries in order. Call inside ``store.write()``."""
    newest = select(looks.c.hash).order_by(looks.c.seq.desc()).limit(1)
    previous = await connection.scalar(newest) or GENESIS
    rows = []
    for one in entries:
        row = {"at": one.at, "who": one.who, "ward": one.ward, "what": one.what, "why": one.why, "previous": previous}
        row["hash"] = previous = _hash(one, str(row["previous"]))
        rows.append(row)
    if rows:
        await connection.execute(insert(looks), rows)


async def of_ward(connection: AsyncConnection, uid: str, most: int = 1000) -> list[Look]:
    """The newest first."""
    mine = select(looks).where(looks.c.ward == uid).order_by(looks.c.seq.desc()).limit(most)
    return [_look(dict(row)) for row in (await connection.execute(mine)).mappings()]


async def newest(connection: AsyncConnection, most: int) -> list[Look]:
    rows = await connection.execute(select(looks).order_by(looks.c.seq.desc()).limit(most))
    return [_look(dict(row)) for row in rows.mappings()]


async def blank(connection: AsyncConnection, uid: str) -> int:
    """Forget the free text of what was done with a ward who is erased; how many rows had some."""
    theirs = (looks.c.ward == uid, looks.c.why != "")
    return (await connection.execute(update(looks).where(*theirs).values(why=""))).rowcount


async def broken(connection: AsyncConnection) -> int | None:
    """The number of the first entry that does not fit the one before; None where all do."""
    previous: str | None = None
    for row in (await connection.execute(select(looks).order_by(looks.c.seq))).mappings():
        fits = previous is None or row["previous"] == previous  # the oldest go with their time
        if not fits or _hash(_look(dict(row)), row["previous"]) != row["hash"]:
            return int(row["seq"])
        previous = row["hash"]
    return None


def _hash(one: Look, previous: str) -> str:
    whole = json.dumps([stamp(one.at), one.who, one.ward, one.what, previous], ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()


def _look(row: dict[str, object]) -> Look:
    return Look(**{name: row[name] for name in Look.__dataclass_fields__})  # type: ignore[arg-type]
