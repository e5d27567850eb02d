"""/fixes/latest: where the vehicles are. For staff alone: the last place of a vehicle is where its driver lives."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.engine import RowMapping

from services.store.latest import came_by, newest_by_subject
from services.store.tables import records
from services.web.api.answer import collection, feature
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import PAGED, Endpoint
from services.web.api.paging import page_of
from services.web.api.shapes import point
from services.web.api.times import iso
from services.web.api.viewer import viewer_of
from services.web.context import CONTEXT

_SILENT = timedelta(minutes=10)  # a plow at work is heard of every few seconds


async def latest(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    page = page_of(request, int)
    found: list[RowMapping] = []
    async with context.store.read() as connection:
        when = await seen(request, connection)
        for status in sorted(viewer.statuses) if viewer.staff else ():
            conditions = [records.c.status == status, records.c.measured_at <= when.at, *came_by(when.then)]
            found += await newest_by_subject(connection, "fix", *conditions)
    taken, following = page.cut(found, lambda row: (row["seq"],))
    return collection(request, [_full(row, when.at - _SILENT) for row in taken], following)


def _full(row: RowMapping, silent: datetime) -> dict[str, Any]:
    body = row["body"]
    properties = {"vehicle": body["vehicle"], "time": iso(row["measured_at"]), "status": row["status"]}
    properties |= {name: body[name] for name in ("accuracy_m", "speed_kmh", "heading_deg", "gateway")}
    properties |= {"activity": body.get("activity"), "silent": row["measured_at"] < silent}
    return feature(str(row["seq"]), point(body["lon"], body["lat"]), properties)


ENDPOINTS = (
    Endpoint(
        path="/fixes/latest",
        handler=latest,
        summary="The newest position of each vehicle, for the desk; for the public always empty (see /snow/roads).",
        parameters=(*PAGED, AT),
        errors=(400, 404),
        properties={
            "time": "when it was there",
            "status": "Actual, Exercise or Test",
            "vehicle": "as the vehicle told",
            "accuracy_m": "as the vehicle told",
            "speed_kmh": "as the vehicle told",
            "heading_deg": "as the vehicle told",
            "gateway": "as the vehicle told",
            "activity": "plow, deice, sweep, other, none (it only drives), or null where it does not tell",
            "silent": "true where it has not been heard of for ten minutes",
        },
    ),
)
