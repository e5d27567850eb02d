"""The messages of calls: one row for each call × step × person × address, written before anything leaves the house.

``due`` has certainly not been sent, and is sent after a restart. ``sending`` that nobody finished may have been: it
becomes ``unknown`` and is never sent again in its step; the chain goes on instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.callout.occasion import Event, is_urgent
from services.store.calls import Call, CallState
from services.store.set_back import come
from services.store.tables_calls import call_sends, calls

LEASE = timedelta(seconds=60)  # longer than any message may take
_HOUR = timedelta(hours=1)


class SendState(StrEnum):
    """What became of one message."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"  # the other side's server took it
    FAILED = "failed"
    UNKNOWN = "unknown"  # it may have left the house
    WITHHELD = "withheld"  # too many messages to this address within an hour
    DROPPED = "dropped"  # the call was over before it went out


NOT_REACHED = frozenset({SendState.FAILED, SendState.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One message."""

    call: int
    step: int
    person: str
    way: int
    group: str
    state: SendState
    detail: str
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def key(self) -> tuple[int, int, str, int]:
        return self.call, self.step, self.person, self.way


@dataclass(frozen=True, slots=True)
class Way:
    """An address of a person, by its place in the roster; the address itself is in no table."""

    person: str
    way: int


async def add(connection: AsyncConnection, call: Call, group: str, ways: Sequence[Way], now: datetime) -> None:
    """Write down the messages of the step that begins. Call in the transaction of ``calls.step_on``."""
    rows = [
        {
            "call": call.id,
            "step": call.step,
            "person": one.person,
            "way": one.way,
            "group": group,
            "state": SendState.DUE.value,
            "detail": "",
            "due_at": now,
        }
        for one in ways
    ]
    if rows:
        await connection.execute(insert(call_sends), rows)


async def needs_work(connection: AsyncConnection, now: datetime) -> bool:
    """True where :func:`claim` would find or change something."""
    found = or_(call_sends.c.state == SendState.DUE.value, _lost(now))
    return bool(await connection.scalar(select(exists().where(found))))


async def claim(connection: AsyncConnection, now: datetime, limit: int, per_hour: int) -> list[Send]:
    """Take messages that are due, the most urgent call first. Call inside ``store.hold()``.

    Before that, close what a dead process left, and drop what belongs to calls that somebody took or that are over.
    What is more than ``per_hour`` to one address is withheld; half of these are kept for what is urgent. Each status
    has its own count, and what is real goes first: a drill must not use up what a real call needs.
    """
    lost = {"state": SendState.UNKNOWN.value, "finished_at": now, "detail": "送る途中でハブが止まった"}
    await connection.execute(update(call_sends).where(_lost(now)).values(lost))
    quiet = select(calls.c.id).where(calls.c.state != CallState.CALLING.value)
    late = and_(call_sends.c.state == SendState.DUE.value, call_sends.c.call.in_(quiet))
    dropped = {"state": SendState.DROPPED.value, "finished_at": now, "detail": "送る前に呼び出しが終わった"}
    await connection.execute(update(call_sends).where(late).values(dropped))
    real = calls.c.status == Status.ACTUAL.value
    due = (
        select(call_sends, calls.c.event, calls.c.level, calls.c.status)
        .join(calls, calls.c.id == call_sends.c.call)
        .where(call_sends.c.state == SendState.DUE.value)
        .order_by(real.desc(), calls.c.level.desc(), call_sends.c.due_at, call_sends.c.call, call_sends.c.person)
        .limit(limit)
        .with_for_update(skip_locked=True, of=call_sends)
    )
    taken = []
    for row in (await connection.execute(due)).mappings().all():
        one, urgent = _send(dict(row)), is_urgent(Event(row["event"]), row["level"])
        if await _begun(connection, one, row["status"], now - _HOUR) >= (per_hour if urgent else per_hour // 2):
            await finish(connection, one, SendState.WITHHELD, "1時間に送る数の上限 / the limit of an hour", now)
            continue
        begun = {"state": SendState.SENDING.value, "started_at": now}
        await connection.execute(update(call_sends).where(_same(one)).values(begun))
        taken.append(one)
    return taken


async def _begun(connection: AsyncConnection, one: Send, status: str, since: datetime) -> int:
    """How many messages of calls of this status to this address have been begun since then."""
    same = (call_sends.c.person == one.person, call_sends.c.way == one.way, call_sends.c.started_at > since)
    ours = select(func.count()).select_from(call_sends.join(calls, calls.c.id == call_sends.c.call))
    return int(await connection.scalar(ours.where(*same, calls.c.status == status)) or 0)


async def link(connection: AsyncConnection, one: Send, token: str, until: datetime) -> None:
    """Remember what the link of this message must hash to, and until when it works: a copy of the store takes no
    call."""
    await connection.execute(update(call_sends).where(_same(one)).values(link=_digest(token), link_until=until))


async def may_send(connection: AsyncConnection, one: Send, now: datetime) -> bool:
    """True while what we claimed is still ours: nobody has closed it, and nobody may by now."""
    ours = and_(_same(one), call_sends.c.state == SendState.SENDING.value, ~_lost(now))
    return bool(await connection.scalar(select(exists().where(ours))))


async def finish(connection: AsyncConnection, one: Send, state: SendState, detail: str, now: datetime) -> None:
    """Write what became of it."""
    values = {"state": state.value, "detail": detail, "finished_at": now}
    await connection.execute(update(call_sends).where(_same(one)).values(values))


async def linked(connection: AsyncConnection, token: str, now: datetime) -> Send | None:
    """The message whose link holds this token; None for a stranger's, or one that has run out."""
    mine = (call_sends.c.link == _digest(token), call_sends.c.link_until > now)
    row = (await connection.execute(select(call_sends).where(*mine))).mappings().first()
    return _send(dict(row)) if row else None


async def of_calls(connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, list[Send]]:
    """The messages of each of these calls, in order."""
    rows = select(call_sends).where(call_sends.c.call.in_(numbers))
    rows = rows.order_by(call_sends.c.call, call_sends.c.step, call_sends.c.person, call_sends.c.way)
    found: dict[int, list[Send]] = {number: [] for number in numbers}
    for row in (await connection.execute(rows)).mappings():
        found[row["call"]].append(_send(dict(row)))
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _lost(now: datetime) -> ColumnElement[bool]:
    return and_(call_sends.c.state == SendState.SENDING.value, come(call_sends.c.started_at, now - LEASE, LEASE))


def _same(one: Send) -> ColumnElement[bool]:
    columns = (call_sends.c.call, call_sends.c.step, call_sends.c.person, call_sends.c.way)
    return and_(*(column == value for column, value in zip(columns, one.key, strict=True)))


def _send(row: dict[str, object]) -> Send:
    told = {field.name: row[field.name] for field in fields(Send)}
    return Send(**{**told, "state": SendState(str(row["state"]))})  # type: ignore[arg-type]
