"""/reports: what people saw. The public gets confirmed ones only, by geo.sighted.told, without any free text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.engine import Row

from feeds.contract import crime_line
from feeds.records import Report
from geo.model import Ground
from geo.sighted.telling import Tellings
from geo.sighted.told import Told, told
from services.store.codec import from_json
from services.store.latest import came_by
from services.store.tables import records
from services.web.api.answer import collection, feature
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import PAGED, PREFIX, Endpoint
from services.web.api.paging import Page, page_of
from services.web.api.shapes import geojson, point
from services.web.api.times import iso
from services.web.api.viewer import Viewer, viewer_of
from services.web.context import CONTEXT


def visible(viewer: Viewer, tellings: Tellings, now: datetime, then: datetime | None = None) -> Select[Any]:
    """seq and body of the reports a viewer sees; of several revisions of a report only the last counts.

    The public sees confirmed ones that still hold, each as long as its kind is listed. ``then``: only what had come in
    and been judged by that instant.
    """
    came = (records.c.type == "report", *came_by(then))
    newest = select(func.max(records.c.seq)).where(*came).group_by(records.c.key)
    statement = select(records.c.seq, records.c.key, records.c.body)
    statement = statement.where(records.c.seq.in_(newest), records.c.status.in_(viewer.statuses))
    if viewer.staff:
        return statement
    listed = [
        and_(records.c.subject == kind, records.c.measured_at > now - one.listed) for kind, one in tellings.items()
    ]
    body = records.c.body
    holds = (body["ended"].as_string().is_(None), body["crime"]["follows"].as_string().is_(None))
    return statement.where(body["confirmed"].as_boolean(), *holds, or_(*listed))


async def show(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    page = page_of(request, int)
    async with context.store.read() as connection:
        when = await seen(request, connection)
        rows = (
            await connection.execute(_paged(visible(viewer, context.ground.tellings, when.at, when.then), page))
        ).all()
    taken, following = page.trim(list(rows), lambda row: (row.seq,))
    return collection(request, report_features(taken, viewer, context.ground), following)


def _paged(visible_ones: Select[Any], page: Page) -> Select[Any]:
    statement = visible_ones.order_by(records.c.seq.desc()).limit(page.limit + 1)
    return statement if page.after is None else statement.where(records.c.seq < page.after[0])


def report_features(rows: Sequence[Row[Any]], viewer: Viewer, ground: Ground) -> list[dict[str, Any]]:
    """Reports as this viewer is told of them."""
    found = [(row, from_json(Report, row.body)) for row in rows]
    if viewer.staff:
        return [_full(row, report) for row, report in found]
    return [_coarse(row, report, one) for row, report in found if (one := told(report, ground)) is not None]


def _full(row: Row[Any], report: Report) -> dict[str, Any]:
    placed = report.lon is not None and report.lat is not None
    geometry = point(report.lon, report.lat) if placed else None  # type: ignore[arg-type]
    properties = {
        "key": row.key,
        "kind": report.kind,
        "time": iso(report.measured_at),
        "exact": "minute" if report.crime is None else report.crime.precision,
        "text": report.text,
        "place": report.place,
        "confirmed": report.confirmed,
        "source": report.source,
        "status": report.status.value,
        "gateway": report.gateway,
        "finding": report.finding,
        "photos": [f"{PREFIX}/reports/photos/{one}" for one in report.photos],
        "crime": None if report.crime is None else crime_line(report.crime),
        "ended": None if report.ended is None else report.ended.value,
    }
    return feature(str(row.seq), geometry, properties)


def _coarse(row: Row[Any], report: Report, one: Told) -> dict[str, Any]:
    """The same square or district gives the same point, so that repeats tell nothing more."""
    properties = {
        "kind": one.kind,
        "time": iso(one.at),
        "exact": one.exact,
        "place": one.place,
        "text": one.sentence,
        "finding": one.finding,
        "confirmed": True,
        "source": one.source,
        "status": report.status.value,
    }
    return feature(str(row.seq), geojson(one.area.geometry.representative_point()), properties)


ENDPOINTS = (
    Endpoint(
        path="/reports",
        handler=show,
        summary="What people saw, newest first; the public gets confirmed reports, by square or district and hour.",
        parameters=(*PAGED, AT),
        errors=(400, 404),
        properties={
            "kind": "bear, suspicious_person, …",
            "time": "when it was seen; for the public the beginning of the span that exact names",
            "place": "in words; for the public the district, or what the square lies near",
            "finding": "of an animal: sighting, injury or trace; null where nobody said",
            "confirmed": "by an officer",
            "source": "who says so",
            "status": "Actual, Exercise or Test",
            "key": "desk only: the record's key",
            "text": "as reported; for the public what the hub says of it, or nothing",
            "exact": "minute, hour, three_hours or day",
            "gateway": "desk only: how it came in; @public by anybody, @desk by hand",
            "photos": "desk only: where its pictures are, until they are deleted",
            "crime": "desk only: what a notice of the police tells in fields, or null",
            "ended": "desk only: found, solved or withdrawn; null while it holds",
        },
    ),
)
