"""Events of LINE in and out, and conversations, all of it sealed by whoever calls."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.keyring import Sealed
from services.store.engine import insert
from services.store.set_back import come
from services.store.tables_line import line_events, line_talks

KNOWN = timedelta(days=30)  # so long a repeat of an event is known as one
_LONGEST_PAUSE = timedelta(minutes=15)  # no pause is longer
NEW, ANSWER, DONE, FAILED = "new", "answer", "done", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One that is not answered yet. Wall time."""

    id: int
    talk: str
    state: str
    sealed: Sealed
    attempts: int
    received_at: datetime
    next_at: datetime


async def add(connection: AsyncConnection, name: str, talk: str, sealed: Sealed, now: datetime) -> bool:
    """Keep an event by LINE's name for it; False where it is known, whatever became of it."""
    row = {
        "event": hashlib.sha256(name.encode()).hexdigest(),
        "talk": talk,
        "state": NEW,
        "key": sealed.key,
        "sealed": sealed.data,
        "attempts": 0,
        "received_at": now,
        "next_at": now,
    }
    once = insert(connection, line_events).values(row).on_conflict_do_nothing(index_elements=["event"])
    return (await connection.execute(once)).rowcount > 0


async def due(connection: AsyncConnection, now: datetime, at_most: int) -> list[Event]:
    """Of each person the oldest that is not answered, where its time has come: who waits holds up nobody else."""
    names = ("id", "talk", "state", "attempts", "received_at", "next_at")
    columns = [*(line_events.c[name] for name in names), line_events.c.key, line_events.c.sealed]
    oldest = select(func.min(line_events.c.id)).where(line_events.c.state.in_([NEW, ANSWER]))
    mine = (line_events.c.id.in_(oldest.group_by(line_events.c.talk)), come(line_events.c.next_at, now, _LONGEST_PAUSE))
    chosen = select(*columns).where(*mine).order_by(line_events.c.id).limit(at_most)
    rows = (await connection.execute(chosen)).mappings()
    return [Event(**{name: row[name] for name in names}, sealed=Sealed(row["key"], row["sealed"])) for row in rows]


async def failed(connection: AsyncConnection) -> int:
    """How many could not be understood by the hub itself."""
    chosen = select(func.count()).select_from(line_events).where(line_events.c.state == FAILED)
    return int(await connection.scalar(chosen) or 0)


async def try_again(connection: AsyncConnection, event: Event, at: datetime) -> None:
    """One more try was begun; the next one is due then."""
    mine = line_events.c.id == event.id
    await connection.execute(update(line_events).where(mine).values(attempts=event.attempts + 1, next_at=at))


async def answer(connection: AsyncConnection, event: Event, sealed: Sealed, now: datetime) -> bool:
    """It is understood, and this is to be said; False where another process was first."""
    mine = (line_events.c.id == event.id, line_events.c.state == NEW)
    values = {"state": ANSWER, "key": sealed.key, "sealed": sealed.data, "attempts": 0, "next_at": now}
    return (await connection.execute(update(line_events).where(*mine).values(values))).rowcount > 0


async def end(connection: AsyncConnection, event: Event, state: str = DONE) -> None:
    """Nothing more is to be done; of what was said nothing is left, but where it failed."""
    gone = {} if state == FAILED else {"sealed": b"", "key": ""}
    await connection.execute(update(line_events).where(line_events.c.id == event.id).values(state=state, **gone))


async def talk_of(connection: AsyncConnection, talk: str, now: datetime) -> Sealed | None:
    """What this one is about to tell; None where nothing, or it was left for too long."""
    chosen = select(line_talks.c.key, line_talks.c.sealed).where(line_talks.c.talk == talk, line_talks.c.expires > now)
    row = (await connection.execute(chosen)).first()
    return None if row is None else Sealed(row.key, row.sealed)


async def keep_talk(connection: AsyncConnection, talk: str, sealed: Sealed | None, expires: datetime) -> None:
    """As it stands now; None: it is over."""
    await connection.execute(delete(line_talks).where(line_talks.c.talk == talk))
    if sealed is not None:
        row = {"talk": talk, "key": sealed.key, "sealed": sealed.data, "expires": expires}
        await connection.execute(insert(connection, line_talks).values(row))


async def forget(connection: AsyncConnection, now: datetime) -> None:
    """Delete what is over."""
    await connection.execute(delete(line_talks).where(line_talks.c.expires <= now))
    await connection.execute(delete(line_events).where(line_events.c.received_at <= now - KNOWN))
