"""/damage/disasters: which disasters there are, what is known of them, and whether their damage is still counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.damage.disaster import Disaster
from rules.damage.record import DamageError
from services.accounts.scopes import TokenScope
from services.damage import desk
from services.store import damages
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing
from services.web.api.endpoint import OF_STATUS, Endpoint
from services.web.api.moment import moment
from services.web.api.writing import worlds
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.damage.asked import disaster_of, number_of, refusal
from services.web.damage.told import DISASTER, disaster_told
from services.web.security import WebError


def status_of(text: Any, context: WebContext) -> Status:
    """A status of which this hub keeps damage: one that runs an exercise knows nothing real. Raises WebError."""
    allowed = worlds(context)
    if text in (None, ""):
        return allowed[0]
    if not isinstance(text, str) or text not in {one.value for one in allowed}:
        raise WebError(400, "bad_status", f"status は {' / '.join(allowed)} です。 / status: one of these.")
    return Status(text)


async def list_disasters(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        found = await damages.of_status(connection, status_of(request.query.get("status"), context))
    return listing(request, [disaster_told(one) for one in found], None)


async def begin(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    return web.json_response(disaster_told(await begun(context, body, request[PERSON].name)))


async def begun(context: WebContext, body: Mapping[str, Any], who: str) -> Disaster:
    """A new disaster. Raises WebError."""
    wanted = disaster_of(body, status_of(body.get("status"), context))
    try:
        return await desk.begin(context.store, wanted, who, context.now())
    except DamageError as error:
        raise refusal(error) from error


async def rewrite(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    return web.json_response(disaster_told(await rewritten(context, body, request[PERSON].name)))


async def rewritten(context: WebContext, body: Mapping[str, Any], who: str) -> Disaster:
    """The disaster in other words, closed or open again. Raises WebError."""
    moment(body, "began")  # what cannot be read is refused before anything else
    number, seen = number_of(body.get("id"), "id"), number_of(body.get("seen"), "seen")
    before = await ours(context, number)
    ended = body.get("closed")
    if ended not in (None, True, False):
        raise WebError(400, "bad_closed", "closed は true か false です。 / closed must be true or false.")
    fresh = replace(disaster_of(body, before.status, before), version=seen)
    if ended is not None:
        fresh = replace(fresh, ended=(before.ended or context.now()) if ended else None)
    try:
        return await desk.rewrite(context.store, fresh, who, context.now())
    except DamageError as error:
        raise refusal(error) from error


async def ours(context: WebContext, number: int) -> Disaster:
    """The disaster, where this hub writes of its status. Raises WebError 404."""
    async with context.store.read() as connection:
        found = await damages.disaster(connection, number)
    if found is None or found.status not in worlds(context):
        raise WebError(404, "not_found", f"災害 {number} はありません。 / There is no disaster {number}.")
    return found


_TEXT, _TIME = {"type": "string"}, {"type": "string", "format": "date-time"}
_NUMBER = {"type": "integer", "minimum": 0}
_STATUS = {"type": "string", "enum": [one.value for one in Status]}

ENDPOINTS = (
    Endpoint(
        path="/damage/disasters",
        handler=list_disasters,
        summary="Disasters whose damage is counted, those that go on first.",
        parameters=(OF_STATUS,),
        returns=JSON,
        properties=DISASTER,
        errors=(400,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/damage/disasters",
        handler=begin,
        summary="Begin counting the damage of a disaster. Its name is what everything issued of it says.",
        method="POST",
        body={
            "type": "object",
            "required": ["name", "began"],
            "properties": {"name": _TEXT, "began": _TIME, "place": _TEXT, "outline": _TEXT, "status": _STATUS},
        },
        returns=JSON,
        properties=DISASTER,
        errors=(400, 409),
        role=Role.OPERATOR,
        scope=TokenScope.DAMAGE,
    ),
    Endpoint(
        path="/damage/disasters/act",
        handler=rewrite,
        summary="Put the facts of a disaster in other words, close its counting, or open it again.",
        method="POST",
        body={
            "type": "object",
            "required": ["id", "seen"],
            "properties": {
                "id": _NUMBER,
                "seen": {**_NUMBER, "description": "its version as it was looked at; another answer is 409 changed"},
                "began": _TIME,
                "place": _TEXT,
                "outline": _TEXT,
                "closed": {"type": "boolean"},
            },
        },
        returns=JSON,
        properties=DISASTER,
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.DAMAGE,
    ),
)
