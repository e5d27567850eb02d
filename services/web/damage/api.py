"""/damage: disasters and records of damage, for the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.damage.items import BY_KEY
from rules.damage.record import Act, Certainty, Content, Damage, DamageError, Reason, stood
from services.accounts.scopes import TokenScope
from services.damage import desk
from services.damage.board import Board, look
from services.reports.board import placed
from services.store import damages, report_cases
from services.store.users import Role
from services.web.api.answer import JSON, answer, collection, feature, json_object
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import OF_STATUS, Endpoint, Parameter
from services.web.api.moment import moment
from services.web.api.writing import worlds
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.damage.asked import content_of, deed_of, number_of, refusal
from services.web.damage.disasters import ours, status_of
from services.web.damage.told import BOARD, MARK, RECORD, board_told, record_told
from services.web.security import WORDS, WebError

BELL = "hazards"  # who looks at the map learns it at once


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    return answer(request, board_told(await asked(context, request.query)))


async def asked(context: WebContext, query: Mapping[str, str]) -> Board | None:
    """The disaster that the query names, else the newest of its status that goes on; None: there is none."""
    async with context.store.read() as connection:
        if query.get("disaster"):
            found = await look(connection, number_of(query["disaster"], "disaster"), context.now())
            if found is None or found.disaster.status not in worlds(context):
                raise WebError(404, *WORDS[404])
            return found
        every = await damages.of_status(connection, status_of(query.get("status"), context))
        return await look(connection, every[0].id, context.now()) if every else None


async def marks(request: web.Request) -> web.Response:
    """What stands of the disasters that go on, where it is known to be: its point, else the middle of its district."""
    context = request.app[CONTEXT]
    found = []
    async with context.store.read() as connection:
        when = await seen(request, connection)
        for one in await damages.of_status(connection, status_of(request.query.get("status"), context)):
            if one.ended is None or (when.then is not None and one.ended > when.then):
                records = await damages.of_disaster(connection, one.id)
                if when.then is not None:
                    records = [then for record in records if (then := stood(record, when.then)) is not None]
                found += [(one.name, record) for record in records]
    features = []
    for name, record in found:
        point = _point(record.content, context)
        if point is None or record.withdrawn:
            continue
        told = {key: one for key, one in record_told(record).items() if key in MARK}
        features.append(feature(str(record.id), {"type": "Point", "coordinates": point}, {**told, "disaster_ja": name}))
    return collection(request, features, None)


def _point(said: Content, context: WebContext) -> list[float] | None:
    """Longitude and latitude."""
    if said.lon is not None and said.lat is not None:
        return [said.lon, said.lat]
    area = context.ground.areas.get(said.area) if said.area else None
    if area is None:
        return None
    inside = area.geometry.representative_point()
    return [round(inside.x, 5), round(inside.y, 5)]


async def show_one(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    number = number_of(request.match_info["id"], "id")
    async with context.store.read() as connection:
        found = await damages.find(connection, number)
    if found is None or found.status not in worlds(context):
        raise WebError(404, *WORDS[404])
    return answer(request, record_told(found))


async def enter(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    return web.json_response(record_told(await entered(context, body, request[PERSON].name)))


async def entered(context: WebContext, body: Mapping[str, Any], who: str) -> Damage:
    """A new record, out of what is told or out of a report of the queue. Raises WebError."""
    moment(body, "happened")
    disaster = (await ours(context, number_of(body.get("disaster"), "disaster"))).id
    try:
        if body.get("report") is not None:
            case = number_of(body["report"], "report")
            async with context.store.read() as connection:
                known = await report_cases.find(connection, case)
            if known is None:
                raise WebError(404, *WORDS[404])
            code = placed(known, context.ground).area
            area = context.ground.areas.get(code) if code else None
            where = (area.code, area.name) if area else ("", "")
            made = await desk.enter_report(context.store, disaster, known, where, who, context.now())
        else:
            made = await desk.enter(context.store, disaster, content_of(body, context), who, context.now())
    except DamageError as error:
        raise refusal(error) from error
    context.bell.ring(BELL)
    return made


async def act(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    return web.json_response(record_told(await done(context, body, request[PERSON].name)))


async def done(context: WebContext, body: Mapping[str, Any], who: str) -> Damage:
    """One act on a record. Raises WebError."""
    moment(body, "happened")
    number = number_of(body.get("id"), "id")
    async with context.store.read() as connection:
        before = await damages.find(connection, number)
    if before is None or before.status not in worlds(context):
        raise WebError(404, *WORDS[404])
    content: Content | None = content_of(body, context, before.content)
    try:
        after = await desk.do(context.store, deed_of(body, who, content), context.now())
    except DamageError as error:
        raise refusal(error) from error
    context.bell.ring(BELL)
    return after


_TEXT, _TIME = {"type": "string"}, {"type": "string", "format": "date-time"}
_NUMBER = {"type": "integer", "minimum": 0}
_STATUS = {"type": "string", "enum": [one.value for one in Status]}
_SAID = {
    "certainty": {"enum": [one.value for one in Certainty]},
    "source": {**_TEXT, "description": "who says so: 消防, 警察, 現地班"},
    "place": {**_TEXT, "description": "where, in words"},
    "area": {**_TEXT, "description": "code or name of the district; else where lon and lat lie"},
    "lon": {"type": "number"},
    "lat": {"type": "number"},
    "happened": _TIME,
    "figures": {
        "type": "object",
        "description": f"by item ({', '.join(BY_KEY)}): a number in the form's unit; null: being counted; "
        '"" takes it out; an item that is not named stays as it was',
    },
    "note": {**_TEXT, "description": "for the desk alone; no names of people"},
}

ENDPOINTS = (
    Endpoint(
        path="/damage",
        handler=show,
        summary="The damage of one disaster: sums, what changed since the last report, what contradicts, every record.",
        parameters=(
            Parameter("disaster", "Its number; else the newest that goes on.", {"type": "integer", "minimum": 0}),
            OF_STATUS,
        ),
        returns=JSON,
        properties=BOARD,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/damage",
        handler=enter,
        summary="Enter a record of damage, or make one of a confirmed report of the review queue.",
        method="POST",
        body={
            "type": "object",
            "required": ["disaster"],
            "properties": {
                "disaster": _NUMBER,
                "report": {**_NUMBER, "description": "number of the case; nothing else is then needed"},
                **_SAID,
            },
        },
        returns=JSON,
        properties=RECORD,
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.DAMAGE,
    ),
    Endpoint(
        path="/damage/act",
        handler=act,
        summary="More is known of a record, it was wrong, it counts no more, or it counts again; each with its reason.",
        method="POST",
        body={
            "type": "object",
            "required": ["id", "seen", "act"],
            "properties": {
                "id": _NUMBER,
                "seen": {**_NUMBER, "description": "its version as it was looked at; another answer is 409 changed"},
                "act": {"enum": [one.value for one in Act if one is not Act.ENTER]},
                "reason": {"enum": [one.value for one in Reason], "description": "needed for all but update"},
                **_SAID,
            },
        },
        returns=JSON,
        properties=RECORD,
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.DAMAGE,
    ),
    Endpoint(
        path="/damage/map",
        handler=marks,
        summary="Records of damage that stand, of disasters that go on, as points: for the desk's map.",
        parameters=(OF_STATUS, AT),
        properties=MARK,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/damage/{id}",
        handler=show_one,
        summary="One record of damage with every act on it.",
        parameters=(Parameter("id", "Number of the record.", {"type": "integer", "minimum": 0}, where="path"),),
        returns=JSON,
        properties=RECORD,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
)
