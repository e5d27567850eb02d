"""/outages: when channels could not be used, and what became of each alert there. For the desk only."""

from __future__ import annotations

from aiohttp import web

from services.accounts.scopes import TokenScope
from services.desks.outage import OutageError, see
from services.outage.report import as_json, reports
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import MOMENT, Endpoint, Parameter
from services.web.api.moment import asked_moment
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.security import WebError


async def show(request: web.Request) -> web.Response:
    context, since = request.app[CONTEXT], asked_moment(request.query, "since")
    async with context.store.read() as connection:
        found = await reports(connection, since, (await seen(request, connection)).then)
    return listing(request, [as_json(one) for one in found], None)


async def mark_seen(request: web.Request) -> web.Response:
    context, number = request.app[CONTEXT], (await json_object(request)).get("id")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 10**15:
        raise WebError(400, "bad_id", "id は番号です。 / id must be the number of an outage.")
    try:
        await see(context.store, number, request[PERSON].name, context.now())
    except OutageError as error:
        raise WebError(409, "not_unread", str(error)) from error
    context.bell.ring("alerts")
    return web.json_response({"seen": True})


_PROPERTIES = {
    "id": "number",
    "channel": "which",
    "status": "Actual, Exercise or Test",
    "began": "when the first alert that it did not take was issued",
    "ended": "when nothing waited there any more; null: it goes on",
    "summary": "one sentence",
    "told": "what became of the alerts, in words",
    "counts": "fate → how many: expired, unknown, partly, rejected, waiting, superseded, needless, late, in_time",
    "items": "each alert: {identifier, series, revision, headline, level, fate, told, late_minutes, issued, …}",
    "seen_by": "who has read it; null: nobody yet",
    "seen_at": "when",
}

ENDPOINTS = (
    Endpoint(
        path="/outages",
        handler=show,
        summary="Outages of channels, unread or since a time: what was sent late, and what never.",
        parameters=(
            Parameter("since", "All that lasted beyond this time; unless told, those that nobody has read.", MOMENT),
            AT,
        ),
        returns=JSON,
        properties=_PROPERTIES,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/outages/seen",
        handler=mark_seen,
        summary="A person has read the report of an outage that is over.",
        method="POST",
        body={"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}},
        returns=JSON,
        properties={"seen": "true"},
        errors=(400, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
)
