"""/culling: cases of emergency culling, and what people do with them. For the desk only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from feeds.status import Status
from geo.sighted.cordon import RADII
from rules.culling.case import ANIMALS, Case, Condition, Office, Outcome, Told
from rules.culling.life import CullingError
from services.accounts.scopes import TokenScope
from services.culling import desk
from services.store import cullings
from services.store.users import Role
from services.web.api.answer import JSON, answer, json_object, listing
from services.web.api.endpoint import OF_STATUS, Endpoint, Parameter
from services.web.api.writing import city_of
from services.web.api.writing import status_of as written_as
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.culling.asked import BY_PEOPLE, LONGEST_ROADS, animal_of, deed_of, number_of, refusal
from services.web.culling.told import CASE, case_told
from services.web.security import WORDS, WebError
from services.web.snow.asked import status_of

BELL = "alerts"
_CLOSED = 30  # that are listed beside the open ones


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    found = await cases(context, status_of(request.query.get("status"), context))
    return listing(request, [_told(context, *one) for one in found], None)


async def show_one(request: web.Request) -> web.Response:
    context, number = request.app[CONTEXT], number_of(request.match_info["id"])
    async with context.store.read() as connection:
        case = await cullings.find(connection, number)
        told = await cullings.told(connection, [case], context.now()) if case else {}
    if case is None:
        raise WebError(404, *WORDS[404])
    return answer(request, _told(context, case, told.get(case.id, Told())))


async def cases(context: WebContext, status: Status) -> list[tuple[Case, Told]]:
    """The open cases of a status, the oldest first, then the closed ones, the newest first."""
    async with context.store.read() as connection:
        found = [
            *await cullings.still_open(connection, status),
            *await cullings.closed(connection, status, _CLOSED),
        ]
        told = await cullings.told(connection, found, context.now())
    return [(one, told.get(one.id, Told())) for one in found]


async def begin(request: web.Request) -> web.Response:
    body = await json_object(request)
    case = await opened(request, body)
    return web.json_response({"id": case.id, "version": case.version, "series": case.series})


async def act(request: web.Request) -> web.Response:
    body = await json_object(request)
    case = await done(request, body)
    return web.json_response({"id": case.id, "version": case.version, "series": case.series})


async def opened(request: web.Request, body: dict[str, Any]) -> Case:
    """A new case, as the body asks for it. Raises WebError."""
    context = request.app[CONTEXT]
    sighting = number_of(body["sighting"], "sighting") if "sighting" in body else None
    told = {"status": written_as(request, body), "animal": animal_of(body.get("animal")), "sighting": sighting}
    try:
        case = await desk.begin(context.store, **told, who=request[PERSON].name, now=context.now())  # type: ignore[arg-type]
    except CullingError as error:
        raise refusal(error) from error
    context.bell.ring(BELL)
    return case


async def done(request: web.Request, body: dict[str, Any]) -> Case:
    """The case after the act that the body asks for. Raises WebError."""
    context = request.app[CONTEXT]
    deed = deed_of(body, request[PERSON].name, context.ground.areas)
    try:
        case = await desk.do(context.store, city_of(request), deed, context.now())
    except CullingError as error:
        raise refusal(error) from error
    context.bell.ring(BELL)
    return case


def _told(context: WebContext, case: Case, told: Told) -> dict[str, Any]:
    return case_told(case, told, context.ground.areas, context.now())


_STATUSES = {"enum": [one.value for one in Status]}
_ID = {"type": "integer", "minimum": 1}
_DONE = {"id": "number of the case", "version": "its acts, this one too", "series": "of its alert, or empty"}
_POSITION = {"lon": {"type": "number"}, "lat": {"type": "number"}}

ENDPOINTS: Sequence[Endpoint] = (
    Endpoint(
        path="/culling",
        handler=show,
        summary="Cases of emergency culling: the open ones, and the last thirty that are closed.",
        parameters=(OF_STATUS,),
        returns=JSON,
        properties=CASE,
        errors=(400,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/culling/{id}",
        handler=show_one,
        summary="One case of emergency culling with every act on it.",
        parameters=(Parameter("id", "Number of the case.", _ID, where="path"),),
        returns=JSON,
        properties=CASE,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/culling",
        handler=begin,
        summary="Open a case of emergency culling, from a confirmed report or by hand.",
        method="POST",
        body={
            "type": "object",
            "required": ["animal"],
            "properties": {
                "animal": {"enum": list(ANIMALS)},
                "sighting": {**_ID, "description": "number of the report behind it"},
                "status": _STATUSES,
            },
        },
        returns=JSON,
        properties=_DONE,
        errors=(400, 409),
        role=Role.OPERATOR,
        scope=TokenScope.REPORTS,
    ),
    Endpoint(
        path="/culling/acts",
        handler=act,
        summary="Do one thing with a case: tick a condition, plan, warn, record the order, begin, finish, … close.",
        method="POST",
        body={
            "type": "object",
            "required": ["id", "act"],
            "properties": {
                "id": _ID,
                "seen": {**_ID, "description": "its version as looked at; another answer is 409 changed"},
                "act": {"enum": [one.value for one in BY_PEOPLE]},
                "condition": {"enum": [one.value for one in Condition], "description": "of tick and untick"},
                "office": {"enum": [one.value for one in Office], "description": "order: whose it is"},
                "outcome": {"enum": [one.value for one in Outcome], "description": "finish: how it ended"},
                "areas": {"type": "array", "items": {"type": "string"}, "description": "plan: codes of districts"},
                "around": {
                    "type": "object",
                    "description": "plan: the squares around a point; all that is kept are their codes",
                    "properties": {**_POSITION, "radius_m": {"enum": list(RADII)}},
                },
                "polygon": {"type": "array", "items": {"type": "array"}, "description": "plan: corners as [lon, lat]"},
                "roads": {"type": "string", "maxLength": LONGEST_ROADS, "description": "plan: everybody reads it"},
                "until": {"type": "string", "format": "date-time", "description": "plan: when it should be over"},
            },
        },
        returns=JSON,
        properties=_DONE,
        errors=(400, 404, 409, 503),
        role=Role.OPERATOR,
        scope=TokenScope.REPORTS,
    ),
)
