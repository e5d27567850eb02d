"""What the store knows that may have to ring: drafts that wait, deliveries nobody confirmed, equipment, a backlog.

Asked every second, so only the few members that are needed are taken out of the bodies, and by the database.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import State
from services.store.delivery_state import TAKEN, DeliveryState
from services.store.hold_offs import ITS
from services.store.spread import under_way
from services.store.tables import alerts, hazards, hold_offs, outbox

_MOST = 500  # rows; more than anybody reads, and less than holds up the loop
_WHOLE_SECONDS = timedelta(seconds=2)  # ``sent`` has no fractions, ``changed_at`` has
_MOVING = (DeliveryState.WAITING.value, DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What staff need to know of a revision to recognise it."""

    series: str
    revision: int
    status: Status
    rule: str
    level: int
    alert_level: bool
    event: str  # 河川の水位
    event_en: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft, and since when people are asked about its series without a break."""

    told: Told
    since: datetime
    stays: str = ""  # why it did not leave by itself when its time had come


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A delivery of an issued revision that its channel has not confirmed."""

    told: Told
    channel: str
    row: RowMapping  # of the outbox, without the payload


@dataclass(frozen=True, slots=True)
class Meant:
    """An issued revision, and every channel that it is meant for, whether or not that takes it."""

    told: Told
    channels: tuple[str, ...]
    sent: datetime


@dataclass(frozen=True, slots=True)
class Broken:
    """What is wrong with our equipment, as the model says it."""

    key: str
    source: str  # gateway:gw07
    status: Status
    headline: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """Deliveries of one status that are not out."""

    status: Status
    many: int
    since: datetime  # the oldest


async def waiting_drafts(connection: AsyncConnection, now: datetime) -> list[Waiting]:
    """Every draft that has not expired and waits for people, not for its hold-off.

    A draft that follows on another that nobody answered waits since that one.
    """
    waits = or_(hold_offs.c.stays.is_(None), hold_offs.c.stays != "")
    drafts = select(*_TOLD, alerts.c.sent, hold_offs.c.stays).outerjoin_from(alerts, hold_offs, ITS)
    drafts = drafts.where(alerts.c.state == State.DRAFT.value, alerts.c.expires > now, waits)
    rows = await connection.execute(drafts.order_by(alerts.c.series))
    found = [(_told(row), row.sent, row.stays or "") for row in rows]
    if not found:
        return []
    columns = (alerts.c.series, alerts.c.revision, alerts.c.state, alerts.c.sent, alerts.c.changed_at)
    family = select(*columns).where(alerts.c.series.in_([told.series for told, *_ in found]))
    families: dict[str, list[Any]] = {}
    for row in await connection.execute(family.order_by(alerts.c.revision.desc())):
        families.setdefault(row.series, []).append(row)
    return [
        Waiting(told, _asked_since(told.revision, sent, families[told.series]), stays) for told, sent, stays in found
    ]


def _asked_since(revision: int, sent: datetime, family: Sequence[Any]) -> datetime:
    """``family`` are the revisions of the series, the newest first."""
    since = sent
    for row in family:
        if row.revision >= revision:
            continue
        if row.state != State.WITHDRAWN.value or row.changed_at + _WHOLE_SECONDS < since:
            break
        since = row.sent
    return since


async def unconfirmed(
    connection: AsyncConnection, channels: Collection[str], least: int, now: datetime
) -> list[Unconfirmed]:
    """Of alerts of this level or above that hold, all-clears among them: what these channels have not confirmed.

    The oldest of them, some hundreds at most.
    """
    theirs = (outbox.c.channel.in_(sorted(channels)), outbox.c.state.not_in(TAKEN))
    counted = (*_holds(least, now), *theirs)
    same = and_(outbox.c.series == alerts.c.series, outbox.c.revision == alerts.c.revision)
    wanted = ("channel", "state", "reason", "attempts", "created_at", "first_tried_at", "after_unknown", "finished_at")
    columns = [outbox.c[name] for name in (*wanted, "done")]
    rows = select(*_TOLD, *columns).select_from(alerts.join(outbox, same)).where(*counted)
    found = await connection.execute(rows.order_by(outbox.c.created_at, outbox.c.id).limit(_MOST))
    return [Unconfirmed(_told(row), row.channel, row._mapping) for row in found]


async def meant(connection: AsyncConnection, least: int, now: datetime) -> list[Meant]:
    """Alerts of this level or above that hold, with the channels that have a delivery of them, in whatever state."""
    same = and_(outbox.c.series == alerts.c.series, outbox.c.revision == alerts.c.revision)
    rows = select(*_TOLD, alerts.c.sent, outbox.c.channel).outerjoin_from(alerts, outbox, same)
    found: dict[tuple[str, int], Meant] = {}
    for row in await connection.execute(rows.where(*_holds(least, now)).order_by(alerts.c.sent, alerts.c.series)):
        one = found.setdefault((row.series, row.revision), Meant(_told(row), (), row.sent))
        found[row.series, row.revision] = replace(one, channels=(*one.channels, row.channel or ""))
    return list(found.values())


def _holds(least: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What was issued at this level or above and has not expired, all-clears among it."""
    ended = and_(alerts.c.state.in_((State.ENDED.value, State.LIFTED.value)), alerts.c.ends)
    return (or_(alerts.c.state == State.ISSUED.value, ended), alerts.c.expires > now, alerts.c.level >= least)


async def equipment(connection: AsyncConnection, now: datetime) -> list[Broken]:
    """What is wrong with gateways and stations now."""
    holds = (hazards.c.current, hazards.c.kind.in_(("equipment", "trap")), hazards.c.valid_until > now)
    words = (_member(hazards.c.body["source"]).label("source"), _member(hazards.c.body["headline"]).label("headline"))
    rows = select(hazards.c.key, hazards.c.status, hazards.c.at, *words).where(*holds).order_by(hazards.c.key)
    found = await connection.execute(rows)
    return [Broken(row.key, row.source, Status(row.status), row.headline, row.at) for row in found]


async def backlog(connection: AsyncConnection, now: datetime) -> list[Backlog]:
    """Deliveries that wait or hang, by status; not those that are just telling many people, one after the other."""
    counted = (outbox.c.state.in_(_MOVING), outbox.c.expires > now, ~under_way())
    rows = select(outbox.c.status, func.count(), func.min(outbox.c.created_at)).where(*counted)
    found = await connection.execute(rows.group_by(outbox.c.status))
    return [Backlog(Status(status), many, since) for status, many, since in found]


def _member(value: Any) -> ColumnElement[str]:
    found: ColumnElement[str] = value.as_string()
    return found


_TOLD = (
    *(alerts.c[name] for name in ("series", "revision", "status", "rule", "level")),
    alerts.c.body["alert_level"].as_boolean().label("alert_level"),
    _member(alerts.c.body[("texts", "ja", "event")]).label("event"),
    _member(alerts.c.body[("texts", "en", "event")]).label("event_en"),
)


def _told(row: Any) -> Told:
    return Told(
        series=row.series,
        revision=row.revision,
        status=Status(row.status),
        rule=row.rule,
        level=row.level,
        alert_level=bool(row.alert_level),
        event=row.event,
        event_en=row.event_en or row.event,
    )
