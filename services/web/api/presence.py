"""/presence: who of the staff is at what just now, so that nobody writes over another. For the desk only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from services.accounts.scopes import TokenScope
from services.clock import wall
from services.desks import presence as desk
from services.store import presences
from services.store.presences import LASTS, Doing, Here
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing
from services.web.api.endpoint import Endpoint
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.security import WebError

BELL = "presence"


async def show(request: web.Request) -> web.Response:
    async with request.app[CONTEXT].store.read() as connection:
        found = await presences.here(connection, wall())
    return listing(request, _told(found), None)


async def say(request: web.Request) -> web.Response:
    """What one tab has open, all of it: what it does not name any more is closed."""
    context, body, person = request.app[CONTEXT], await json_object(request), request[PERSON]
    try:
        items = desk.checked(_text(body.get("tab")), _items(body.get("items")))
    except desk.PresenceError as error:
        raise WebError(400, "bad_presence", str(error)) from error
    if not person.may(Role.OPERATOR) and any(doing is not Doing.READING for doing in items.values()):
        raise WebError(403, "read_only", "閲覧だけの人は引き受けられません。 / A viewer can only be reading.")
    tab = desk.Tab(person=person.name, name=body["tab"], items=items)
    found, changed = await desk.say(context.store, tab, context.own, context.now(), wall())
    if changed:
        context.bell.ring(BELL)
    return web.json_response({"items": _told(found), "again_s": int(LASTS.total_seconds() // 3)})


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _items(value: object) -> dict[str, str]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise desk.PresenceError("items は {what, doing} の並びです / items must be a list of {what, doing}")
    return {_text(one.get("what")): _text(one.get("doing")) for one in value}


def _told(found: Sequence[Here]) -> list[dict[str, Any]]:
    return [
        {"person": one.person, "what": one.what, "doing": one.doing.value, "since": iso(one.since)} for one in found
    ]


_ITEM = {
    "type": "object",
    "required": ["what", "doing"],
    "properties": {
        "what": {"type": "string", "pattern": desk.WHAT},
        "doing": {"type": "string", "enum": [str(one) for one in Doing]},
    },
}
_PROPERTIES = {
    "person": "name of the account",
    "what": "alert:SERIES, outage:NUMBER, level:LEVEL, page:NAME, …",
    "doing": "reading; writing: something typed is not sent yet; deciding: the dialog is open that sends or refuses "
    "it; taken: they see to it",
    "since": "since when, by the computers' clock",
}

ENDPOINTS = (
    Endpoint(
        path="/presence",
        handler=show,
        summary="Who of the staff is at what just now. What nobody says again is forgotten in half a minute.",
        returns=JSON,
        properties=_PROPERTIES,
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/presence",
        handler=say,
        summary="Say what one tab of a browser has open, all of it, and again before `again_s` seconds are over.",
        method="POST",
        body={
            "type": "object",
            "required": ["tab", "items"],
            "properties": {
                "tab": {"type": "string", "pattern": desk.TAB},
                "items": {"type": "array", "maxItems": desk.MOST, "items": _ITEM},
            },
        },
        returns=JSON,
        properties={"items": "everybody who is at anything, as above", "again_s": "seconds"},
        errors=(400, 403),
        role=Role.VIEWER,
        scope=TokenScope.PERSON,
    ),
)
