"""/leads: what people seem to say in public of dangers in the city. Unverified, for the desk only, links alone."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from feeds.status import Status
from services.accounts.scopes import TokenScope
from services.listening import desk
from services.listening.desk import Deed, LeadError, Make
from services.listening.picture import Shown, look
from services.listening.standing import standings
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing
from services.web.api.endpoint import Endpoint, Parameter
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.leads.asked import LONGEST, deed_of, refusal
from services.web.leads.told import CLUSTER, SOURCE, cluster_told, source_told
from services.web.snow.asked import status_of

BELL = "records"  # a report may have come


async def show(request: web.Request) -> web.Response:
    """What waits for a person; with ``every`` also what somebody has settled."""
    context = request.app[CONTEXT]
    found = await shown(context, status_of(request.query.get("status"), context), request.query.get("every") == "true")
    return listing(request, [cluster_told(one, context.listened_for, context.now()) for one in found], None)


async def shown(context: WebContext, status: Status, every: bool) -> list[Shown]:
    """The clusters of a status."""
    async with context.store.read() as connection:
        areas = context.ground.areas
        found = await look(connection, context.listening, context.listened_for, areas, status, context.now())
    return [one for one in found if every or not one.settled]


async def sources(request: web.Request) -> web.Response:
    """How each source is doing. A source that fails rings nobody: leads are no promise."""
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        found = await standings(connection, context.listening, context.now())
    return listing(request, [source_told(one) for one in found], None)


async def act(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    deed = deed_of(body, request[PERSON].name, context)
    return web.json_response({"act": deed.make.value, "report": await made(context, deed)})


async def made(context: WebContext, deed: Deed) -> str:
    """The key of the report, empty where none was made. Raises WebError."""
    try:
        report = await desk.do(context.store, context.listening, context.listened_for, deed, context.now())
    except LeadError as error:
        raise refusal(error) from error
    if report:
        context.bell.ring(BELL)
    return report


_STATUS = Parameter("status", "Of this status; else that of the hub.", {"enum": [one.value for one in Status]})

ENDPOINTS: Sequence[Endpoint] = (
    Endpoint(
        path="/leads",
        handler=show,
        summary="Unverified leads from public posts, gathered by danger and place: links and counts, no texts.",
        parameters=(Parameter("every", "Settled ones, too.", {"enum": ["true", "false"]}), _STATUS),
        returns=JSON,
        properties=CLUSTER,
        errors=(400,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/leads/sources",
        handler=sources,
        summary="How each source of public posts is doing, and what it has cost.",
        returns=JSON,
        properties=SOURCE,
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/leads/acts",
        handler=act,
        summary="Make a report of what was seen in the posts, or say that there is nothing in it.",
        method="POST",
        body={
            "type": "object",
            "required": ["hazard", "place", "seen", "act"],
            "properties": {
                "hazard": {"type": "string", "description": "of the cluster"},
                "place": {"type": "string", "description": "of the cluster"},
                "seen": {"type": "integer", "minimum": 1, "description": "`seen` of the cluster as it was looked at"},
                "act": {"type": "string", "enum": [one.value for one in Make]},
                "text": {"type": "string", "maxLength": LONGEST, "description": "report: what the officer says of it"},
                "status": {"type": "string", "enum": [one.value for one in Status]},
            },
        },
        returns=JSON,
        properties={"act": "what was done", "report": "key of the report in the review queue, or empty"},
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.REPORTS,
    ),
)
