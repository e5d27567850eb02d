"""Messages to supporters: one row for each alarm × kind × step × supporter, written before anything leaves the house.

``due`` has certainly not left, and does after a restart. ``sending`` that nobody finished may have: it becomes
``unknown`` and is not sent again in its step; the next group is called instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, RowMapping, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.engine import insert
from services.store.set_back import come
from services.store.tables_watch import alarms, sends
from services.store.watch_alarms import batched

LEASE = timedelta(seconds=90)


class SendKind(StrEnum):
    """Why it is sent."""

    ASK = "ask"
    NOTICE = "notice"
    TAKEN = "taken"  # to the others: somebody answered
    OVER = "over"


class SendState(StrEnum):
    """What became of it."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


NOT_REACHED = frozenset({SendState.FAILED.value, SendState.UNKNOWN.value, SendState.DROPPED.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be sent."""

    alarm: int
    kind: SendKind
    step: int
    supporter: int
    ward: str
    status: Status
    due_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One row."""

    id: int
    alarm: int
    kind: SendKind
    step: int
    supporter: int
    ward: str
    status: Status
    state: SendState
    detail: str
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    link_until: datetime | None


async def add(connection: AsyncConnection, messages: Iterable[Message]) -> None:
    """Write them down, in the transaction of their cause. One that stands already stays as it is."""
    rows = [
        {
            "alarm": one.alarm,
            "kind": one.kind.value,
            "step": one.step,
            "supporter": one.supporter,
            "ward": one.ward,
            "status": one.status.value,
            "state": SendState.DUE.value,
            "detail": one.detail,
            "due_at": one.due_at,
        }
        for one in messages
    ]
    if rows:
        once = ["alarm", "kind", "step", "supporter"]
        await connection.execute(insert(connection, sends).on_conflict_do_nothing(index_elements=once), rows)


async def needs_work(connection: AsyncConnection, now: datetime) -> bool:
    """True where :func:`claim` would find or change something."""
    return bool(await connection.scalar(select(exists().where(or_(_due(now), _lost(now))))))


async def claim(connection: AsyncConnection, now: datetime, limit: int) -> list[Send]:
    """Take what is due, what is real and asks first. Before that close what a dead process left, and drop what asks
    for an alarm that is over."""
    lost = {"state": SendState.UNKNOWN.value, "finished_at": now, "detail": "送る途中でハブが止まった"}
    await connection.execute(update(sends).where(_lost(now)).values(lost))
    over = select(alarms.c.id).where(alarms.c.closed_at.is_not(None))
    vain = and_(_due(now), sends.c.kind == SendKind.ASK.value, sends.c.alarm.in_(over))
    dropped = {"state": SendState.DROPPED.value, "finished_at": now, "detail": "送る前に終わった"}
    await connection.execute(update(sends).where(vain).values(dropped))
    real, asks = sends.c.status == Status.ACTUAL.value, sends.c.kind == SendKind.ASK.value
    due = select(sends).where(_due(now)).order_by(real.desc(), asks.desc(), sends.c.due_at, sends.c.id)
    rows = (await connection.execute(due.limit(limit).with_for_update(skip_locked=True))).mappings().all()
    begun = {"state": SendState.SENDING.value, "started_at": now}
    if rows:
        ids = [row["id"] for row in rows]
        await connection.execute(update(sends).where(sends.c.id.in_(ids)).values(begun))
    return [_send(row) for row in rows]


async def may_send(connection: AsyncConnection, one: Send, now: datetime) -> bool:
    """True while what we claimed is still ours: nobody has closed it, and nobody may by now."""
    ours = and_(sends.c.id == one.id, sends.c.state == SendState.SENDING.value, ~_lost(now))
    return bool(await connection.scalar(select(exists().where(ours))))


async def finish(connection: AsyncConnection, ids: Collection[int], state: str, detail: str, now: datetime) -> None:
    values = {"state": state, "detail": detail, "finished_at": now}
    await connection.execute(update(sends).where(sends.c.id.in_(ids)).values(values))


async def link(connection: AsyncConnection, number: int, token: str, until: datetime) -> None:
    """What the link of this message must hash to: a copy of the store answers nothing."""
    await connection.execute(update(sends).where(sends.c.id == number).values(link=_digest(token), link_until=until))


async def linked(connection: AsyncConnection, token: str, now: datetime) -> Send | None:
    """The message whose link holds this token; None for a stranger's, or one that has run out."""
    mine = (sends.c.link == _digest(token), sends.c.link_until > now)
    row = (await connection.execute(select(sends).where(*mine))).mappings().first()
    return _send(row) if row else None


async def of_alarms(connection: AsyncConnection, numbers: Collection[int]) -> dict[int, list[Send]]:
    """The messages of each of these alarms, in order."""
    found: dict[int, list[Send]] = {number: [] for number in numbers}
    for some in batched(sorted(found)):
        rows = await connection.execute(select(sends).where(sends.c.alarm.in_(some)).order_by(sends.c.id))
        for row in rows.mappings():
            found[row["alarm"]].append(_send(row))
    return found


async def of_ward(connection: AsyncConnection, uid: str, most: int) -> list[Send]:
    """The newest of a ward first."""
    mine = select(sends).where(sends.c.ward == uid).order_by(sends.c.id.desc()).limit(most)
    return [_send(row) for row in (await connection.execute(mine)).mappings()]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _due(now: datetime) -> ColumnElement[bool]:
    """What asks is never meant for later, as news is."""
    at_once = and_(sends.c.kind == SendKind.ASK.value, come(sends.c.due_at, now))
    return and_(sends.c.state == SendState.DUE.value, or_(sends.c.due_at <= now, at_once))


def _lost(now: datetime) -> ColumnElement[bool]:
    return and_(sends.c.state == SendState.SENDING.value, come(sends.c.started_at, now - LEASE, LEASE))


def _send(row: RowMapping) -> Send:
    told = {name: row[name] for name in Send.__dataclass_fields__}
    kinds = {"kind": SendKind(row["kind"]), "status": Status(row["status"]), "state": SendState(row["state"])}
    return Send(**{**told, **kinds})
