"""What a handover tells of people at work: matters, calls, musters, shelters, damage, snow, and what is broken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import short
from feeds.status import Status
from rules.chronology.matter import Priority
from rules.damage.items import BY_KEY
from rules.damage.sums import figures
from rules.declared import Crowding, Opening
from rules.handover.document import Point, Section, Weight, section
from rules.orders.words import STATES_JA
from services import board_words
from services.damage.board import look
from services.desks import declared_board
from services.store import calls, damages, matters, muster_people, musters, orders, outages, vitals
from services.store.calls import CallState

_TOLD = ("dead", "missing", "injured_seriously", "injured_slightly", "destroyed_buildings", "half_destroyed_buildings")


async def work(connection: AsyncConnection, status: Status, now: datetime, faults: Sequence[str]) -> list[Section]:
    """The sections from matters to faults. ``faults``: what the hub itself says is broken."""
    return [
        section("matters", await _matters(connection, status), most=12),
        section("people", await _people(connection, status)),
        section("shelters", await _shelters(connection, status, now)),
        section("damage", await _damage(connection, status, now)),
        section("snow", await _snow(connection, status)),
        section("faults", await _faults(connection, status, faults)),
    ]


async def _matters(connection: AsyncConnection, status: Status) -> list[Point]:
    points = []
    for one in await matters.waiting(connection, status):
        said = one.content
        urgent = said.priority is Priority.URGENT
        mark = "" if said.priority is Priority.NORMAL else f"【{said.priority.ja}】"
        source = f"{said.source or said.way.ja}、{short(said.happened)}"
        text = f"案件{one.id} {mark}{said.state.ja}：{said.words[:80]}（{source}）"
        points.append(Point(text=text, weight=Weight.BAD if urgent else Weight.MIND))
    return points


async def _people(connection: AsyncConnection, status: Status) -> list[Point]:
    points = []
    for call in await calls.still_open(connection):
        if call.status is status:
            taken = f"{call.acknowledged_by}が対応中" if call.state is CallState.ACKNOWLEDGED else "だれも応じていない"
            weight = Weight.PLAIN if call.state is CallState.ACKNOWLEDGED else Weight.BAD
            points.append(
                Point(text=f"呼び出し：{call.subject}（{taken}、{short(call.opened_at)}から）", weight=weight)
            )
    running = [one for one in await musters.standing(connection) if one.status is status]
    counts = await muster_people.heads(connection, [one.id for one in running]) if running else {}
    for one in running:
        asked, answered, _ = counts.get(one.id, (0, 0, 0))
        missing = asked - answered
        text = (
            f"安否・参集「{one.title}」：対象{asked}人、回答{answered}人、未回答{missing}人（{short(one.began)}から）"
        )
        points.append(Point(text=text, weight=Weight.MIND if missing else Weight.PLAIN))
    return points


async def _shelters(connection: AsyncConnection, status: Status, now: datetime) -> list[Point]:
    points = []
    places = (await declared_board.board(connection, status, "shelters", now)).places.values()
    standing = [one for one in places if one.opening is Opening.OPEN]
    full = [one.name for one in standing if one.crowding is Crowding.FULL]
    if standing:
        people = sum(one.people or 0 for one in standing)
        points.append(Point(text=f"開設中の避難所 {len(standing)}か所、避難者 {people}人（わかっている分）"))
    if full:
        points.append(Point(text=f"満員：{'、'.join(full[:10])}", weight=Weight.BAD))
    headquarters = (await declared_board.board(connection, status, "headquarters", now)).headquarters
    if headquarters and headquarters.stands:
        points.append(Point(text=f"{headquarters.type}を設置中"))
    return points


async def _damage(connection: AsyncConnection, status: Status, now: datetime) -> list[Point]:
    points = []
    for one in (await damages.of_status(connection, status))[:3]:
        found = await look(connection, one.id, now) if one.ended is None else None
        if found is None:
            continue
        sums, changed = figures(found.totals), found.changes
        shown = dict.fromkeys([*(key for key in _TOLD if key in sums), *sums])
        told = "、".join(f"{BY_KEY[key].title} {_count(key, sums[key])}" for key in list(shown)[:8])
        points.append(Point(text=f"{one.name}：{told or '確認済みの数はまだない'}"))
        if changed:
            since = "、".join(
                f"{BY_KEY[key].title} {_count(key, step, '+')}" for key, step in list(changed.items())[:6]
            )
            points.append(Point(text=f"前回の報告から：{since}", weight=Weight.MIND))
        if found.waiting:
            points.append(Point(text=f"登録していない被害の通報 {len(found.waiting)}件", weight=Weight.MIND))
    return points


def _count(key: str, steps: int, sign: str = "") -> str:
    item = BY_KEY[key]
    value = steps if item.scale == 1 else steps / item.scale
    return f"{value:{sign},}{item.unit}"


async def _snow(connection: AsyncConnection, status: Status) -> list[Point]:
    points = []
    for one in await orders.still_open(connection, status):
        state = STATES_JA[one.state] if one.state else ""
        until = f"、{short(one.finish_by)}まで" if one.finish_by else ""
        points.append(Point(text=f"{one.section_name}：{state}{until}"))
    return points


async def _faults(connection: AsyncConnection, status: Status, faults: Sequence[str]) -> list[Point]:
    points = [Point(text=one, weight=Weight.BAD) for one in faults]
    for outage in await outages.since(connection, None, 50):
        if outage.status is status and outage.ended is None:
            text = f"送信できない経路：{board_words.said('channels', outage.channel)}（{short(outage.began)}から）"
            points.append(Point(text=text, weight=Weight.BAD))
    for gateway in await vitals.everyone(connection, status):
        if gateway.online is False:
            since = f"（{short(gateway.said_at)}から）" if gateway.said_at else ""
            points.append(Point(text=f"ゲートウェイ {gateway.name} が切れている{since}", weight=Weight.MIND))
    return points
