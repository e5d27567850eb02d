"""/fixes/latest: where the vehicles are. The public gets old, rounded positions without names."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.engine import RowMapping

from services.store.latest import newest_by_subject
from services.store.tables import records
from services.web.api.answer import collection, feature
from services.web.api.endpoint import PAGED, Endpoint
from services.web.api.paging import page_of
from services.web.api.shapes import point
from services.web.api.times import iso
from services.web.api.viewer import viewer_of
from services.web.context import CONTEXT

_SILENT = timedelta(minutes=10)  # a plow at work is heard of every few seconds
_GRID = 3  # decimals of a degree, about 100 m


async def latest(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    page = page_of(request, int)
    until = context.now() if viewer.staff else context.now() - context.fix_delay
    found: list[RowMapping] = []
    async with context.store.read() as connection:
        for status in sorted(viewer.statuses):
            conditions = (records.c.status == status, records.c.measured_at <= until)
            found += await newest_by_subject(connection, "fix", *conditions)
    taken, following = page.cut(found, lambda row: (row["seq"],))
    silent = context.now() - _SILENT
    return collection(request, [_full(row, silent) if viewer.staff else _coarse(row) for row in taken], following)


def _full(row: RowMapping, silent: datetime) -> dict[str, Any]:
    body = row["body"]
    properties = {"vehicle": body["vehicle"], "time": iso(row["measured_at"]), "status": row["status"]}
    properties |= {name: body[name] for name in ("accuracy_m", "speed_kmh", "heading_deg", "gateway")}
    properties |= {"activity": body.get("activity"), "silent": row["measured_at"] < silent}
    return feature(str(row["seq"]), point(body["lon"], body["lat"]), properties)


def _coarse(row: RowMapping) -> dict[str, Any]:
    body = row["body"]
    place = point(round(body["lon"], _GRID), round(body["lat"], _GRID))
    return feature(str(row["seq"]), place, {"time": iso(row["measured_at"]), "status": row["status"]})


ENDPOINTS = (
    Endpoint(
        path="/fixes/latest",
        handler=latest,
        summary="The newest position of each vehicle; for the public delayed, on a grid of about 100 m, without names.",
        parameters=PAGED,
        properties={
            "time": "when it was there",
            "status": "Actual, Exercise or Test",
            "vehicle": "desk only",
            "accuracy_m": "desk only",
            "speed_kmh": "desk only",
            "heading_deg": "desk only",
            "gateway": "desk only",
            "activity": "desk only: plow, deice, sweep, other, none (it only drives), or null where it does not tell",
            "silent": "desk only: true where it has not been heard of for ten minutes",
        },
    ),
)
