"""The messages of musters: a row for each muster × round × person × address, written before anything leaves the house.

``due`` has certainly not been sent, and is sent after a restart. ``sending`` that nobody finished may have been: it
becomes ``unknown`` and is not sent again in its round; the next round asks whoever has not answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.engine import insert
from services.store.musters import MusterState
from services.store.set_back import come
from services.store.staff import in_parts
from services.store.tables_muster import muster_people, muster_sends, musters

LEASE = timedelta(seconds=120)  # longer than any message may take, its turn in the pace included


class Kind(StrEnum):
    """What a message is for; in this order they go."""

    ASK = "ask"
    OVER = "over"  # that nobody need come: what it was about is taken back, or ended
    REMIND = "remind"


class SendState(StrEnum):
    """What became of one message."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"  # the other side's server took it
    FAILED = "failed"
    UNKNOWN = "unknown"  # it may have left the house
    DROPPED = "dropped"  # answered, closed or let go before it went out


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One message. ``address`` is a keyed hash; the address itself is in the sealed directory."""

    muster: int
    round: int
    person: str
    address: str
    kind: Kind
    state: SendState
    detail: str
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def key(self) -> tuple[int, int, str, str]:
        return self.muster, self.round, self.person, self.address


@dataclass(frozen=True, slots=True)
class Line:
    """A message to be written down."""

    muster: int
    round: int
    person: str
    address: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one, in words that hold no address."""

    send: Send
    state: SendState
    detail: str


async def add(connection: AsyncConnection, lines: Sequence[Line], now: datetime) -> None:
    """Write down messages; one that stands there already stays as it is. Call inside ``store.write()``."""
    for some in in_parts(lines):
        rows = [
            {
                "muster": one.muster,
                "round": one.round,
                "person": one.person,
                "address": one.address,
                "kind": one.kind.value,
                "state": SendState.DUE.value,
                "detail": "",
                "due_at": now,
            }
            for one in some
        ]
        await connection.execute(insert(connection, muster_sends).on_conflict_do_nothing(), rows)


async def needs_work(connection: AsyncConnection, now: datetime) -> bool:
    """True where :func:`claim` would find or change something."""
    found = or_(muster_sends.c.state == SendState.DUE.value, _lost(now))
    return bool(await connection.scalar(select(exists().where(found))))


async def claim(connection: AsyncConnection, now: datetime, limit: int) -> list[Send]:
    """Take messages that are due: the real thing first, those asked for the first time first. Call inside
    ``store.hold()``.

    Before that, close what a dead process left, and drop what nobody needs any more.
    """
    lost = {"state": SendState.UNKNOWN.value, "finished_at": now, "detail": "送る途中でハブが止まった"}
    await connection.execute(update(muster_sends).where(_lost(now)).values(lost))
    await _drop(connection, now)
    turn = case({kind.value: place for place, kind in enumerate(Kind)}, value=muster_sends.c.kind)
    due = (
        select(muster_sends)
        .join(musters, musters.c.id == muster_sends.c.muster)
        .where(muster_sends.c.state == SendState.DUE.value)
        .order_by((musters.c.status == Status.ACTUAL.value).desc(), turn, muster_sends.c.due_at, muster_sends.c.person)
        .limit(limit)
        .with_for_update(skip_locked=True, of=muster_sends)
    )
    taken = [_send(dict(row)) for row in (await connection.execute(due)).mappings().all()]
    if taken:
        begun = {"state": SendState.SENDING.value, "started_at": now}
        await connection.execute(update(muster_sends).where(_keyed()).values(begun), [_keys(one) for one in taken])
    return taken


async def _drop(connection: AsyncConnection, now: datetime) -> None:
    """Questions whose muster has ended, and those to somebody who has answered meanwhile."""
    ended = select(musters.c.id).where(musters.c.state != MusterState.OPEN.value)
    settled = exists().where(
        muster_people.c.muster == muster_sends.c.muster,
        muster_people.c.person == muster_sends.c.person,
        muster_people.c.settled,
        muster_people.c.answered_at.is_not(None),
    )
    late = and_(
        muster_sends.c.state == SendState.DUE.value,
        muster_sends.c.kind != Kind.OVER.value,
        or_(muster_sends.c.muster.in_(ended), settled),
    )
    gone = {"state": SendState.DROPPED.value, "finished_at": now, "detail": "送る前に回答があったか、終わった"}
    await connection.execute(update(muster_sends).where(late).values(gone))


async def link(connection: AsyncConnection, tokens: Iterable[tuple[Send, str]], until: datetime) -> None:
    """Remember what the link of each message must hash to: a copy of the store answers for nobody."""
    rows = [_keys(one) | {"b_link": digest(token)} for one, token in tokens]
    values: dict[str, Any] = {"link": bindparam("b_link"), "link_until": until}
    if rows:
        await connection.execute(update(muster_sends).where(_keyed()).values(values), rows)


async def may_send(connection: AsyncConnection, one: Send, now: datetime) -> bool:
    """True while what we claimed is still ours: nobody has closed it, and nobody may by now."""
    ours = and_(_keyed(), muster_sends.c.state == SendState.SENDING.value, ~_lost(now))
    return bool(await connection.scalar(select(exists().where(ours)), _keys(one)))


async def finish(connection: AsyncConnection, results: Sequence[Result], now: datetime) -> None:
    """Write what became of them."""
    values = {"state": bindparam("b_state"), "detail": bindparam("b_detail"), "finished_at": now}
    rows = [_keys(one.send) | {"b_state": one.state.value, "b_detail": one.detail} for one in results]
    if rows:
        await connection.execute(update(muster_sends).where(_keyed()).values(values), rows)


async def linked(connection: AsyncConnection, token: str, now: datetime) -> Send | None:
    """The message whose link holds this token; None for a stranger's, or one that has run out."""
    mine = (muster_sends.c.link == digest(token), muster_sends.c.link_until > now)
    row = (await connection.execute(select(muster_sends).where(*mine))).mappings().first()
    return _send(dict(row)) if row else None


async def of_person(connection: AsyncConnection, person: str) -> list[Send]:
    """Everything that was sent to one person."""
    rows = select(muster_sends).where(muster_sends.c.person == person)
    rows = rows.order_by(muster_sends.c.muster, muster_sends.c.round)
    return [_send(dict(row)) for row in (await connection.execute(rows)).mappings()]


async def fates(connection: AsyncConnection, number: int) -> dict[str, set[str]]:
    """Person → states of their messages."""
    columns = (muster_sends.c.person, muster_sends.c.state)
    rows = select(*columns).where(muster_sends.c.muster == number).distinct()
    found: dict[str, set[str]] = {}
    for person, state in await connection.execute(rows):
        found.setdefault(person, set()).add(state)
    return found


async def counts(connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
    """Number → state → how many messages."""
    columns = (muster_sends.c.muster, muster_sends.c.state)
    rows = select(*columns, func.count()).where(muster_sends.c.muster.in_(numbers)).group_by(*columns)
    found: dict[int, dict[str, int]] = {number: {} for number in numbers}
    for number, state, count in await connection.execute(rows):
        found[number][state] = count
    return found


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _lost(now: datetime) -> ColumnElement[bool]:
    return and_(muster_sends.c.state == SendState.SENDING.value, come(muster_sends.c.started_at, now - LEASE, LEASE))


def _keyed() -> ColumnElement[bool]:
    return and_(*(muster_sends.c[name] == bindparam(f"b_{name}") for name in ("muster", "round", "person", "address")))


def _keys(one: Send) -> dict[str, Any]:
    return {"b_muster": one.muster, "b_round": one.round, "b_person": one.person, "b_address": one.address}


def _send(row: dict[str, Any]) -> Send:
    told = {field.name: row[field.name] for field in fields(Send)}
    return Send(**{**told, "state": SendState(row["state"]), "kind": Kind(row["kind"])})
