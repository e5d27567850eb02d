"""What a handover tells of sending: what went out and what did not, what is held back, what waits for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import short
from feeds.status import Status
from geo.station import Station
from rules.alert import State
from rules.handover.document import Point, Section, Weight, section
from services import board_words
from services.desks import silence
from services.store import outages, report_cases, silences
from services.store.delivery_state import DeliveryState
from services.store.tables import alerts, outbox, suppressions

_BAD = (DeliveryState.REJECTED, DeliveryState.UNKNOWN, DeliveryState.EXPIRED)
_HEADLINE = alerts.c.body[("texts", "ja", "headline")].as_string()
_LISTED = 50


async def telling(
    connection: AsyncConnection, status: Status, since: datetime, now: datetime, stations: Mapping[str, Station]
) -> list[Section]:
    """The sections told, held, waiting and silences."""
    return [
        section("told", await _sent(connection, status, since)),
        section("held", await _held(connection, status), most=5),
        section("waiting", await _waiting(connection, status)),
        section("silences", await _silences(connection, status, since, now, stations)),
    ]


async def _silences(
    connection: AsyncConnection, status: Status, since: datetime, now: datetime, stations: Mapping[str, Station]
) -> list[Point]:
    """Those that hold, then those that ended since: while they held nobody was told, and whoever comes asks why."""
    found = await silences.between(connection, status, since, now)
    what = {one.id: await silence.told(connection, one, stations) for one in found}
    holding = [
        Point(text=f"{what[one.id]}：{short(one.ends)}まで、{one.owner}（{one.reason}）", weight=Weight.MIND)
        for one in sorted(found, key=lambda one: (one.ends, one.id))
        if one.holds(now)
    ]
    over = [
        Point(text=f"{what[one.id]}：{short(one.begins)}〜{short(one.ends)}に止めていた。{one.owner}（{one.reason}）")
        for one in found
        if one.ends <= now
    ]
    return holding + over


async def _sent(connection: AsyncConnection, status: Status, since: datetime) -> list[Point]:
    mine = (outbox.c.status == status.value, outbox.c.created_at >= since)
    counted = select(outbox.c.state, func.count()).where(*mine).group_by(outbox.c.state)
    many = {DeliveryState(state): int(count) for state, count in await connection.execute(counted)}
    if not many:
        return []
    told = "、".join(f"{state.ja} {many[state]}件" for state in DeliveryState if state in many)
    points = [Point(text=f"配信 {sum(many.values())}件：{told}")]
    bad = (
        select(outbox.c.channel, outbox.c.state, outbox.c.created_at, _HEADLINE.label("headline"))
        .join(alerts, (alerts.c.series == outbox.c.series) & (alerts.c.revision == outbox.c.revision))
        .where(*mine, outbox.c.state.in_([one.value for one in _BAD]))
        .order_by(outbox.c.created_at.desc())
        .limit(_LISTED)
    )
    for row in await connection.execute(bad):
        what = f"{_channel(row.channel)}：{DeliveryState(row.state).ja}「{row.headline}」{short(row.created_at)}"
        points.append(Point(text=what, weight=Weight.BAD))
    return points


async def _held(connection: AsyncConnection, status: Status) -> list[Point]:
    newest = select(_HEADLINE).where(alerts.c.series == suppressions.c.series).order_by(alerts.c.revision.desc())
    about = newest.limit(1).scalar_subquery().label("headline")
    mine = select(suppressions.c.rule, suppressions.c.detail, about)
    found = mine.where(suppressions.c.current, suppressions.c.status == status.value)
    rows = await connection.execute(found.order_by(suppressions.c.id.desc()).limit(_LISTED))
    return [
        Point(text=f"{f'「{row.headline}」' if row.headline else f'規則 {row.rule}'}：{row.detail}") for row in rows
    ]


async def _waiting(connection: AsyncConnection, status: Status) -> list[Point]:
    drafts = select(_HEADLINE.label("headline"), alerts.c.sent, alerts.c.level).where(
        alerts.c.state == State.DRAFT.value, alerts.c.status == status.value
    )
    rows = await connection.execute(drafts.order_by(alerts.c.level.desc(), alerts.c.sent).limit(_LISTED))
    points = [Point(text=f"承認待ちの案「{row.headline}」{short(row.sent)}から", weight=Weight.MIND) for row in rows]
    if reports := (await report_cases.waiting(connection))[status]:
        points.append(Point(text=f"判断を待つ通報 {reports}件", weight=Weight.MIND))
    for outage in await outages.since(connection, None, _LISTED):
        if outage.status is status and outage.ended is not None:
            text = (
                f"読まれていない送信障害の報告：{_channel(outage.channel)} {short(outage.began)}〜{short(outage.ended)}"
            )
            points.append(Point(text=text, weight=Weight.MIND))
    return points


def _channel(name: str) -> str:
    return board_words.said("channels", name)
