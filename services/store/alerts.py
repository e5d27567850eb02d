"""Alerts: the revisions of every series, and what became of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import Alert, State
from rules.ledger import BEFORE_DRAFTED, BEFORE_ISSUED, GIVES_WAY, OPEN, Turn, Written, issued_as, standing_of
from rules.situation import Standing
from services.channels.channel import Payload
from services.store import hazards, past
from services.store.codec import as_text, from_json, read, to_json
from services.store.tables import alerts

_OPEN = [state.value for state in OPEN]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a channel does not take this alert, in words for the delivery board."""

    reason: str
    code: str = ""  # of a named reason, for programs


LedgerLines = tuple[tuple[str, int, str], ...]  # series, number and state of revisions
Families = Mapping[str, Sequence[Written]]  # revisions by their series
Rendered = Mapping[str, Payload | Refusal]  # channel → what it would send, or why it does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One stored revision with its state and everything that was rendered for it."""

    alert: Alert
    state: State
    digest: str
    payloads: Rendered


def digest_of(payloads: Rendered) -> str:
    """What an approval is bound to: SHA-256 over every channel's payload, hexadecimal. Any edit changes it."""
    parts = {
        name: one.digest if isinstance(one, Payload) else f"refused: {one.reason}" for name, one in payloads.items()
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


async def add_draft(connection: AsyncConnection, alert: Alert, payloads: Rendered, now: datetime) -> str:
    """Store a new revision as a draft; an older draft of the series gives way. Returns the digest to approve."""
    await _turn(connection, alert.series, BEFORE_DRAFTED, now, before=alert.revision)
    return await _add(connection, alert, State.DRAFT, payloads, now)


async def add_issued(connection: AsyncConnection, alert: Alert, payloads: Rendered, now: datetime) -> str:
    """Store a new revision that leaves the house in this moment: :func:`add_draft` and :func:`mark_issued` in one."""
    await _turn(connection, alert.series, BEFORE_ISSUED, now, before=alert.revision)
    return await _add(connection, alert, issued_as(alert), payloads, now)


async def _add(connection: AsyncConnection, alert: Alert, state: State, payloads: Rendered, now: datetime) -> str:
    digest = digest_of(payloads)
    row = {
        "series": alert.series,
        "revision": alert.revision,
        "identifier": alert.identifier,
        "status": alert.status.value,
        "rule": alert.rule,
        "kind": alert.kind,
        "level": alert.level,
        "state": state.value,
        "ends": alert.ends,
        "sent": alert.sent,
        "expires": alert.expires,
        "changed_at": now,
        "digest": digest,
        "payloads": {name: _payload_out(one) for name, one in payloads.items()},
        "refusals": _codes(payloads),
        "body": to_json(alert),
    }
    await connection.execute(insert(alerts), row)
    await hazards.speak(connection, alert.hazards, now)
    return digest


async def get(connection: AsyncConnection, series: str, revision: int) -> Revision | None:
    """One revision, or None."""
    found = await connection.execute(select(alerts).where(alerts.c.series == series, alerts.c.revision == revision))
    row = found.mappings().first()
    if row is None:
        return None
    payloads = {name: _payload_in(body) for name, body in row["payloads"].items()}
    return Revision(
        alert=from_json(Alert, row["body"]), state=State(row["state"]), digest=row["digest"], payloads=payloads
    )


async def mark_issued(connection: AsyncConnection, alert: Alert, now: datetime) -> None:
    """The revision leaves the house; the ones before it are superseded. One that ends the series ends it."""
    await _turn(connection, alert.series, BEFORE_ISSUED, now, before=alert.revision)
    one = update(alerts).where(alerts.c.series == alert.series, alerts.c.revision == alert.revision)
    await past.change(connection, one.values(state=issued_as(alert).value, changed_at=now), now)


async def mark_rejected(connection: AsyncConnection, alert: Alert, now: datetime) -> None:
    one = update(alerts).where(alerts.c.series == alert.series, alerts.c.revision == alert.revision)
    await past.change(connection, one.values(state=State.REJECTED.value, changed_at=now), now)


async def give_way(connection: AsyncConnection, series: str, state: State, now: datetime) -> bool:
    """Drop the waiting draft of a series (WITHDRAWN), or close the series (ENDED, LIFTED); True if that changed any."""
    return bool(await _turn(connection, series, GIVES_WAY[state], now))


async def running_out(connection: AsyncConnection, status: Status, now: datetime) -> bool:
    """True where :func:`run_out` would mark anything."""
    return bool(await connection.scalar(_RUNNING_OUT, {"status": status.value, "now": now}))


async def run_out(connection: AsyncConnection, status: Status, now: datetime) -> list[RowMapping]:
    """Mark what was issued and has run out while a newer revision waits or was refused; those rows."""
    found = select(alerts).where(*_over())
    rows = list((await connection.execute(found, {"status": status.value, "now": now})).mappings())
    for row in rows:
        one = update(alerts).where(alerts.c.series == row["series"], alerts.c.revision == row["revision"])
        await past.change(connection, one.values(state=State.EXPIRED.value, changed_at=now), now)
    return rows


async def ledger(connection: AsyncConnection, status: Status) -> LedgerLines:
    """Series, number and state of every revision of each series that is not over, in order."""
    rows = await connection.execute(_LEDGER, {"status": status.value})
    return tuple((series, revision, state) for series, revision, state in rows)


def lines(families: Families) -> LedgerLines:
    """What :func:`ledger` gives, of what :func:`families` found."""
    return tuple((series, one.revision, one.state.value) for series, some in families.items() for one in some)


async def standing(
    connection: AsyncConnection, status: Status, now: datetime, then: datetime | None = None
) -> dict[str, Standing]:
    """Every series that is not over, as the rules want it. ``then``: as the hub knew them at that instant."""
    found = await families(connection, status, now, then)
    return {series: standing_of(family, now) for series, family in found.items()}


async def families(
    connection: AsyncConnection, status: Status, now: datetime, then: datetime | None = None
) -> dict[str, list[Written]]:
    """All revisions of every series that is not over, in order. Bodies are read only of what still counts."""
    statement = _FAMILIES if then is None else _with_bodies(past.as_of(alerts, then))
    rows = await connection.execute(statement, {"status": status.value, "now": now})
    found: dict[str, list[Written]] = {}
    for series, revision, state, body in rows:
        one = Written(revision, State(state), read(Alert, body) if body else None)
        found.setdefault(series, []).append(one)
    return found


async def refused(connection: AsyncConnection, status: Status, code: str) -> list[tuple[str, str, str, str]]:
    """Series, rule, channel and reason of what open revisions do not send because of a reason named ``code…``."""
    mine = (alerts.c.state.in_(_OPEN), alerts.c.status == status.value)
    rows = await connection.execute(
        select(alerts.c.series, alerts.c.rule, alerts.c.payloads)
        .where(*mine, alerts.c.refusals.contains(f" {code}", autoescape=True))
        .order_by(alerts.c.series, alerts.c.revision)
    )
    return [
        (series, rule, channel, one["reason"])
        for series, rule, payloads in rows
        for channel, one in payloads.items()
        if one.get("code", "").startswith(code)
    ]


async def status_of(connection: AsyncConnection, series: str) -> Status | None:
    """The status of a series; None where there is none of this name."""
    found = await connection.scalar(select(alerts.c.status).where(alerts.c.series == series).limit(1))
    return Status(found) if found else None


async def newest(connection: AsyncConnection, series: str) -> Alert | None:
    """The revision of a series that was written last, whatever became of it."""
    last = select(alerts.c.body).where(alerts.c.series == series).order_by(alerts.c.revision.desc()).limit(1)
    body = await connection.scalar(last)
    return from_json(Alert, body) if body else None


async def between(connection: AsyncConnection, status: Status, since: datetime, until: datetime) -> list[Alert]:
    """Every revision written in [since, until], in order, whatever became of it."""
    written = (alerts.c.status == status.value, alerts.c.sent.between(since, until))
    rows = await connection.execute(select(alerts.c.body).where(*written).order_by(alerts.c.sent, alerts.c.series))
    return [from_json(Alert, body) for (body,) in rows]


def _over() -> tuple[ColumnElement[bool], ...]:
    """Terms of the parameters ``status`` and ``now``."""
    newer = alerts.alias("newer")
    later = (newer.c.series == alerts.c.series, newer.c.revision > alerts.c.revision, newer.c.state.in_(_OPEN))
    issued = alerts.c.state == State.ISSUED.value
    mine = alerts.c.status == bindparam("status")
    return mine, issued, alerts.c.expires <= bindparam("now"), exists().where(*later)


def _families(known: FromClause, *more: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """All revisions of each series of the ``status`` of which one is open; of the alerts, or of them at an instant."""
    series, revision = known.c.series, known.c.revision
    mine = (known.c.status == bindparam("status"), known.c.state.in_(_OPEN))
    still_open = select(series).where(*mine).distinct()
    return select(series, revision, known.c.state, *more).where(series.in_(still_open)).order_by(series, revision)


def _with_bodies(known: FromClause) -> Select[*tuple[Any, ...]]:
    superseded = and_(known.c.state == State.SUPERSEDED.value, known.c.expires > bindparam("now"))
    body = as_text(case((or_(known.c.state.in_(_OPEN), superseded), known.c.body)))
    return _families(known, body.label("body"))


_LEDGER, _FAMILIES = _families(alerts), _with_bodies(alerts)
_RUNNING_OUT = select(exists(select(alerts.c.series).where(*_over())))


async def _turn(connection: AsyncConnection, series: str, turn: Turn, now: datetime, before: int | None = None) -> int:
    """Turn the states of the series' revisions, or of those before one; how many were turned."""
    if before == 1:  # there is none
        return 0
    was = [state.value for state in turn]
    of = update(alerts).where(alerts.c.series == series, alerts.c.state.in_(was))
    those = of if before is None else of.where(alerts.c.revision < before)
    comes = case({state.value: comes.value for state, comes in turn.items()}, value=alerts.c.state)
    return (await past.change(connection, those.values(state=comes, changed_at=now), now)).rowcount


def _codes(payloads: Rendered) -> str:
    """The codes of the refusals, a blank around each, so that one is found without reading any payload."""
    codes = sorted({one.code for one in payloads.values() if isinstance(one, Refusal) and one.code})
    return f" {' '.join(codes)} " if codes else ""


def _payload_out(one: Payload | Refusal) -> dict[str, object]:
    body: dict[str, object] = to_json(one)
    return body


def _payload_in(body: dict[str, object]) -> Payload | Refusal:
    return from_json(Refusal, body) if "reason" in body else from_json(Payload, body)
