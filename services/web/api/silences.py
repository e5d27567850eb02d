"""/silences: what officers keep from being told for a while. For the desk only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.silence import LONGEST, Silence, SilenceError
from services.accounts.scopes import TokenScope
from services.desks import silence as desk
from services.store import silences
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing, text_member
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import Endpoint
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.security import WebError

_LONGEST_WORD, _LONGEST_REASON = 100, 300
_MINUTES = int(LONGEST.total_seconds() // 60)


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        when = await seen(request, connection)
        found = await silences.holding(connection, when.at, then=when.then)
    return listing(request, [_told(one) for one in found], None)


async def begin(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    minutes, now = body.get("minutes"), context.now()
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 < minutes <= _MINUTES:
        raise WebError(400, "bad_minutes", f"minutes は 1 から {_MINUTES} です。 / minutes must be 1 to {_MINUTES}.")
    wanted = Silence(
        status=asked_status(body, context.exercise),
        rule=_word(body, "rule"),
        kind=_word(body, "kind"),
        area=_word(body, "area"),
        sensor=_word(body, "sensor"),
        owner=request[PERSON].name,
        reason=text_member(body, "reason", _LONGEST_REASON),
        begins=now,
        ends=now + timedelta(minutes=minutes),
    )
    try:
        made = await desk.begin(context.store, wanted, context.ground.stations)
    except SilenceError as error:
        raise WebError(400, "bad_silence", str(error)) from error
    context.bell.ring("hazards")
    return web.json_response(_told(made))


async def end(request: web.Request) -> web.Response:
    context, number = request.app[CONTEXT], (await json_object(request)).get("id")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 10**15:
        raise WebError(400, "bad_id", "id は番号です。 / id must be the number of a silence.")
    try:
        await desk.end(context.store, number, request[PERSON].name, context.now(), context.ground.stations)
    except SilenceError as error:
        raise WebError(409, "not_holding", str(error)) from error
    context.bell.ring("hazards")
    return web.json_response({"ended": True})


def _word(body: dict[str, Any], name: str) -> str:
    return text_member(body, name, _LONGEST_WORD) if body.get(name) else ""


def asked_status(body: dict[str, Any], exercise: bool) -> Status:
    """A hub that runs an exercise silences the exercise, unless told otherwise."""
    named = body.get("status", Status.EXERCISE.value if exercise else Status.ACTUAL.value)
    try:
        return Status(named)
    except ValueError:
        raise WebError(400, "bad_status", "status は Actual、Exercise、Test のどれかです。 / Unknown status.") from None


def _told(one: Silence) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("rule", "kind", "area", "sensor", "owner", "reason")}
    return {"id": one.id, "status": one.status.value, **told, "begins": iso(one.begins), "ends": iso(one.ends)}


_PROPERTIES = {
    "id": "number",
    "status": "Actual, Exercise or Test",
    "rule": "only this rule; empty: any",
    "kind": "only this kind of hazard; empty: any",
    "area": "only this area; empty: any",
    "sensor": "only what rests on this station alone; empty: any",
    "owner": "who set it",
    "reason": "why",
    "begins": "since when",
    "ends": "until when",
}
_TEXT = {"type": "string", "maxLength": _LONGEST_WORD}

ENDPOINTS = (
    Endpoint(
        path="/silences",
        handler=show,
        summary="What officers keep silent now. 警戒レベル４ and above, updates and all-clears are never kept silent.",
        parameters=(AT,),
        returns=JSON,
        properties=_PROPERTIES,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/silences",
        handler=begin,
        summary="Keep what matches silent for some minutes, with a reason.",
        method="POST",
        body={
            "type": "object",
            "required": ["minutes", "reason"],
            "properties": {
                "rule": _TEXT,
                "kind": _TEXT,
                "area": _TEXT,
                "sensor": _TEXT,
                "status": {"type": "string", "enum": [status.value for status in Status]},
                "minutes": {"type": "integer", "minimum": 1, "maximum": _MINUTES},
                "reason": {"type": "string", "minLength": 1, "maxLength": _LONGEST_REASON},
            },
        },
        returns=JSON,
        properties=_PROPERTIES,
        errors=(400,),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/silences/end",
        handler=end,
        summary="End a silence now.",
        method="POST",
        body={"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}},
        returns=JSON,
        properties={"ended": "true"},
        errors=(400, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
)
