"""/fixes/trail: where one vehicle has been in the last hours. For staff alone, as its place is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import select

from geo.plow.trail import Piece, Seen, trail
from services.store.latest import came_by
from services.store.tables import records
from services.store.users import Role
from services.web.api.answer import collection, feature
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.times import iso
from services.web.api.viewer import viewer_of
from services.web.context import CONTEXT
from services.web.security import WebError, storable

HOURS = (1, 3, 6, 12, 24)  # that are offered
_LONGEST, _MOST = 100, 20_000  # characters of a vehicle's name; fixes that are read: a day at one in five seconds


async def show(request: web.Request) -> web.Response:
    vehicle, hours = request.query.get("vehicle", ""), request.query.get("hours", "3")
    if len(vehicle) > _LONGEST or not storable(vehicle):
        raise WebError(400, "bad_vehicle", f'"vehicle" must be a name of at most {_LONGEST} characters')
    if hours not in map(str, HOURS):
        raise WebError(400, "bad_hours", f'"hours" must be among {", ".join(map(str, HOURS))}')
    context, viewer = request.app[CONTEXT], viewer_of(request)
    features: list[Any] = []
    async with context.store.read() as connection:
        when = await seen(request, connection)
        for status in sorted(viewer.statuses):
            known = (
                select(records.c.measured_at, records.c.body)
                .where(records.c.type == "fix", records.c.status == status, records.c.subject == vehicle)
                .where(records.c.measured_at > when.at - timedelta(hours=int(hours)), records.c.measured_at <= when.at)
                .where(*came_by(when.then))
                .order_by(records.c.measured_at.desc())
                .limit(_MOST)
            )
            rows = (await connection.execute(known)).all()[::-1]
            pieces = trail(Seen(at, body["lon"], body["lat"], body.get("activity") or "") for at, body in rows)
            told = (_told(one, vehicle, status, when.at) for one in pieces)
            features += [
                feature(f"{status}-{number}", shape, properties) for number, (shape, properties) in enumerate(told)
            ]
    return collection(request, features, None)


def _told(piece: Piece, vehicle: str, status: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    line = [[round(lon, 6), round(lat, 6)] for lon, lat in piece.places]
    ago = round((now - piece.times[-1]).total_seconds() / 3600, 2)
    properties = {"vehicle": vehicle, "status": status, "activity": piece.work or None, "hours_ago": ago}
    properties |= {"from": iso(piece.times[0]), "until": iso(piece.times[-1])}
    return {"type": "LineString", "coordinates": line}, properties


ENDPOINTS = (
    Endpoint(
        path="/fixes/trail",
        handler=show,
        summary="Where one vehicle has been: a line for each spell of one work within an hour, the oldest first.",
        parameters=(
            Parameter("vehicle", "Its name, as /fixes/latest tells it; of nobody nothing is told."),
            Parameter("hours", "How far back; 3 unless told.", {"type": "integer", "enum": list(HOURS)}),
            AT,
        ),
        properties={
            "vehicle": "its name",
            "status": "Actual, Exercise or Test",
            "activity": "plow, deice, sweep, other, none, or null where it did not tell",
            "hours_ago": "hours since the end of this piece",
            "from": "when it began",
            "until": "when it ended",
        },
        errors=(400, 404),
        role=Role.VIEWER,
    ),
)
