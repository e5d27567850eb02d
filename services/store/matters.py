"""Matters of the headquarters, in and out of the store. Acts are only ever added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.chronology.matter import Act, Content, Event, Matter, State
from services.store.codec import from_json, to_json
from services.store.tables_matters import matter_events, matter_files, matters

LISTED = 200  # open matters of a status


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of an act, without its bytes."""

    matter: int
    seq: int
    number: int
    name: str
    type: str
    sha256: str
    size: int


async def begin(connection: AsyncConnection, status: Status, once: str | None) -> Matter:
    """A matter with its number and nothing in it yet."""
    row = {"status": status.value, "state": State.RECORD.value, "closed_at": None, "once": once}
    made = await connection.execute(insert(matters).values(row).returning(matters.c.id))
    return Matter(id=int(made.scalar_one()), status=status)


async def keep(connection: AsyncConnection, after: Matter, line: int) -> Matter:
    """Write the last act, which stands in the chain under this number."""
    event = replace(after.events[-1], line=line)
    closed = None if after.state.waits else event.at
    mine = update(matters).where(matters.c.id == after.id)
    await connection.execute(mine.values(state=after.state.value, closed_at=closed))
    await connection.execute(
        insert(matter_events).values(
            matter=after.id,
            seq=event.seq,
            act=event.act.value,
            of=event.of,
            at=event.at,
            who=event.who,
            content=to_json(event.content),
            line=line,
        )
    )
    return replace(after, events=(*after.events[:-1], event))


async def find(connection: AsyncConnection, number: int) -> Matter | None:
    """One with all its acts."""
    return next(iter(await _matters(connection, matters.c.id == number)), None)


async def entered_by(connection: AsyncConnection, once: str) -> Matter | None:
    """The one that this form has entered already."""
    return next(iter(await _matters(connection, matters.c.once == once)), None)


async def many(connection: AsyncConnection, numbers: Iterable[int]) -> dict[int, Matter]:
    """By their numbers."""
    found = await _matters(connection, matters.c.id.in_(sorted(set(numbers))))
    return {one.id: one for one in found}


async def waiting(connection: AsyncConnection, status: Status) -> list[Matter]:
    """Those for which somebody has to do something, oldest first, at most LISTED."""
    open_states = [one.value for one in State if one.waits]
    return await _matters(connection, (matters.c.status == status.value) & matters.c.state.in_(open_states), LISTED)


async def count_waiting(connection: AsyncConnection, status: Status) -> dict[State, int]:
    """How many wait, by state; all of them."""
    open_states = [one.value for one in State if one.waits]
    mine = (matters.c.status == status.value, matters.c.state.in_(open_states))
    found = select(matters.c.state, func.count()).where(*mine).group_by(matters.c.state)
    return {State(state): int(count) for state, count in await connection.execute(found)}


async def add_file(connection: AsyncConnection, one: File, data: bytes) -> None:
    """Keep a file of an act."""
    row = {name: getattr(one, name) for name in File.__slots__}
    await connection.execute(insert(matter_files).values(**row, data=data))


async def files_of(connection: AsyncConnection, numbers: Iterable[int]) -> dict[tuple[int, int], list[File]]:
    """Files by matter and act."""
    columns = [column for column in matter_files.c if column.name != "data"]
    mine = select(*columns).where(matter_files.c.matter.in_(sorted(set(numbers))))
    found: defaultdict[tuple[int, int], list[File]] = defaultdict(list)
    for row in (await connection.execute(mine.order_by(matter_files.c.number))).mappings():
        found[row["matter"], row["seq"]].append(File(**row))
    return dict(found)


async def bytes_of(connection: AsyncConnection, matter: int, seq: int, number: int) -> tuple[File, bytes] | None:
    """One file with its bytes."""
    here = (matter_files.c.matter == matter, matter_files.c.seq == seq, matter_files.c.number == number)
    row = (await connection.execute(select(matter_files).where(*here))).mappings().first()
    if row is None:
        return None
    told = {name: row[name] for name in File.__slots__}
    return File(**told), row["data"]


async def _matters(connection: AsyncConnection, which: ColumnElement[bool], most: int = 1000) -> list[Matter]:
    rows = (await connection.execute(select(matters).where(which).order_by(matters.c.id).limit(most))).mappings().all()
    acts: defaultdict[int, list[Event]] = defaultdict(list)
    theirs = select(matter_events).where(matter_events.c.matter.in_([row["id"] for row in rows]))
    for row in (await connection.execute(theirs.order_by(matter_events.c.matter, matter_events.c.seq))).mappings():
        acts[row["matter"]].append(_event(row))
    return [Matter(id=row["id"], status=Status(row["status"]), events=tuple(acts[row["id"]])) for row in rows]


def _event(row: RowMapping) -> Event:
    return Event(
        seq=row["seq"],
        act=Act(row["act"]),
        of=row["of"],
        at=row["at"],
        who=row["who"],
        content=from_json(Content, row["content"]),
        line=row["line"],
    )
