"""/calls: what rings for staff, who was called, and taking a call. For the desk only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from services.accounts.scopes import TokenScope
from services.callout.desk import BELL, CallError, acknowledge
from services.callout.roster import Callout
from services.store import call_sends, calls
from services.store.call_sends import Send
from services.store.calls import Call
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing
from services.web.api.endpoint import Endpoint
from services.web.api.times import iso, iso_or_none
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.security import WebError

_KEPT, _MOST = timedelta(days=7), 100


async def show(request: web.Request) -> web.Response:
    """The open ones, the oldest first, then those of the last week."""
    return listing(request, await everything(request.app[CONTEXT]), None)


async def everything(context: WebContext) -> list[dict[str, Any]]:
    """The calls as they are told, for the API and the page alike."""
    async with context.store.read() as connection:
        found = await calls.still_open(connection)
        found += await calls.closed_since(connection, context.now() - _KEPT, _MOST)
        sends = await call_sends.of_calls(connection, [call.id for call in found])
    return [_told(call, sends[call.id], context.callout) for call in found]


async def take(request: web.Request) -> web.Response:
    context, number = request.app[CONTEXT], (await json_object(request)).get("id")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 10**15:
        raise WebError(400, "bad_id", "id は番号です。 / id must be the number of a call.")
    try:
        call = await acknowledge(context.store, number, by=request[PERSON].name, how="desk", now=context.now())
    except CallError as error:
        raise WebError(404 if error.code == "not_found" else 409, error.code, str(error)) from error
    context.bell.ring(BELL)
    return web.json_response({"id": call.id, "state": call.state.value, "acknowledged_by": call.acknowledged_by})


def _told(call: Call, sends: Sequence[Send], callout: Callout) -> dict[str, Any]:
    words = ("key", "subject", "subject_en", "detail", "path", "level", "step", "acknowledged_by", "acknowledged_how")
    times = ("since", "opened_at", "acknowledged_at", "closed_at")
    return {
        "id": call.id,
        "event": call.event.value,
        "status": call.status.value,
        "state": call.state.value,
        "urgent": call.urgent,
        **{name: getattr(call, name) for name in words},
        **{name: iso_or_none(getattr(call, name)) for name in times},
        "sends": [_send(one, callout) for one in sends],
    }


def _send(one: Send, callout: Callout) -> dict[str, Any]:
    person = callout.people.get(one.person)
    return {
        "step": one.step + 1,
        "group": one.group,
        "person": person.name if person else one.person,
        "state": one.state.value,
        "detail": one.detail,
        "due_at": iso(one.due_at),
        "finished_at": iso_or_none(one.finished_at),
    }


ENDPOINTS = (
    Endpoint(
        path="/calls",
        handler=show,
        summary="What rings for staff: open calls, the oldest first, then those that ended within a week.",
        returns=JSON,
        properties={
            "id": "number",
            "key": "the same as long as it is the same thing",
            "event": "draft, mandatory, break_glass, gateway, backlog or fault",
            "status": "Actual, Exercise or Test",
            "state": "calling: nobody has taken it; acknowledged; closed: what it was about is over",
            "urgent": "true for what gets through even where people were called too often",
            "subject": "one line, Japanese",
            "subject_en": "the same in English",
            "detail": "further lines, or empty",
            "path": "where on the desk it is",
            "level": "of the alert, else 0",
            "step": "how many groups have been called so far",
            "acknowledged_by": "who took it, or empty",
            "acknowledged_how": "link, desk, command, or empty",
            "since": "since when it is so",
            "opened_at": "since when it rings",
            "acknowledged_at": "or null",
            "closed_at": "or null",
            "sends": "each message: {step, group, person, state, detail, due_at, finished_at}",
        },
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/calls/acknowledge",
        handler=take,
        summary="Take a call: nobody else is called for it.",
        method="POST",
        body={"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}},
        returns=JSON,
        properties={"id": "number", "state": "acknowledged, or closed", "acknowledged_by": "you"},
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
)
