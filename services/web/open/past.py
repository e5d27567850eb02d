"""What was measured, told and done, as tables. Trusted values, published alerts, public numbers: nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.cap import CapAlert, read
from feeds.japan import JAPAN
from feeds.status import Status
from geo.station import Station
from rules.alert import Alert
from services.store.codec import from_json
from services.store.tables import alerts, outbox, records
from services.web.api import readings
from services.web.api.as_of import Seen
from services.web.api.season import season_features
from services.web.api.shapes import SHAPES
from services.web.api.viewer import Viewer
from services.web.cap import document_of, may_show, published
from services.web.context import CONTEXT, WebContext
from services.web.ogc import read_snow
from services.web.open.cells import Cell, local, period
from services.web.security import WebError

READINGS = ("観測所コード", "観測所名", "観測項目", "観測日時", "値", "単位", "区分")
SNOW = ("観測所コード", "観測所名", "日", "最深積雪_cm", "最小_cm", "平均_cm", "観測数")
SECTIONS = ("工区コード", "工区名", "工区名_英字", "状況", "日時", "完了予定", "実施割合", "歩道の実施割合", "区分")
ALERTS = ("識別子", "系列", "報", "種類", "区分", "警戒レベル", "件名", "見出し", "対象", "発表日時", "期限", "本文")
ANIMALS = ("日", "種類", "区画", "場所", "件数")
_MOST = 50_000  # rows of one file
_MONTH, _YEAR = timedelta(days=31), timedelta(days=366)


async def newest(request: web.Request) -> Iterable[Sequence[Cell]]:
    context, viewer = request.app[CONTEXT], Viewer.everyone(request.app[CONTEXT])
    async with context.store.read() as connection:
        rows = await readings.newest(connection, context, viewer, Seen(context.now()))
    return [_reading(context, row) for row in rows if row["gateway"] not in context.open_data.kept_back_gateways]


async def series(request: web.Request) -> Iterable[Sequence[Cell]]:
    """One sensor, one quantity; a 404 where the public may not know of it, or nobody does."""
    context = request.app[CONTEXT]
    station, quantity = request.query.get("station", ""), request.query.get("quantity", "")
    if not station or not quantity:
        raise WebError(400, "bad_station", "station と quantity を書いてください。 / Name station and quantity.")
    subject = f"{station}/{quantity}"
    if station not in context.ground.stations or readings.for_staff(subject, context.ground.stations):
        raise WebError(404, "not_found", "この観測所はありません。 / There is no such sensor.")
    span = period(request, timedelta(days=1), _MONTH)
    async with context.store.read() as connection:
        rows = await trusted(connection, context, [subject], span)
    return [_reading(context, row) for row in rows]


async def trusted(
    connection: AsyncConnection, context: WebContext, subjects: Sequence[str], span: tuple[datetime, datetime]
) -> Sequence[Any]:
    """Trusted values of a span, its end left out, that everybody may see and have, oldest first."""
    shown = sorted(Viewer.everyone(context).statuses)
    statement = (
        select(records)
        .where(records.c.type == "reading", records.c.subject.in_(subjects), records.c.status.in_(shown))
        .where(records.c.measured_at >= span[0], records.c.measured_at < span[1])
        .where(records.c.trusted, records.c.value.is_not(None))
        .where(records.c.gateway.not_in(context.open_data.kept_back_gateways))
        .order_by(records.c.measured_at, records.c.seq)
        .limit(_MOST + 1)
    )
    rows = (await connection.execute(statement)).mappings().all()
    if len(rows) > _MOST:
        raise WebError(400, "too_many", f"{_MOST}行を超えます。期間を短く。 / More than {_MOST} rows; ask for less.")
    return rows


def _reading(context: WebContext, row: Any) -> Sequence[Cell]:
    code, _, quantity = row["subject"].partition("/")
    station = context.ground.stations.get(code)
    at = local(row["measured_at"])
    return (code, station.name if station else "", quantity, at, row["value"], row["body"]["unit"], row["status"])


async def snow_by_day(request: web.Request) -> Iterable[Sequence[Cell]]:
    """Every snow gauge, every day in Japan on which it was heard of; real values alone."""
    context = request.app[CONTEXT]
    gauges = {
        f"{one.code}/snow_depth": one
        for one in context.ground.stations.values()
        if "snow_depth" in one.quantities and not one.for_staff
    }
    since, until = period(request, _MONTH, _YEAR)
    days: dict[tuple[str, str], list[float]] = {}
    async with context.store.read() as connection:
        columns = (records.c.subject, records.c.measured_at, records.c.value)
        statement = (
            select(*columns)
            .where(records.c.type == "reading", records.c.subject.in_(sorted(gauges)))
            .where(records.c.status == Status.ACTUAL.value, records.c.trusted, records.c.value.is_not(None))
            .where(records.c.measured_at >= since, records.c.measured_at < until)
            .where(records.c.gateway.not_in(context.open_data.kept_back_gateways))
        )
        async for subject, at, value in await connection.stream(statement):
            days.setdefault((subject, at.astimezone(JAPAN).date().isoformat()), []).append(value)
    return [_day(gauges[subject], day, some) for (subject, day), some in sorted(days.items())]


def _day(gauge: Station, day: str, some: Sequence[float]) -> Sequence[Cell]:
    return gauge.code, gauge.name, day, max(some), min(some), round(sum(some) / len(some), 1), len(some)


async def plowing(request: web.Request) -> Iterable[Sequence[Cell]]:
    """The plow sections as residents see them now."""
    items = await read_snow.sections(request.app[CONTEXT], request.app[SHAPES])
    return [[item.properties[name] for name in read_snow.SECTION] for item in items]


async def alerts_published(request: web.Request) -> Iterable[Sequence[Cell]]:
    """What went out by CAP, to everybody. The document has the last word, as on the feed itself."""
    context = request.app[CONTEXT]
    since, until = period(request, _MONTH, _YEAR)
    wanted = published(context.public_exercise).add_columns(alerts.c.body)
    wanted = wanted.where(outbox.c.finished_at >= since, outbox.c.finished_at < until)
    async with context.store.read() as connection:
        rows = (await connection.execute(wanted.order_by(outbox.c.finished_at).limit(_MOST))).mappings().all()
    told = [(from_json(Alert, row["body"]), read(document_of(row))) for row in rows]
    return [alert_row(alert, document) for alert, document in told if may_show(document, context.public_exercise)]


def alert_row(alert: Alert, document: CapAlert) -> Sequence[Cell]:
    """One revision, in the columns of ``ALERTS``."""
    info = next((one for one in document.infos if one.language.startswith("ja")), document.infos[0])
    areas = "、".join(area.description for area in info.areas)
    names = (document.identifier, alert.series, alert.revision, document.msg_type, document.status)
    level = alert.level if alert.alert_level else None
    times = local(document.sent), local(info.expires)
    return (*names, level, info.event, info.headline, areas, *times, info.description)


async def animals(request: web.Request) -> Iterable[Sequence[Cell]]:
    found = (await season_features(request.app[CONTEXT])).values()
    told = [one["properties"] for one in found]
    return sorted((one["day"], one["kind"], one["square"], one["place"], one["count"]) for one in told)
