"""Reading a story off the store: nothing is told that was not written down at the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import exact
from geo.hazard import Hazard
from rules.alert import Alert
from services.store import alerts, chronology
from services.store.codec import from_json
from services.store.delivery_state import DeliveryState
from services.store.tables import alerts as written
from services.store.tables import approvals, hazards, outbox, records, suppressions
from services.story.steps import Kind, Step, Story, in_time

_DAY = timedelta(days=1)
_MOST_READINGS = 40  # behind one alert; a district's rain has more gauges than anybody reads
_KINDS = {"draft": Kind.DRAFT, "edited": Kind.DRAFT, "issued": Kind.ISSUED}
_DEEDS = (*_KINDS, "held", "stayed", "sent_now", "break_glass", "rejected", "withdrawn", "expired", "ended")


async def gather(connection: AsyncConnection, series: str, revision: int | None = None) -> Story | None:
    """The story of a revision, the newest unless told; None where there is no such alert."""
    known = tuple(
        await connection.scalars(
            select(written.c.revision).where(written.c.series == series).order_by(written.c.revision)
        )
    )
    number = known[-1] if known and revision is None else revision
    found = await alerts.get(connection, series, number) if number in known and number is not None else None
    if found is None:
        return None
    alert = found.alert
    seen = await _hazards(connection, alert)
    steps = [
        *await _readings(connection, [hazard for _, hazard in seen]),
        *(_of_hazard(at, hazard) for at, hazard in seen),
        *await _held(connection, alert),
        *await _deeds(connection, alert),
        *await _approvals(connection, alert, found.digest),
        *await _receipts(connection, alert),
    ]
    return Story(
        alert=alert,
        state=found.state,
        digest=found.digest,
        revisions=known,
        steps=in_time(steps),
        payloads=found.payloads,
    )


async def _hazards(connection: AsyncConnection, alert: Alert) -> list[tuple[datetime, Hazard]]:
    """Each hazard as it was when the revision was written.

    It was there: where all that is known of it came later, that was written by a clock that ran ahead, the first first.
    """
    if not alert.hazards:
        return []
    by_then = case((hazards.c.at <= alert.sent + timedelta(seconds=1), hazards.c.seq))
    chosen = func.coalesce(func.max(by_then), func.min(hazards.c.seq))
    then = select(chosen).where(hazards.c.key.in_(alert.hazards)).group_by(hazards.c.key)
    rows = await connection.execute(select(hazards.c.at, hazards.c.body).where(hazards.c.seq.in_(then)))
    return [(at, from_json(Hazard, body)) for at, body in rows]


async def _readings(connection: AsyncConnection, seen: Sequence[Hazard]) -> list[Step]:
    """The records that the hazards name as their evidence, when they came."""
    said = {one.ref: one.text for hazard in seen for one in hazard.evidence}
    wanted = sorted(said)[:_MOST_READINGS]
    if not wanted:
        return []
    columns = (records.c.key, records.c.gateway, records.c.measured_at, func.min(records.c.received_at).label("at"))
    rows = await connection.execute(
        select(*columns)
        .where(records.c.key.in_(wanted))
        .group_by(records.c.key, records.c.gateway, records.c.measured_at)
    )
    return [
        Step(
            kind=Kind.READING,
            at=at,
            who=gateway,
            text=said[key],
            detail=f"測定 {exact(measured)}、記録 {key}",
        )
        for key, gateway, measured, at in rows
    ]


def _of_hazard(at: datetime, hazard: Hazard) -> Step:
    level = f"{'警戒レベル' if hazard.alert_level else 'レベル'}{hazard.level}" if hazard.level else "終わり"
    chance = "" if hazard.probability is None else f"、確率 {hazard.probability:.0%}"
    seen = "観測" if hazard.observed else "予測"
    return Step(
        kind=Kind.HAZARD,
        at=at,
        who=hazard.model,
        text=f"{hazard.area_name}：{hazard.headline}",
        detail=f"{level}、{seen}{chance}（{hazard.key}）",
    )


async def _held(connection: AsyncConnection, alert: Alert) -> list[Step]:
    """What kept the rule from speaking of it before this revision."""
    columns = (suppressions.c.stage, suppressions.c.reason, suppressions.c.detail, suppressions.c.first_at)
    mine = (suppressions.c.series == alert.series, suppressions.c.status == alert.status.value)
    rows = await connection.execute(select(*columns).where(*mine, suppressions.c.first_at <= alert.sent))
    return [
        Step(kind=Kind.HELD, at=at, who=f"規則 {alert.rule}", text=detail or reason, detail=f"{stage}（{reason}）")
        for stage, reason, detail, at in rows
    ]


async def _deeds(connection: AsyncConnection, alert: Alert) -> list[Step]:
    until = alert.expires + _DAY
    log = await chronology.between(connection, alert.status, _DEEDS, alert.sent - _DAY, until)
    which = (alert.series, str(alert.revision))
    mine = [one for one in log if (one.refs.get("series"), one.refs.get("revision")) == which]
    return [
        Step(
            kind=_KINDS.get(one.kind, Kind.DECISION),
            at=one.at,
            who=f"規則 {alert.rule}" if one.kind == "draft" and not alert.author else one.who,
            text=one.text,
        )
        for one in mine
    ]


async def _approvals(connection: AsyncConnection, alert: Alert, digest: str) -> list[Step]:
    mine = (approvals.c.series == alert.series, approvals.c.revision == alert.revision)
    rows = await connection.execute(select(approvals.c.person, approvals.c.digest, approvals.c.at).where(*mine))
    return [
        Step(
            kind=Kind.APPROVAL,
            at=at,
            who=person,
            text=f"{person} が承認した",
            detail=f"SHA-256 {agreed}（{'送った内容と一致' if agreed == digest else 'その後に内容が変わり、無効'}）",
        )
        for person, agreed, at in rows
    ]


async def _receipts(connection: AsyncConnection, alert: Alert) -> list[Step]:
    mine = (outbox.c.series == alert.series, outbox.c.revision == alert.revision)
    rows = (await connection.execute(select(outbox).where(*mine).order_by(outbox.c.channel))).mappings()
    return [_receipt(row) for row in rows]


def _receipt(row: Any) -> Step:
    tries = f"{row['attempts']}回目" if row["attempts"] > 1 else ""
    parts = f"{len(row['done'])}件" if len(row["done"]) > 1 else ""
    ours = "" if row["cause"] else row["reason"]
    detail = "、".join(one for one in (ours, tries, parts) if one)
    return Step(
        kind=Kind.RECEIPT,
        at=row["finished_at"],
        who=row["channel"],
        text=f"{row['channel']}：{DeliveryState(row['state']).ja}",
        detail=detail,
        channel=row["channel"],
        state=row["state"],
        cause=row["cause"],
        words=row["reason"] if row["cause"] else "",
        receipts=tuple(row["done"]),
    )
