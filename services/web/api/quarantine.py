"""/quarantine: what could not be decoded, with its bytes and the reason; and reading it again. For the desk only."""

from __future__ import annotations

import base64
from typing import Any

from aiohttp import web

from services.desks.quarantine import QuarantineError, replay
from services.store import quarantine
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing
from services.web.api.endpoint import PAGED, Endpoint
from services.web.api.paging import page_of
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.security import WebError

_SHOWN = 4096  # bytes of a payload
_STATUS = {"not_found": 404, "still_refused": 409}


async def show(request: web.Request) -> web.Response:
    page = page_of(request, int)
    before = page.after[0] if page.after is not None else None
    async with request.app[CONTEXT].store.read() as connection:
        rows = await quarantine.newest(connection, page.limit + 1, before)
    taken, following = page.trim(rows, lambda row: (row["id"],))
    return listing(request, [_told(row) for row in taken], following)


async def again(request: web.Request) -> web.Response:
    context, one = request.app[CONTEXT], (await json_object(request)).get("id")
    if not isinstance(one, int) or isinstance(one, bool) or not 0 < one < 10**15:
        raise WebError(400, "bad_id", "id は番号です。 / id must be the number of a refusal.")
    try:
        new = await replay(context.store, context.reader, one, request[PERSON].name, context.now())
    except QuarantineError as error:
        raise WebError(_STATUS[error.code], error.code, str(error)) from error
    context.bell.ring("records")
    return web.json_response({"new": new})


def _told(row: dict[str, Any]) -> dict[str, Any]:
    payload = bytes(row["payload"])
    shown = payload[:_SHOWN]
    names = ("id", "topic", "gateway", "code", "message", "at", "times", "answered")
    return {
        **{name: row[name] for name in names},
        "received_at": iso(row["received_at"]),
        "bytes": len(payload),
        "text": shown.decode("utf-8", "replace"),
        "base64": base64.b64encode(shown).decode(),
    }


ENDPOINTS = (
    Endpoint(
        path="/quarantine",
        handler=show,
        summary="What could not be decoded, newest first.",
        parameters=PAGED,
        returns=JSON,
        properties={
            "id": "number",
            "topic": "as it came",
            "gateway": "who sent it",
            "code": "named reason",
            "message": "what is wrong, and the cure",
            "at": "where in the payload",
            "times": "how often the same fault came",
            "answered": "the gateway was told",
            "received_at": "when it came first",
            "bytes": "length of the payload",
            "text": "its beginning as text",
            "base64": "its beginning as bytes",
        },
        errors=(400,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/quarantine/replay",
        handler=again,
        summary="Decode it once more, after what was wrong has been mended.",
        method="POST",
        body={"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}},
        returns=JSON,
        properties={"new": "records that were new"},
        errors=(400, 404, 409),
        role=Role.OPERATOR,
    ),
)
