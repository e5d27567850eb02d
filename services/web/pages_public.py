"""The public page: what is in force and what to do, in plain HTML that an old phone shows without any script.

It reads the store through the same queries as the API, always as an anonymous viewer: whoever is logged in sees here
what everyone sees, and never a draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import hdrs, web
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from geo.station import Station
from rules.alert import Alert
from rules.cap_message import mark
from services.store.codec import from_json
from services.store.latest import newest_by_subject
from services.store.tables import records
from services.web.api.alerts import visible
from services.web.api.viewer import Viewer
from services.web.context import CONTEXT, WebContext
from services.web.templating import TEMPLATES, page

ORDERS = {5: ("緊急安全確保",), 4: ("避難指示",), 3: ("高齢者等避難",)}  # 警戒レベル → what the city then issues
_SILENT = timedelta(minutes=90)  # a sensor that said nothing for longer has no value now
_AHEAD = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A sensor as a row of a table. ``value`` None: it is silent, which never means safe."""

    name: str
    name_en: str
    river: str
    value: float | None
    unit: str
    at: datetime | None
    threshold: str = ""  # the highest one reached


async def show(request: web.Request) -> web.Response:
    """The page. Compressed, because the first answer must fit into a few packets on a thin line."""
    context = request.app[CONTEXT]
    viewer, now = Viewer.everyone(context), context.now()
    async with context.store.read() as connection:
        rows = (await connection.execute(visible(viewer, now))).mappings()
        alerts = sorted((from_json(Alert, row["body"]) for row in rows), key=gravest_first)
        levels = await _gauges(connection, viewer, context, "water_level")
        snow = await _gauges(connection, viewer, context, "snow_depth")
    words = request.app[TEMPLATES].globals["words"]
    ours = [alert for alert in alerts if counts(alert, context)]
    shown: dict[str, Any] = {
        "now": now,
        "orders": [alert for alert in ours if is_order(alert)],
        "warned": max((alert.level for alert in ours if not is_order(alert)), default=0),
        "alerts": alerts,
        "is_order": is_order,
        "levels": levels,
        "snow": snow,
        "stale": context.health().get("stale", True),
        "words": words,
        "mark": mark,
        "clock": clock,
    }
    response = page(request, "public.html", **shown)
    response.headers[hdrs.CACHE_CONTROL] = "no-cache"
    response.enable_compression()
    return response


def is_order(alert: Alert) -> bool:
    """Whether this is evacuation information itself, called as the law calls it, or only corresponds to a level.

    To tell people 「避難指示」 where the city has ordered nothing would be as wrong as the other way round.
    """
    called = bool(alert.order) or any(name in alert.texts["ja"].event for name in ORDERS.get(alert.level, ()))
    return alert.alert_level and not alert.ends and called


def counts(alert: Alert, context: WebContext) -> bool:
    """Whether the alert raises the level at the top of the page: a drill only does where all of the hub is one."""
    return alert.alert_level and (alert.status is Status.ACTUAL or (context.exercise and context.public_exercise))


def clock(at: datetime) -> str:
    """「7月3日 02:41」 in Japan time."""
    local = at.astimezone(JAPAN)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def gravest_first(alert: Alert) -> tuple[bool, bool, int, float]:
    """To sort by: orders of the city, then what has a 警戒レベル, the highest first; the newest first among equals."""
    return (not is_order(alert), not alert.alert_level, -alert.level, -alert.sent.timestamp())


async def _gauges(connection: AsyncConnection, viewer: Viewer, context: WebContext, quantity: str) -> Sequence[Gauge]:
    """Every sensor of the quantity, silent ones too; the most threatening first."""
    now = context.now()
    newest: dict[str, Mapping[Any, Any]] = {}
    for status in sorted(viewer.statuses):  # a drill's value never hides the real one
        conditions = (records.c.status == status, records.c.trusted, records.c.measured_at <= now + _AHEAD)
        rows = await newest_by_subject(connection, "reading", *conditions)
        newest = {row["subject"]: row for row in rows} | newest
    stations = [one for one in context.ground.stations.values() if quantity in one.quantities]
    found = [_gauge(one, newest.get(f"{one.code}/{quantity}"), now) for one in stations]
    ranks = {gauge: _rank(gauge, station) for gauge, station in zip(found, stations, strict=True)}
    return sorted(found, key=lambda gauge: (-ranks[gauge], gauge.river, gauge.name))


def _gauge(station: Station, row: Mapping[Any, Any] | None, now: datetime) -> Gauge:
    fresh = row if row is not None and row["value"] is not None and now - row["measured_at"] <= _SILENT else None
    value = fresh["value"] if fresh else None
    reached = [] if value is None else [(limit, name) for name, limit in station.thresholds.items() if value >= limit]
    return Gauge(
        name=station.name,
        name_en=station.name_en,
        river=station.river,
        value=value,
        unit=row["body"]["unit"] if row else station.unit,
        at=row["measured_at"] if row else None,
        threshold=max(reached)[1] if reached else "",
    )


def _rank(gauge: Gauge, station: Station) -> float:
    """Reached thresholds first, then the values themselves."""
    return station.thresholds.get(gauge.threshold, 0.0) and 1000 + len(
        [limit for limit in station.thresholds.values() if gauge.value is not None and gauge.value >= limit]
    )
