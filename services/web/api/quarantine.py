"""/quarantine: what could not be decoded, with its bytes and the reason; and reading it again. For the desk only."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from aiohttp import web

from services.accounts.scopes import TokenScope
from services.desks.quarantine import QuarantineError, look, replay, replay_all
from services.overflow import legible
from services.store import quarantine
from services.store.quarantine import Wanted
from services.store.users import Role
from services.web.api.answer import JSON, answer, json_object, listing, text_member
from services.web.api.as_of import AT, Seen, seen
from services.web.api.endpoint import PAGED, Endpoint, Parameter
from services.web.api.paging import page_of
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.security import WebError

_SHOWN, _SHOWN_HEX = 4096, 256  # bytes of a payload in a list; one alone is shown whole
_STATUS = {"not_found": 404, "still_refused": 409}
_FILTERS = ("code", "gateway", "topic")


async def show(request: web.Request) -> web.Response:
    page = page_of(request, int)
    before = page.after[0] if page.after is not None else None
    wanted = Wanted(**{name: request.query[name] for name in _FILTERS if name in request.query})
    async with request.app[CONTEXT].store.read() as connection:
        when = await seen(request, connection)
        rows = await quarantine.newest(connection, page.limit + 1, before, wanted, when.then)
    taken, following = page.trim(rows, lambda row: (row["id"],))
    return listing(request, [_told(row, _SHOWN, _SHOWN_HEX) | _counted(row, when) for row in taken], following)


async def one(request: web.Request) -> web.Response:
    """The whole of it, and what it would be if it were read again now."""
    context, number = request.app[CONTEXT], request.match_info["id"]
    if not (number.isascii() and number.isdigit() and len(number) <= 15):
        raise web.HTTPNotFound
    try:
        row, found = await look(context.store, context.reader, int(number))
    except QuarantineError as error:
        raise WebError(_STATUS[error.code], error.code, str(error)) from error
    return answer(request, {**_told(row, None, None), "now": found.line})


async def again(request: web.Request) -> web.Response:
    """Either the one that is named, or all that a filter finds."""
    context, body = request.app[CONTEXT], await json_object(request)
    if "id" not in body and body:
        return await _all_again(request, body)
    number = body.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 10**15:
        raise WebError(400, "bad_id", "id は番号です。 / id must be the number of a refusal.")
    try:
        new = await replay(context.store, context.reader, number, request[PERSON].name, context.now())
    except QuarantineError as error:
        raise WebError(_STATUS[error.code], error.code, str(error)) from error
    context.bell.ring("records")
    return web.json_response({"new": new})


async def _all_again(request: web.Request, body: dict[str, Any]) -> web.Response:
    context = request.app[CONTEXT]
    strange = sorted(body.keys() - set(_FILTERS))
    if strange:
        raise WebError(400, "bad_filter", f"{strange[0][:64]!r} is no filter; use id, or {', '.join(_FILTERS)}")
    wanted = Wanted(**{name: text_member(body, name, 512) for name in body})
    outcome = await replay_all(context.store, context.reader, wanted, request[PERSON].name, context.now())
    context.bell.ring("records")
    return web.json_response(asdict(outcome))


def _counted(row: dict[str, Any], when: Seen) -> dict[str, Any]:
    """How often, and whether the gateway knows: of now alone, for when they moved is not kept."""
    return {name: row[name] if when.then is None else None for name in ("times", "answered")}


def _told(row: dict[str, Any], most: int | None, most_hex: int | None) -> dict[str, Any]:
    payload = bytes(row["payload"])
    shown = b"" if row["sealed"] else payload[:most]  # a report's bytes tell its sender: its text is covered
    names = ("id", "topic", "gateway", "code", "message", "at", "times", "answered")
    return {
        **{name: row[name] for name in names},
        "received_at": iso(row["received_at"]),
        "bytes": len(payload),
        "text": legible(row, most),
        "hex": shown[:most_hex].hex(" "),
        "base64": base64.b64encode(shown).decode(),
    }


_MEMBERS = {
    "id": "number",
    "topic": "as it came",
    "gateway": "who sent it",
    "code": "named reason",
    "message": "what is wrong, and the cure",
    "at": "where in the payload",
    "times": "how often the same fault came; of a pack (over_allowance) the messages in it; null with at",
    "answered": "the gateway was told; null with at",
    "received_at": "when it came first",
    "bytes": "length of the payload",
    "text": "as text, of a pack the messages, one in a line; in the list its beginning",
    "hex": "in hexadecimal; in the list its beginning",
    "base64": "as bytes; in the list its beginning",
}
_FILTER = {
    "code": "Only refusals of this code.",
    "gateway": "Only what this gateway sent.",
    "topic": "Only topics that begin so.",
}

ENDPOINTS = (
    Endpoint(
        path="/quarantine",
        handler=show,
        summary="What could not be decoded, newest first.",
        parameters=(*PAGED, *(Parameter(name, meaning) for name, meaning in _FILTER.items()), AT),
        returns=JSON,
        properties=_MEMBERS,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/quarantine/{id}",
        handler=one,
        summary="One refusal whole, and what it would be if it were read again now; nothing is stored.",
        parameters=(Parameter("id", "Its number.", {"type": "integer", "minimum": 1}, where="path"),),
        returns=JSON,
        properties={**_MEMBERS, "now": "readable, and the records and refusals of today"},
        errors=(404,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/quarantine/replay",
        handler=again,
        summary="Decode once more, after what was wrong has been mended: the one of an id, or all of a filter.",
        method="POST",
        body={
            "type": "object",
            "minProperties": 1,
            "properties": {
                "id": {"type": "integer", "minimum": 1},
                **{name: {"type": "string", "description": meaning} for name, meaning in _FILTER.items()},
            },
        },
        returns=JSON,
        properties={
            "new": "records that were new",
            "read": "filter only: refusals that could be read",
            "still_refused": "filter only: code of today → how many",
        },
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.RECORDS,
    ),
)
