"""/snow/dumps: the snow dumps for everybody; for staff also what is said of them, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aiohttp import web

from feeds.status import Status
from rules.dumps.life import Act, DumpError
from services.accounts.scopes import TokenScope
from services.dumps import desk
from services.dumps.picture import Known
from services.store import dumps
from services.store.users import Role
from services.web.api.answer import JSON, collection, feature, json_object, listing
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import OF_STATUS, Endpoint, Parameter
from services.web.api.viewer import viewer_of
from services.web.auth import PERSON, person_of
from services.web.context import CONTEXT, WebContext
from services.web.dumps.asked import LONGEST, aim_of, event_of, refusal
from services.web.dumps.told import DUMP, dump_told, event_told
from services.web.roads.shown import shown_status
from services.web.security import WebError
from services.web.snow.asked import status_of

_MOST = 500  # acts of a record
BELL = "hazards"  # who looks at the map learns it at once


async def show(request: web.Request) -> web.Response:
    """Public dumps for everybody, all of them for staff."""
    context = request.app[CONTEXT]
    status = shown_status(context, viewer_of(request))
    then = await _asked(request) if "at" in request.query else None
    found = await look(context, status, staff=person_of(request) is not None, then=then)
    features = [
        feature(
            one.site.code,
            {"type": "Point", "coordinates": [round(one.site.lon, 5), round(one.site.lat, 5)]},
            dump_told(one, status.value),
        )
        for one in found
    ]
    return collection(request, features, None)


async def _asked(request: web.Request) -> datetime | None:
    """The past instant that staff ask for."""
    async with request.app[CONTEXT].store.read() as connection:
        return (await seen(request, connection)).then


async def look(context: WebContext, status: Status, *, staff: bool, then: datetime | None = None) -> list[Known]:
    """The dumps that somebody may see; staff also as they were known at an instant."""
    async with context.store.read() as connection:
        found = await context.dumps.look(connection, status, context.now(), then)
    return [one for one in found if staff or one.site.terms.public]


async def record(request: web.Request) -> web.Response:
    """What was said of one dump, the newest first."""
    context = request.app[CONTEXT]
    status, code = status_of(request.query.get("status"), context), request.match_info["dump"]
    if context.dumps.sites.find(code, status) is None:
        raise WebError(404, "not_found", "この雪捨て場はありません。 / There is no such dump.")
    async with context.store.read() as connection:
        found = await dumps.recorded(connection, status, code, _MOST)
    return listing(request, [event_told(one) for one in found], None)


async def act(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    aim, event = aim_of(body, context), event_of(body, request[PERSON].name, context.now())
    try:
        told = await desk.do(context.store, context.dumps, aim, event)
    except DumpError as error:
        raise refusal(error) from error
    context.bell.ring(BELL)
    state = told.state.value if told.state else None
    return web.json_response({"dump": aim.dump, "status": aim.status.value, "state": state, "seen": told.seen})


ENDPOINTS: Sequence[Endpoint] = (
    Endpoint(
        path="/snow/dumps",
        handler=show,
        summary="Snow dumps: open, full or closed, the queue, what lies there and when they will be full.",
        parameters=(AT,),
        properties=DUMP,
        errors=(400, 404),
    ),
    Endpoint(
        path="/snow/dumps/{dump}/record",
        handler=record,
        summary="What staff said of one dump, the newest first, five hundred acts at most.",
        parameters=(Parameter("dump", "Code of the dump.", where="path"), OF_STATUS),
        returns=JSON,
        properties={
            "act": ", ".join(Act),
            "act_ja": "the same in Japanese",
            "at": "when",
            "who": "who",
            "text": "what was said with it",
            "volume_m3": "of a measurement, or null",
            "until": "when it should open again, or null",
        },
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/snow/dumps/act",
        handler=act,
        summary="Say that a dump is open, full or closed, what was measured there, or a note.",
        method="POST",
        body={
            "type": "object",
            "required": ["dump", "act", "seen"],
            "properties": {
                "dump": {"type": "string", "description": "code of the dump"},
                "act": {"type": "string", "enum": [one.value for one in Act]},
                "seen": {"type": "integer", "minimum": 0, "description": "`seen` of the dump as it was looked at"},
                "text": {
                    "type": "string",
                    "maxLength": LONGEST,
                    "description": "everybody reads it, but of measure and note",
                },
                "volume_m3": {"type": "number", "minimum": 0, "description": "with measure: what lies there"},
                "until": {"type": "string", "description": "with full and close: when it should open again"},
                "status": {"type": "string", "enum": [one.value for one in Status]},
            },
        },
        returns=JSON,
        properties={
            "dump": "its code",
            "status": "Actual, Exercise or Test",
            "state": "open, full, closed or null",
            "seen": "number of this act",
        },
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.SNOW,
    ),
)
