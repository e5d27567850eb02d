"""/reports/queue: what people and police sent, what of it waits, and what officers do with it. For the desk only."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from feeds.finding import Finding
from rules.reports.case import CaseError, State
from services.accounts.scopes import TokenScope
from services.reports import board, desk
from services.reports.running import BELL
from services.store.users import Role
from services.web.api.answer import JSON, answer, json_object, listing
from services.web.api.endpoint import Endpoint, Parameter
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.reports.asked import (
    BY_PEOPLE,
    LONGEST,
    LONGEST_HANDLER,
    MOST_AT_ONCE,
    deeds_of,
    flag_of,
    number_of,
    refusal,
    state_of,
)
from services.web.reports.told import ITEM, item_told
from services.web.security import WORDS, WebError


async def show(request: web.Request) -> web.Response:
    """What waits; with ``state`` or ``every`` what came in lately."""
    context = request.app[CONTEXT]
    return listing(request, [item_told(one, context) for one in await asked(request)], None)


async def asked(request: web.Request) -> list[board.Item]:
    """The lines of the queue that the query names. Raises WebError."""
    context, query = request.app[CONTEXT], request.query
    state = state_of(query.get("state"))
    if state is None and not flag_of(query.get("every"), "every"):
        return await board.waiting(context.store, context.ground, context.now(), context.reports.tracks.assumed)
    return await board.lately(context.store, context.ground, context.now(), context.reports.tracks.assumed, state)


async def show_one(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    number, assumed = number_of(request.match_info["id"]), context.reports.tracks.assumed
    found = await board.one(context.store, context.ground, context.now(), assumed, number)
    if found is None:
        raise WebError(404, *WORDS[404])
    return answer(request, item_told(found, context))


async def act(request: web.Request) -> web.Response:
    """Each case for itself; where there is only one, its refusal is the answer."""
    context, body = request.app[CONTEXT], await json_object(request)
    done, refused = await do_all(context, body, request[PERSON].name)
    if refused and not done and len(refused) == 1:
        raise refusal(refused[0][1])
    told = [{"id": number, "error": error.code, "message": str(error)} for number, error in refused]
    return web.json_response({"done": done, "refused": told})


async def do_all(context: WebContext, body: dict[str, Any], who: str) -> tuple[list[int], list[tuple[int, CaseError]]]:
    """The numbers of the cases that it was done with, and why not with the others. Raises WebError."""
    done: list[int] = []
    refused: list[tuple[int, CaseError]] = []
    for deed in deeds_of(body, who, context):
        try:
            case = await desk.do(context.store, deed, context.now(), lambda one: board.placed(one, context.ground))
            done.append(case.id)
        except CaseError as error:
            refused.append((deed.number, error))
    if done:
        context.bell.ring("records")
        context.bell.ring(BELL)
    return done, refused


_ID = {"type": "integer", "minimum": 1}

ENDPOINTS = (
    Endpoint(
        path="/reports/queue",
        handler=show,
        summary="Reports that wait for a person, whose turn it is first; with state or every those of 14 days.",
        parameters=(
            Parameter("state", "Only of this state.", {"enum": [one.value for one in State]}),
            Parameter("every", "Of every state.", {"enum": ["true", "false"]}),
        ),
        returns=JSON,
        properties=ITEM,
        errors=(400,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/reports/queue/{id}",
        handler=show_one,
        summary="One report of the queue, with every act on it.",
        parameters=(Parameter("id", "Number of the case.", {"type": "integer", "minimum": 1}, where="path"),),
        returns=JSON,
        properties=ITEM,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/reports/queue/acts",
        handler=act,
        summary="Do one thing with one report or many: triage, confirm, reject, merge, claim, … each with its reason.",
        method="POST",
        body={
            "type": "object",
            "required": ["cases", "act"],
            "properties": {
                "cases": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST_AT_ONCE,
                    "items": {
                        "type": "object",
                        "required": ["id"],
                        "properties": {
                            "id": _ID,
                            "seen": {**_ID, "description": "its version as looked at; another answer is 409 changed"},
                        },
                    },
                },
                "act": {"enum": sorted(one.value for one in BY_PEOPLE)},
                "reason": {"type": "string", "description": "one of those that may names for the act"},
                "text": {"type": "string", "maxLength": LONGEST, "description": "a note, for the desk alone"},
                "into": {**_ID, "description": "merge: the case that stands for it"},
                "handler": {"type": "string", "maxLength": LONGEST_HANDLER, "description": "assign: who handles it"},
                "correct": {
                    "type": "object",
                    "description": "correct: what is right",
                    "properties": {
                        "place": {"type": "string", "maxLength": LONGEST},
                        "lon": {"type": "number"},
                        "lat": {"type": "number"},
                        "time": {"type": "string", "format": "date-time"},
                        "kind": {"type": "string"},
                        "finding": {"enum": [*Finding, ""], "description": "of an animal"},
                    },
                },
            },
        },
        returns=JSON,
        properties={"done": "numbers of the cases that it was done with", "refused": "{id, error, message} of others"},
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.REPORTS,
    ),
)
