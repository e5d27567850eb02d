"""/readings: the newest value of each sensor, and a series for charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import ColumnElement, Select, not_, or_, select
from sqlalchemy.engine import Row, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.quantities import FOR_STAFF
from feeds.status import Status
from geo.station import Station
from services.store import distrusts
from services.store.latest import came_by, newest_by_subject, newest_since
from services.store.records import latest_seq
from services.store.tables import records
from services.web.api.answer import GEOJSON, JSON, answer, collected, feature
from services.web.api.as_of import AT, Seen, seen
from services.web.api.endpoint import PAGED, Endpoint, Parameter
from services.web.api.paging import page_of, whole_number
from services.web.api.shapes import point
from services.web.api.times import iso
from services.web.api.viewer import Viewer, viewer_of
from services.web.context import CONTEXT, WebContext
from services.web.security import WebError

_MAX_HOURS, _MAX_POINTS = 24 * 31, 5000
_LAST = 2**62  # no record has a higher number
_AHEAD = timedelta(minutes=2)  # beyond it a clock is wrong, and the value would stay "the newest" for ever


@dataclass(frozen=True, slots=True)
class Part:
    """Which of all series are read: from which subject on, how many of each status, only what came since a mark."""

    begin: str = ""
    most: int | None = None
    since: int | None = None


ALL = Part()


async def latest(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    page = page_of(request, str, str)
    since = min(whole_number(request, "since", 1), _LAST) if viewer.staff and "since" in request.query else None
    # The subject of the cursor may come again in another status; one more than the page tells that more follow.
    part = Part(page.after[0] if page.after else "", page.limit + 2, since)
    async with context.store.read() as connection:
        mark = await latest_seq(connection)
        found = await newest(connection, context, viewer, await seen(request, connection), part)
    taken, following = page.cut(found, lambda row: (row["subject"], row["status"]))
    known = context.ground.stations
    body = collected(request, [reading_feature(row, known, viewer) for row in taken], following)
    return answer(request, body | ({"mark": mark} if viewer.staff else {}), GEOJSON)


async def newest(
    connection: AsyncConnection, context: WebContext, viewer: Viewer, when: Seen, part: Part = ALL
) -> list[RowMapping]:
    """The newest record of each sensor and quantity that this viewer sees."""
    found: list[RowMapping] = []
    for status in sorted(viewer.statuses):  # a drill's value never hides the real one, nor the other way round
        conditions = [records.c.status == status, records.c.measured_at <= when.at + _AHEAD, *came_by(when.then)]
        if part.begin:
            conditions.append(records.c.subject >= part.begin)
        if not viewer.staff:
            conditions += [records.c.trusted, *_public(context.ground.stations)]
            conditions += await distrusts.believed(connection, status, when.at)
        if part.since is None:
            found += await newest_by_subject(connection, "reading", *conditions, most=part.most)
        else:
            found += await newest_since(connection, "reading", part.since, *conditions, most=part.most)
    return found


def _public(stations: Mapping[str, Station]) -> list[ColumnElement[bool]]:
    """Subjects that are not for staff alone, as :func:`for_staff` has it."""
    theirs: list[ColumnElement[bool]] = [records.c.subject.like(f"%/{quantity}") for quantity in sorted(FOR_STAFF)]
    hidden = [one.code for one in stations.values() if one.for_staff]
    theirs += [records.c.subject.startswith(f"{code}/", autoescape=True) for code in hidden]
    return [not_(or_(*theirs))] if theirs else []


def for_staff(subject: str, stations: Mapping[str, Station]) -> bool:
    """Whatever a trap says, its battery too, tells that there is one."""
    code, _, quantity = subject.partition("/")
    station = stations.get(code)
    return quantity in FOR_STAFF or (station is not None and station.for_staff)


def reading_feature(row: RowMapping, stations: Mapping[str, Station], viewer: Viewer) -> dict[str, Any]:
    """One reading where its sensor stands."""
    code, _, quantity = row["subject"].partition("/")
    station = stations.get(code)
    properties = {
        "station": code,
        "station_name": station.name if station else code,
        "station_name_en": station.name_en if station else "",
        "river": station.river if station else "",
        "quantity": quantity,
        "value": row["value"],
        "unit": row["body"]["unit"],
        "time": iso(row["measured_at"]),
        "status": row["status"],
    }
    if viewer.staff:
        flags = sorted(row["body"]["flags"])
        received = iso(row["received_at"])
        properties |= {
            "gateway": row["gateway"],
            "trusted": row["trusted"],
            "flags": flags,
            "received_at": received,
            "key": row["key"],
        }
    geometry = point(station.lon, station.lat) if station else None
    return feature(f"{row['subject']}/{row['status']}", geometry, properties)


async def series(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    station, quantity = request.match_info["station"], request.match_info["quantity"]
    hours = min(whole_number(request, "hours", 24), _MAX_HOURS)
    status = _status(request, context, viewer)
    async with context.store.read() as connection:
        when = await seen(request, connection)
        rows = (await connection.execute(_series(viewer, f"{station}/{quantity}", status, hours, when))).all()
    known = context.ground.stations.get(station)
    hidden = not viewer.staff and for_staff(f"{station}/{quantity}", context.ground.stations)
    if hidden or (known is None and not rows):
        raise WebError(404, "not_found", "この観測所の値はありません。 / There is no such series.")
    points = {row.measured_at: _point(row, viewer) for row in reversed(rows)}
    body = {
        "station": station,
        "station_name": known.name if known else station,
        "quantity": quantity,
        "unit": rows[0].body["unit"] if rows else (known.unit if known else ""),
        "status": status,
        "thresholds": dict(known.thresholds) if known else {},
        "points": list(points.values()),
    }
    return answer(request, body)


def _series(viewer: Viewer, subject: str, status: str, hours: int, when: Seen) -> Select[Any]:
    statement = (
        select(records.c.measured_at, records.c.value, records.c.trusted, records.c.body)
        .where(records.c.type == "reading", records.c.subject == subject, records.c.status == status)
        .where(records.c.measured_at.between(when.at - timedelta(hours=hours), when.at + _AHEAD), *came_by(when.then))
        .where(records.c.value.is_not(None))
        .order_by(records.c.measured_at.desc(), records.c.seq.desc())
        .limit(_MAX_POINTS)
    )
    return statement if viewer.staff else statement.where(records.c.trusted)


def _point(row: Row[Any], viewer: Viewer) -> dict[str, Any]:
    told = {"time": iso(row.measured_at), "value": row.value, "trusted": row.trusted}
    return told | {"flags": sorted(row.body["flags"])} if viewer.staff and row.body["flags"] else told


def _status(request: web.Request, context: WebContext, viewer: Viewer) -> str:
    """Which status the chart shows: the hub's own unless asked otherwise, and never one the viewer may not see."""
    own = Status.EXERCISE if context.exercise and Status.EXERCISE.value in viewer.statuses else Status.ACTUAL
    wanted = request.query.get("status", own.value)
    if wanted not in viewer.statuses:
        raise WebError(400, "bad_status", f"status must be among {', '.join(sorted(viewer.statuses))}")
    return wanted


_DESK = "desk only: "
ENDPOINTS = (
    Endpoint(
        path="/readings/latest",
        handler=latest,
        summary="The newest value of each sensor and quantity; the public gets trusted values only.",
        parameters=(
            *PAGED,
            Parameter(
                "since",
                "For staff: only series of which something came after this mark, as an earlier answer's `mark` told.",
                {"type": "integer", "minimum": 1},
            ),
            AT,
        ),
        errors=(400, 404),
        properties={
            "station": "code",
            "station_name": "in Japanese",
            "station_name_en": "in English",
            "river": "for gauges",
            "quantity": "water_level, snow_depth, …",
            "value": "number, or null where the gateway says that it has none",
            "unit": "of the value",
            "time": "when it was measured",
            "status": "Actual, Exercise or Test",
            "gateway": _DESK + "who sent it",
            "trusted": _DESK + "false: no hazard rests on it",
            "flags": _DESK + "why it is not simply trusted",
            "received_at": _DESK + "when it came in",
            "key": _DESK + "the record's key",
        },
    ),
    Endpoint(
        path="/readings/{station}/{quantity}",
        handler=series,
        summary="The values of one sensor, oldest first, at most 5000.",
        parameters=(
            Parameter("station", "Station code.", where="path"),
            Parameter("quantity", "Quantity.", where="path"),
            Parameter(
                "hours", "How far back.", {"type": "integer", "minimum": 1, "maximum": _MAX_HOURS, "default": 24}
            ),
            Parameter("status", "The hub's own unless given.", {"enum": [one.value for one in Status]}),
            AT,
        ),
        returns=JSON,
        properties={
            "station": "code",
            "station_name": "in Japanese",
            "quantity": "as asked",
            "unit": "of the values",
            "status": "of the values",
            "thresholds": "the station's thresholds by name, in the unit",
            "points": "list of {time, value, trusted}; for the desk with flags, where there are any",
        },
        errors=(400, 404),
    ),
)
