"""/readings/foretold: what gauges are expected to read at an instant of the next hours. For the desk only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from feeds.status import Status
from geo.verification.issued import Issued
from services.store import outlooks
from services.store.users import Role
from services.web.api.answer import collection, feature
from services.web.api.as_of import AHEAD
from services.web.api.endpoint import MOMENT, Endpoint, Parameter
from services.web.api.moment import asked_moment
from services.web.api.shapes import point
from services.web.api.times import iso
from services.web.context import CONTEXT, WebContext
from services.web.security import WebError

_OLD = timedelta(hours=2)  # given once an hour: what is older was not followed by another, and is nobody's word now
_NEAR = timedelta(minutes=31)  # leads are full hours: so far may the nearest be


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    now = context.now()
    at = asked_moment(request.query, "at") or now
    if not now <= at <= now + AHEAD:
        raise WebError(400, "bad_at", "at は今から6時間先までです。 / at must lie within the next six hours.")
    async with context.store.read() as connection:
        given = await outlooks.given_since(connection, now - _OLD)
    shown = {Status.ACTUAL, context.own}
    nearest: dict[tuple[Status, str], Issued] = {}
    for one in given:
        key = (one.status, one.station)
        newest = nearest.get(key)
        if one.status not in shown or abs(one.until - at) > _NEAR or one.made_at > now:
            continue
        if newest is None or (one.made_at, -abs(one.until - at)) > (newest.made_at, -abs(newest.until - at)):
            nearest[key] = one
    return collection(request, [_feature(one, context) for _, one in sorted(nearest.items())], None)


def _feature(one: Issued, context: WebContext) -> dict[str, Any]:
    station = context.ground.stations.get(one.station)
    properties = {
        "station": one.station,
        "station_name": station.name if station else one.station,
        "quantity": "water_level",
        "value": one.q50,
        "low": one.q10,
        "high": one.q90,
        "unit": station.unit if station and station.unit else "m",
        "time": iso(one.until),
        "made_at": iso(one.made_at),
        "method": one.method,
        "status": one.status.value,
    }
    geometry = point(station.lon, station.lat) if station else None
    return feature(f"{one.station}/water_level/{one.status.value}", geometry, properties)


ENDPOINTS = (
    Endpoint(
        path="/readings/foretold",
        handler=show,
        summary="What each gauge is expected to read at an instant of the next six hours, by the newest outlook.",
        parameters=(Parameter("at", "The instant, ISO 8601 with its offset; now unless told.", MOMENT),),
        properties={
            "station": "code",
            "station_name": "in Japanese",
            "quantity": "water_level",
            "value": "the median; half of all outcomes lie below",
            "low": "one outcome in ten lies below",
            "high": "one outcome in ten lies above",
            "unit": "of the three",
            "time": "the full hour of the outlook that lies nearest",
            "made_at": "when it was foretold",
            "method": "learned, extrapolated",
            "status": "Actual, Exercise or Test",
        },
        errors=(400,),
        role=Role.VIEWER,
    ),
)
