"""/sensors: where each sensor stands and what its values mean; and giving those a place that nobody knows yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.quantities import QUANTITIES
from geo.model import Ground
from geo.station import Station
from geo.stations import CODE
from services import adoption
from services.accounts.scopes import TokenScope
from services.adoption import Stations
from services.desks import sensors as desk
from services.store import stations as store
from services.store.users import Role
from services.web.api.answer import JSON, collection, feature, json_object, listing, text_member
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import PAGED, Endpoint
from services.web.api.paging import page_of
from services.web.api.shapes import point
from services.web.api.times import iso
from services.web.api.viewer import viewer_of
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.security import WebError


async def show(request: web.Request) -> web.Response:
    page, staff = page_of(request, str), viewer_of(request).staff
    known = request.app[CONTEXT].ground.stations.values()
    stations = [one for one in known if staff or not one.for_staff]
    taken, following = page.cut(stations, lambda station: (station.code,))
    features = [feature(one.code, point(one.lon, one.lat), sensor_properties(one)) for one in taken]
    return collection(request, features, following)


def sensor_properties(station: Station) -> dict[str, object]:
    """What everybody may know of a sensor."""
    return {
        "code": station.code,
        "name": station.name,
        "name_en": station.name_en,
        "river": station.river,
        "quantities": sorted(station.quantities),
        "unit": station.unit,
        "thresholds": dict(station.thresholds),
        "areas": list(station.areas),
        "source": station.source,
    }


async def registered(connection: AsyncConnection, ground: Ground, then: datetime | None) -> Mapping[str, Station]:
    """The sensors that are known, or were at that instant."""
    stations = ground.stations
    if then is None or not isinstance(stations, Stations):
        return stations
    return {**adoption.known(await store.everyone(connection, then), ground.areas), **stations.of_profile}


async def unassigned(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        when = await seen(request, connection)
        known = await registered(connection, context.ground, when.then)
        found = await desk.unassigned(connection, known, when.at, when.then)
    return listing(request, [_dated(asdict(one)) for one in found], None)


async def words(request: web.Request) -> web.Response:
    async with request.app[CONTEXT].store.read() as connection:
        found = await desk.strange(connection)
    return listing(request, [_dated(asdict(one)) for one in found], None)


async def adopt(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    try:
        station = await desk.adopt(context.store, context.ground, body, request[PERSON].name, context.now())
    except desk.SensorError as error:
        raise WebError(400, "bad_sensor", str(error)) from error
    context.bell.ring("stations")
    return web.json_response(sensor_properties(station))


async def let_go(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    code = text_member(body, "code", 64)
    try:
        await desk.let_go(context.store, context.ground, code, request[PERSON].name, context.now())
    except desk.SensorError as error:
        raise WebError(409, "not_adopted", str(error)) from error
    context.bell.ring("stations")
    return web.json_response({"code": code, "adopted": False})


def _dated(told: dict[str, Any]) -> dict[str, Any]:
    return {name: iso(value) if isinstance(value, datetime) else value for name, value in told.items()}


_TEXT = {"type": "string", "maxLength": 200}
_SENSOR = {
    "type": "object",
    "required": ["code", "name", "lon", "lat", "quantities", "unit"],
    "properties": {
        "code": {"type": "string", "pattern": CODE},
        "name": {"type": "string", "minLength": 1, "maxLength": 200},
        "name_en": _TEXT,
        "lon": {"type": "number", "minimum": 122, "maximum": 154},
        "lat": {"type": "number", "minimum": 20, "maximum": 46},
        "quantities": {"type": "array", "items": {"type": "string", "enum": sorted(QUANTITIES)}, "minItems": 1},
        "unit": {"type": "string"},
        "thresholds": {"type": "object", "additionalProperties": {"type": "number"}},
        "areas": {"type": "array", "items": {"type": "string"}},
        "river": _TEXT,
        "source": _TEXT,
        "words": {"type": "array", "items": {"type": "object"}},
    },
}

ENDPOINTS = (
    Endpoint(
        path="/sensors/unassigned",
        handler=unassigned,
        summary="Series of the last week whose sensor nobody knows.",
        parameters=(AT,),
        errors=(400, 404),
        returns=JSON,
        properties={
            "station": "as the device names itself",
            "quantity": "what it measures",
            "gateway": "how it came in",
            "value": "the newest",
            "unit": "of the value, as it is kept",
            "measured_at": "when",
            "status": "Actual, Exercise or Test",
            "flags": "of the newest value; unit_assumed asks for the unit",
        },
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/sensors/words",
        handler=words,
        summary="Words of devices that mean nothing yet: what waits for them in quarantine.",
        returns=JSON,
        properties={
            "gateway": "how it came in",
            "topic": "on which it came",
            "message": "which word, and of which device",
            "times": "how often the same message came",
            "received_at": "when first",
        },
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/sensors",
        handler=adopt,
        summary="Adopt a sensor, or change one that was adopted: the members of a [[station]] table, and words.",
        method="POST",
        body=_SENSOR,
        returns=JSON,
        properties={"code": "of the sensor", "name": "in Japanese"},
        errors=(400,),
        role=Role.OPERATOR,
        scope=TokenScope.RECORDS,
    ),
    Endpoint(
        path="/sensors/let-go",
        handler=let_go,
        summary="Let an adopted sensor go: its readings stay and count as unassigned again.",
        method="POST",
        body={
            "type": "object",
            "required": ["code"],
            "properties": {"code": {"type": "string", "minLength": 1, "maxLength": 64}},
        },
        returns=JSON,
        properties={"code": "of the sensor", "adopted": "false"},
        errors=(409,),
        role=Role.OPERATOR,
        scope=TokenScope.RECORDS,
    ),
    Endpoint(
        path="/sensors",
        handler=show,
        summary="The city's sensors with their thresholds.",
        parameters=PAGED,
        properties={
            "code": "station code",
            "name": "in Japanese",
            "name_en": "in English",
            "river": "for gauges",
            "quantities": "what it measures",
            "unit": "of values and thresholds",
            "thresholds": "standby, caution (level 2), judgement (3), danger (4), overflow (5), as far as set",
            "areas": "codes of the districts it speaks for",
            "source": "where the figures come from",
        },
    ),
)
