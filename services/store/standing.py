"""How the store stands: how far each stage is behind, what waits how long, what lies apart. For figures and the doctor.

Each question is answered from an index, or from as many rows as wait. Positions of stages that count something else
than rows (days, ticks) are no lag and are not told here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Table, case, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import State
from services.store.backups import OF_A_JOURNAL
from services.store.delivery_state import DeliveryState
from services.store.queue_terms import PENDING
from services.store.tables import alerts, cursors, hazards, leases, outbox, polled_feeds, quarantine, records
from services.store.tables_reporters import backups

_READERS = {"predict": records, "plow": records, "verify": hazards}  # cursor, up to its first colon → what it reads
_ONLY = {"plow": records.c.type == "fix"}
_DAY = timedelta(days=1)
_CAME = {records.name: records.c.received_at, hazards.name: hazards.c.at}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """How far one stage is behind what it reads."""

    cursor: str
    rows: int  # not more than that: of some a stage passes over what does not concern it
    seconds: float  # how long the oldest of them has waited, hub time; 0 where nothing waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits in the outbox for one channel."""

    waiting: int  # that is not out yet
    unknown: int  # of these: nobody knows whether it arrived
    seconds: float  # age of the oldest, hub time


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """What waits for a person."""

    waiting: int
    seconds: float  # age of the oldest, hub time


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One look at all of it."""

    at: datetime  # hub time
    behind: Sequence[Behind]
    queues: Mapping[str, Queue]  # by channel; one with nothing in its queue is not named
    ended: Mapping[tuple[str, str], int]  # (channel, state) → deliveries that ended within the last day
    drafts: Mapping[Status, Drafts]  # a status of which none waits is not named
    feeds: Mapping[str, datetime]  # feed → when it last told anything new, hub time
    quarantined: int  # messages that were not read after all
    refused_today: int  # that came within the last day, and lie there
    leases: Mapping[str, tuple[str, datetime]]  # lease → who has it, and until when by wall time
    copied_at: datetime | None  # when the newest copy was made that still exists, wall time
    size: int  # octets, without the write-ahead log
    server_time: datetime | None  # of the database's machine; None where the database is a file of ours


async def look(connection: AsyncConnection, now: datetime) -> Standing:
    """All of it, as of one moment."""
    return Standing(
        at=now,
        behind=await behind(connection, now),
        queues=await queues(connection, now),
        ended=await outcomes(connection, now - _DAY),
        drafts=await waiting_drafts(connection, now),
        feeds=await feeds_heard(connection),
        quarantined=await quarantined(connection),
        refused_today=await quarantined(connection, now - _DAY),
        leases=await held_leases(connection),
        copied_at=await last_copy(connection),
        size=await size(connection),
        server_time=await server_time(connection),
    )


async def behind(connection: AsyncConnection, now: datetime) -> list[Behind]:
    """Of every stage that reads rows, in the order of their names."""
    found = []
    for row in await connection.execute(select(cursors).order_by(cursors.c.name)):
        stage = row.name.partition(":")[0]
        if stage in _READERS:
            found.append(await _behind(connection, row.name, _READERS[stage], row.position, now))
    return found


async def _behind(connection: AsyncConnection, name: str, table: Table, position: int, now: datetime) -> Behind:
    only = [_ONLY[name]] if name in _ONLY else []
    unread = (table.c.seq > position, *only)
    since = await connection.scalar(select(_CAME[table.name]).where(*unread).order_by(table.c.seq).limit(1))
    if since is None:
        return Behind(cursor=name, rows=0, seconds=0.0)
    newest = await connection.scalar(select(func.max(table.c.seq)))
    return Behind(cursor=name, rows=newest - position, seconds=_age(since, now))


async def queues(connection: AsyncConnection, now: datetime) -> dict[str, Queue]:
    """By channel; one with nothing in its queue is not named."""
    unknown = func.sum(case((outbox.c.state == DeliveryState.UNKNOWN.value, 1), else_=0))
    columns = (outbox.c.channel, func.count(), unknown, func.min(outbox.c.created_at))
    rows = await connection.execute(select(*columns).where(PENDING).group_by(outbox.c.channel))
    return {channel: Queue(waiting=many, unknown=lost, seconds=_age(since, now)) for channel, many, lost, since in rows}


async def outcomes(connection: AsyncConnection, since: datetime) -> dict[tuple[str, str], int]:
    """How many deliveries ended since then, by channel and state."""
    counted = select(outbox.c.channel, outbox.c.state, func.count()).where(outbox.c.finished_at >= since)
    rows = await connection.execute(counted.group_by(outbox.c.channel, outbox.c.state))
    return {(channel, state): many for channel, state, many in rows}


async def waiting_drafts(connection: AsyncConnection, now: datetime) -> dict[Status, Drafts]:
    """What waits for a person, by status; one of which none waits is not named."""
    waiting = alerts.c.state == State.DRAFT.value
    rows = await connection.execute(
        select(alerts.c.status, func.count(), func.min(alerts.c.changed_at)).where(waiting).group_by(alerts.c.status)
    )
    return {Status(status): Drafts(waiting=many, seconds=_age(since, now)) for status, many, since in rows}


async def feeds_heard(connection: AsyncConnection) -> dict[str, datetime]:
    """Feed → when it last told anything new, hub time."""
    rows = await connection.execute(select(polled_feeds.c.url, polled_feeds.c.read_at))
    found: dict[str, datetime] = {}
    for url, at in rows:
        name = feed_of(url)
        found[name] = max(at, found.get(name, at))
    return found


def feed_of(url: str) -> str:
    """The name of a feed: the last word of its path; an address may hold a secret, and anything behind ``?`` does."""
    path = urlsplit(url).path.rstrip("/")
    return path.rpartition("/")[2][:64] or (urlsplit(url).hostname or "")


async def quarantined(connection: AsyncConnection, since: datetime | None = None) -> int:
    """Messages that lie in quarantine and were not read after all; only those that came since then."""
    unread = [quarantine.c.replayed_at.is_(None), *([quarantine.c.received_at >= since] if since else ())]
    return int(await connection.scalar(select(func.count()).select_from(quarantine).where(*unread)) or 0)


async def last_copy(connection: AsyncConnection) -> datetime | None:
    """When the newest copy that still exists was made, wall time."""
    newest = select(func.max(backups.c.made_at)).where(backups.c.destroyed_at.is_(None), backups.c.by != OF_A_JOURNAL)
    return await connection.scalar(newest)  # type: ignore[no-any-return]


async def held_leases(connection: AsyncConnection) -> Mapping[str, tuple[str, datetime]]:
    """Lease → who has it, and until when by wall time."""
    rows = await connection.execute(select(leases))
    return {row.name: (row.holder, row.until) for row in rows}


async def size(connection: AsyncConnection) -> int:
    """Octets that the store takes, without its write-ahead log."""
    if connection.dialect.name == "postgresql":
        return int(await connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages = await connection.scalar(text("SELECT page_count FROM pragma_page_count"))
    return int(pages or 0) * int(await connection.scalar(text("SELECT page_size FROM pragma_page_size")) or 0)


async def server_time(connection: AsyncConnection) -> datetime | None:
    """What time the database's machine says it is; None where the database is a file of ours."""
    if connection.dialect.name != "postgresql":
        return None
    return await connection.scalar(text("SELECT clock_timestamp()"))  # type: ignore[no-any-return]


def _age(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
