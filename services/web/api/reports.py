"""/reports: what people saw. The public gets confirmed ones only, as a district and an hour, without any free text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from sqlalchemy import Select, func, select
from sqlalchemy.engine import Row

from feeds.contract import crime_line
from feeds.records import Report
from geo.area import Areas
from services.store.codec import from_json
from services.store.tables import records
from services.web.api.answer import collection, feature
from services.web.api.endpoint import PAGED, PREFIX, Endpoint
from services.web.api.paging import Page, page_of
from services.web.api.shapes import geojson, point
from services.web.api.times import iso
from services.web.api.viewer import Viewer, viewer_of
from services.web.context import CONTEXT


def visible(viewer: Viewer) -> Select[Any]:
    """seq and body of the reports a viewer sees; of several revisions of a report only the last counts."""
    newest = select(func.max(records.c.seq)).where(records.c.type == "report").group_by(records.c.key)
    statement = select(records.c.seq, records.c.key, records.c.body)
    statement = statement.where(records.c.seq.in_(newest), records.c.status.in_(viewer.statuses))
    return statement if viewer.staff else statement.where(records.c.body["confirmed"].as_boolean())


async def show(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    page = page_of(request, int)
    async with context.store.read() as connection:
        rows = (await connection.execute(_paged(viewer, page))).all()
    taken, following = page.trim(list(rows), lambda row: (row.seq,))
    return collection(request, _features(taken, viewer, context.ground.areas), following)


def _paged(viewer: Viewer, page: Page) -> Select[Any]:
    statement = visible(viewer).order_by(records.c.seq.desc()).limit(page.limit + 1)
    return statement if page.after is None else statement.where(records.c.seq < page.after[0])


def _features(rows: Sequence[Row[Any]], viewer: Viewer, areas: Areas) -> list[dict[str, Any]]:
    make = _full if viewer.staff else _coarse
    return [make(row, from_json(Report, row.body), areas) for row in rows]


def _full(row: Row[Any], report: Report, _: Areas) -> dict[str, Any]:
    placed = report.lon is not None and report.lat is not None
    geometry = point(report.lon, report.lat) if placed else None  # type: ignore[arg-type]
    properties = {
        "key": row.key,
        "kind": report.kind,
        "time": iso(report.measured_at),
        "text": report.text,
        "place": report.place,
        "confirmed": report.confirmed,
        "source": report.source,
        "status": report.status.value,
        "gateway": report.gateway,
        "photos": [f"{PREFIX}/reports/photos/{one}" for one in report.photos],
        "crime": None if report.crime is None else crime_line(report.crime),
    }
    return feature(str(row.seq), geometry, properties)


def _coarse(row: Row[Any], report: Report, areas: Areas) -> dict[str, Any]:
    """The same district gives the same point, so that repeats tell nothing more."""
    found = [] if report.lon is None or report.lat is None else areas.at(report.lon, report.lat, "district")
    hour = report.measured_at.replace(minute=0, second=0, microsecond=0)
    properties = {
        "kind": report.kind,
        "time": iso(hour),
        "place": found[0].name if found else "",
        "confirmed": True,
        "source": report.source,
        "status": report.status.value,
    }
    return feature(str(row.seq), geojson(found[0].geometry.centroid) if found else None, properties)


ENDPOINTS = (
    Endpoint(
        path="/reports",
        handler=show,
        summary="What people saw, newest first; the public gets confirmed reports, as district centroid and hour.",
        parameters=PAGED,
        properties={
            "kind": "bear, suspicious_person, …",
            "time": "when it was seen; for the public the full hour",
            "place": "in words; for the public the district",
            "confirmed": "by an officer",
            "source": "who says so",
            "status": "Actual, Exercise or Test",
            "key": "desk only: the record's key",
            "text": "desk only: as reported",
            "gateway": "desk only: how it came in; @public by anybody, @desk by hand",
            "photos": "desk only: where its pictures are, until they are deleted",
            "crime": "desk only: what a notice of the police tells in fields, or null",
        },
    ),
)
