"""What minimal mode knows at one moment: the little that people need to decide, read in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import CapTelegram, Telegram
from rules.alert import OUT, Alert, State
from rules.floor import Floor
from services.desks.agreement import agreed_to
from services.store import alerts
from services.store.alerts import Revision
from services.store.codec import from_json
from services.store.tables import alerts as revisions
from services.store.tables import chronology, outbox, quarantine, records

_TELEGRAMS, _READINGS, _ENTRIES, _ALERTS = 40, 400, 40, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One that waits for people."""

    revision: Revision
    agreed: tuple[str, ...]
    needs: int  # persons still missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One that has left the house, and what became of it by channel."""

    alert: Alert
    state: State
    deliveries: Sequence[RowMapping]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An official telegram in a line."""

    at: datetime
    received_at: datetime
    office: str
    title: str
    headline: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The newest reading of one sensor."""

    station: str
    quantity: str
    value: float | None
    unit: str
    at: datetime
    status: str
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All of the page. ``unread``: messages that could not be decoded."""

    drafts: Sequence[Draft]
    issued: Sequence[Issued]
    telegrams: Sequence[Heard]
    readings: Sequence[Measured]
    unread: int
    log: Sequence[RowMapping]


async def picture(connection: AsyncConnection, floor: Floor, now: datetime) -> Picture:
    """As it stands."""
    return Picture(
        drafts=await _drafts(connection, floor, now),
        issued=await issued(connection),
        telegrams=await _telegrams(connection),
        readings=await _readings(connection),
        unread=int(await connection.scalar(select(func.count()).select_from(quarantine)) or 0),
        log=(await connection.execute(select(chronology).order_by(chronology.c.seq.desc()).limit(_ENTRIES)))
        .mappings()
        .all(),
    )


async def issued(connection: AsyncConnection) -> list[Issued]:
    """What has left the house, the newest first."""
    out = revisions.c.state.in_([one.value for one in OUT])
    wanted = select(revisions.c.state, revisions.c.body).where(out).order_by(revisions.c.sent.desc()).limit(_ALERTS)
    found = [(State(row.state), from_json(Alert, row.body)) for row in await connection.execute(wanted)]
    theirs = select(outbox.c.series, outbox.c.revision, outbox.c.channel, outbox.c.state, outbox.c.reason)
    mine = outbox.c.series.in_(sorted({alert.series for _, alert in found}))
    rows = (await connection.execute(theirs.where(mine).order_by(outbox.c.channel))).mappings().all()
    by_alert: dict[tuple[str, int], list[RowMapping]] = {}
    for row in rows:
        by_alert.setdefault((row["series"], row["revision"]), []).append(row)
    return [
        Issued(alert=alert, state=state, deliveries=by_alert.get((alert.series, alert.revision), []))
        for state, alert in found
    ]


async def _drafts(connection: AsyncConnection, floor: Floor, now: datetime) -> list[Draft]:
    waiting = select(revisions.c.series, revisions.c.revision)
    waiting = waiting.where(revisions.c.state == State.DRAFT.value, revisions.c.expires > now)
    found = []
    for series, number in (await connection.execute(waiting.order_by(revisions.c.sent))).all():
        one = await alerts.get(connection, series, number)
        assert one is not None  # the same transaction
        agreed = await agreed_to(connection, one.alert, one.digest)
        found.append(Draft(revision=one, agreed=agreed, needs=floor.missing(one.alert, agreed)))
    return found


async def _telegrams(connection: AsyncConnection) -> list[Heard]:
    kinds: Mapping[str, type[Any]] = {"telegram": Telegram, "cap": CapTelegram}
    newest = select(records.c.type, records.c.received_at, records.c.body).where(records.c.type.in_(kinds))
    rows = (await connection.execute(newest.order_by(records.c.seq.desc()).limit(_TELEGRAMS))).all()
    return [_heard(from_json(kinds[row.type], row.body), row.received_at) for row in rows]


def _heard(one: Telegram | CapTelegram, received_at: datetime) -> Heard:
    if isinstance(one, Telegram):
        office, title, headline = one.publishing_office or one.editorial_office, one.head_title, one.headline or ""
    else:
        office, title, headline = one.alert.sender, "CAP", next((info.headline or "" for info in one.alert.infos), "")
    return Heard(
        at=one.measured_at,
        received_at=received_at,
        office=office,
        title=title,
        headline=headline,
        status=one.status.value,
    )


async def _readings(connection: AsyncConnection) -> list[Measured]:
    """The newest of each sensor among those that came in last."""
    newest = select(records).where(records.c.type == "reading").order_by(records.c.seq.desc()).limit(_READINGS)
    found: dict[tuple[str, str], Measured] = {}
    for row in (await connection.execute(newest)).mappings():
        station, _, quantity = row["subject"].partition("/")
        one = Measured(
            station=station,
            quantity=quantity,
            value=row["value"],
            unit=str(row["body"].get("unit", "")),
            at=row["measured_at"],
            status=row["status"],
            trusted=row["trusted"],
        )
        before = found.setdefault((row["subject"], row["status"]), one)
        if one.at > before.at:
            found[row["subject"], row["status"]] = one
    return sorted(found.values(), key=lambda one: (one.station, one.quantity))
