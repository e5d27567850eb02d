"""/sensors/distrusts: sensors that people do not believe, until when and why. For the desk only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from feeds.distrust import LONGEST, USUAL, Distrust, DistrustError
from feeds.quantities import QUANTITIES
from feeds.status import Status
from geo.station import Station
from services.accounts.scopes import TokenScope
from services.desks import distrust as desk
from services.store import distrusts
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing, text_member
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import Endpoint
from services.web.api.silences import asked_status
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.security import WebError

_LONGEST_CODE, _LONGEST_REASON = 64, 300
_MINUTE = timedelta(minutes=1)
_MOST, _USUAL = LONGEST // _MINUTE, USUAL // _MINUTE


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        when = await seen(request, connection)
        found = await distrusts.holding(connection, when.at, when.then)
    return listing(request, [_told(one, context.ground.stations) for one in found], None)


async def begin(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    minutes, now = body.get("minutes", _USUAL), context.now()
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 < minutes <= _MOST:
        raise WebError(400, "bad_minutes", f"minutes は 1 から {_MOST} です。 / minutes must be 1 to {_MOST}.")
    wanted = Distrust(
        status=asked_status(body, context.exercise),
        station=text_member(body, "station", _LONGEST_CODE),
        quantity=text_member(body, "quantity", _LONGEST_CODE),
        owner=request[PERSON].name,
        reason=text_member(body, "reason", _LONGEST_REASON),
        begins=now,
        ends=now + minutes * _MINUTE,
    )
    before = None if body.get("seen") is None else _number(body, "seen")
    try:
        made = await desk.begin(context.store, context.ground.stations, wanted, before)
    except DistrustError as error:
        raise WebError(400, "bad_distrust", str(error)) from error
    except desk.ChangedError as error:
        raise WebError(409, "changed", str(error)) from error
    context.bell.ring("records")
    return web.json_response(_told(made, context.ground.stations))


async def end(request: web.Request) -> web.Response:
    context, number = request.app[CONTEXT], _number(await json_object(request), "id")
    try:
        await desk.end(context.store, context.ground.stations, number, request[PERSON].name, context.now())
    except desk.ChangedError as error:
        raise WebError(409, "changed", str(error)) from error
    context.bell.ring("records")
    return web.json_response({"ended": True})


def _number(body: Mapping[str, Any], name: str) -> int:
    number = body.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 10**15:
        raise WebError(400, f"bad_{name}", f"{name} は番号です。 / {name} must be the number of such a word.")
    return number


def _told(one: Distrust, stations: Mapping[str, Station]) -> dict[str, Any]:
    known = stations.get(one.station)
    words = {name: getattr(one, name) for name in ("station", "quantity", "owner", "reason")}
    told = {"id": one.id, "status": one.status.value, "station_name": known.name if known else one.station, **words}
    return {**told, "begins": iso(one.begins), "ends": iso(one.ends)}


_PROPERTIES = {
    "id": "number",
    "status": "Actual, Exercise or Test: of another status its values are believed",
    "station": "code",
    "station_name": "in Japanese",
    "quantity": "what of it is not believed",
    "owner": "who said so",
    "reason": "why",
    "begins": "since when",
    "ends": "until when, unless somebody takes it back",
}
_NUMBER = {"type": "integer", "minimum": 1}

ENDPOINTS = (
    Endpoint(
        path="/sensors/distrusts",
        handler=show,
        summary="Sensors that people do not believe now.",
        parameters=(AT,),
        returns=JSON,
        properties=_PROPERTIES,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/sensors/distrusts",
        handler=begin,
        summary="Do not believe a sensor for a while: its values are kept with a flag, and nothing rests on them.",
        method="POST",
        body={
            "type": "object",
            "required": ["station", "quantity", "reason"],
            "properties": {
                "station": {"type": "string", "minLength": 1, "maxLength": _LONGEST_CODE},
                "quantity": {"type": "string", "enum": sorted(QUANTITIES)},
                "reason": {"type": "string", "minLength": 1, "maxLength": _LONGEST_REASON},
                "minutes": {"type": "integer", "minimum": 1, "maximum": _MOST, "default": _USUAL},
                "status": {"type": "string", "enum": [status.value for status in Status]},
                "seen": {**_NUMBER, "description": "the word that this one takes the place of; none unless told"},
            },
        },
        returns=JSON,
        properties=_PROPERTIES,
        errors=(400, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/sensors/distrusts/end",
        handler=end,
        summary="Believe a sensor again from now on.",
        method="POST",
        body={"type": "object", "required": ["id"], "properties": {"id": _NUMBER}},
        returns=JSON,
        properties={"ended": "true"},
        errors=(400, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
)
