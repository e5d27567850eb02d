"""/musters: whether staff are safe and when they come. Numbers for everybody of the desk, people for operators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from rules.muster.answer import LONGEST_NOTE, LONGEST_PLACE, SOON, AnswerError, Coming, Family, Home, Safety
from rules.muster.want import Want
from services.accounts.scopes import TokenScope
from services.muster import desk
from services.muster.board import Board, Given, board, keep, numbers
from services.muster.desk import BELL, LONGEST_REASON, LONGEST_TITLE, MusterError
from services.store import muster_people, muster_sends, musters
from services.store.musters import Muster, MusterState
from services.store.users import Role
from services.web.api.answer import JSON, answer, json_object, listing
from services.web.api.endpoint import Endpoint, Parameter
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.muster.asked import (
    ACTS,
    FAMILIES,
    STATUSES,
    answer_fields,
    asks_of,
    deed_of,
    number_of,
    person_of,
    plan_of,
    refusal,
    rules_of,
    seal_of,
    told_of,
)
from services.web.muster.told import MUSTER, WHOLE, board_told, muster_told
from services.web.security import WebError

_KEPT, _MOST = timedelta(days=30), 100


async def show(request: web.Request) -> web.Response:
    return listing(request, await everything(request.app[CONTEXT]), None)


async def everything(context: WebContext) -> list[dict[str, Any]]:
    """The musters of a month as they are told, the newest first, for the API and the page alike."""
    async with context.store.read() as connection:
        found = await musters.lately(connection, context.now() - _KEPT, _MOST)
        ids = [one.id for one in found]
        heads = await muster_people.heads(connection, ids)
        sends = await muster_sends.counts(connection, ids)
    return [muster_told(one, heads[one.id], sends[one.id]) for one in found]


async def show_one(request: web.Request) -> web.Response:
    of = await looked_at(request, number_of(request.match_info["id"]), "api")
    return answer(request, board_told(of, request.app[CONTEXT].now()))


async def looked_at(request: web.Request, number: int, what: str) -> Board:
    """A muster with its people; that this person looked is written down first. Raises WebError."""
    context = request.app[CONTEXT]
    seal = seal_of(context)
    try:
        async with context.store.hold() as connection:
            await desk.found(connection, number)
            await musters.looked(connection, number, request[PERSON].name, what, context.now())
        return await board(context.store, seal, number)
    except MusterError as error:
        raise refusal(error) from error


async def begin(request: web.Request) -> web.Response:
    return await _done(request, await started(request, await json_object(request)))


async def started(request: web.Request, body: Mapping[str, Any]) -> Muster:
    """One that a person begins. Raises WebError."""
    context = request.app[CONTEXT]
    told_of(context)
    try:
        return await desk.start(context.store, rules_of(context), plan_of(request, body), context.now())
    except MusterError as error:
        raise refusal(error) from error


async def act(request: web.Request) -> web.Response:
    return await _done(request, await acted(request, await json_object(request)))


async def acted(request: web.Request, body: Mapping[str, Any]) -> Muster:
    """What an approver does with one that stands. Raises WebError."""
    context, what = request.app[CONTEXT], body.get("act")
    if what not in ACTS:
        raise WebError(400, "bad_act", f"act must be one of {', '.join(ACTS)}")
    told_of(context)
    rules, now = rules_of(context), context.now()
    deed = deed_of(request, body, reason=what != "approve")
    try:
        if what == "approve":
            return await desk.approve(context.store, rules, deed, now)
        if what == "decline":
            return await desk.decline(context.store, deed, now)
        if what == "widen":
            return await desk.widen(context.store, rules, deed, asks_of(body.get("asks"), rules), now)
        tell = body.get("tell", False)
        if not isinstance(tell, bool):
            raise WebError(400, "bad_tell", "tell must be true or false")
        heads = await numbers(context.store, seal_of(context), deed.number)
        return await desk.close(context.store, deed, tell=tell, numbers=heads, now=now)
    except MusterError as error:
        raise refusal(error) from error


async def enter(request: web.Request) -> web.Response:
    """An answer that somebody gave by telephone."""
    body = await json_object(request)
    person = await entered(request, body)
    return web.json_response({"id": number_of(request.match_info["id"]), "person": person})


async def entered(request: web.Request, body: Mapping[str, Any]) -> str:
    """Whose answer was kept. Raises WebError."""
    context, person = request.app[CONTEXT], person_of(body)
    given = Given(
        number=number_of(request.match_info["id"]),
        person=person,
        fields=answer_fields(body),
        by=request[PERSON].name,
    )
    try:
        await keep(context.store, seal_of(context), given, context.now())
    except (MusterError, AnswerError) as error:
        raise refusal(error) from error
    context.bell.ring(BELL)
    return person


async def _done(request: web.Request, muster: Muster) -> web.Response:
    context = request.app[CONTEXT]
    context.bell.ring(BELL)
    return web.json_response({"id": muster.id, "state": muster.state.value, "version": muster.version})


_NUMBER = Parameter("id", "Number of the muster.", where="path")
_ASKS = {"type": "object", "additionalProperties": {"enum": [*Want]}, "description": "参集区分 → what is asked of it"}
_REASON = {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON}
_DONE = {"id": "number", "state": ", ".join(MusterState), "version": "of the muster as it is now"}
ENDPOINTS = (
    Endpoint(
        path="/musters",
        handler=show,
        summary="Musters of staff (安否確認・職員参集) of the last month, the newest first: numbers, never anybody.",
        returns=JSON,
        properties=MUSTER,
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/musters",
        handler=begin,
        summary="Begin a muster by hand: everybody of these 参集区分 is asked; in a drill, those who take part.",
        method="POST",
        body={
            "type": "object",
            "required": ["family", "title", "asks", "reason"],
            "properties": {
                "family": {"enum": [*FAMILIES]},
                "status": {"enum": [*STATUSES], "description": "the hub's own if left out"},
                "title": {"type": "string", "minLength": 1, "maxLength": LONGEST_TITLE},
                "asks": _ASKS,
                "reason": _REASON,
            },
        },
        returns=JSON,
        properties=_DONE,
        errors=(400, 409),
        role=Role.APPROVER,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/musters/{id}",
        handler=show_one,
        summary="One muster with everybody who was asked, what they answered, and who comes when. Who asks is noted.",
        parameters=(_NUMBER,),
        returns=JSON,
        properties=WHOLE,
        errors=(404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/musters/{id}/acts",
        handler=act,
        summary="Begin or decline a proposal, ask more people, or end a muster.",
        method="POST",
        parameters=(_NUMBER,),
        body={
            "type": "object",
            "required": ["act", "seen"],
            "properties": {
                "act": {"enum": [*ACTS]},
                "seen": {"type": "integer", "minimum": 1, "description": "its version as looked at; another is 409"},
                "reason": {**_REASON, "description": "needed by all but approve"},
                "asks": {**_ASKS, "description": "widen: 参集区分 → what is asked of it"},
                "tell": {"type": "boolean", "description": "close: those who were asked hear that it is over"},
            },
        },
        returns=JSON,
        properties=_DONE,
        errors=(400, 404, 409),
        role=Role.APPROVER,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/musters/{id}/answers",
        handler=enter,
        summary="Enter an answer for somebody who gave it by telephone; it takes the place of the one before.",
        method="POST",
        parameters=(_NUMBER,),
        body={
            "type": "object",
            "required": ["person", "safety"],
            "properties": {
                "person": {"type": "string", "maxLength": 20, "description": "code in the directory"},
                "safety": {"enum": [*Safety]},
                "family": {"enum": [*Family]},
                "home": {"enum": [*Home]},
                "coming": {"enum": [*Coming]},
                "minutes": {"enum": [*SOON], "description": "with comes: within so many minutes"},
                "place": {"type": "string", "maxLength": LONGEST_PLACE},
                "note": {"type": "string", "maxLength": LONGEST_NOTE},
            },
        },
        returns=JSON,
        properties={"id": "number of the muster", "person": "whose answer was kept"},
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
)
