"""/requests: what residents asked for, as the desk sees it; the public reads /open311/v2."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.requests.state import State
from services.requests.answering import Deed, RequestError, answer
from services.store import requests
from services.store.requests import Request
from services.store.users import Role
from services.web.api.answer import collection, feature, json_object
from services.web.api.endpoint import PAGED, Endpoint, Parameter
from services.web.api.paging import page_of
from services.web.api.shapes import point
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.security import WORDS, WebError, storable

_LONGEST = 600
_SCOPES = {"open": True, "closed": False}


async def show(request: web.Request) -> web.Response:
    context, page = request.app[CONTEXT], page_of(request, int)
    scope = request.query.get("state", "open")
    if scope not in {*_SCOPES, "all"}:
        raise WebError(400, "bad_state", "state must be open, closed or all")
    async with context.store.read() as connection:
        found = await requests.to_do(
            connection, _SCOPES.get(scope), page.after[0] if page.after else None, page.limit + 1
        )
    taken, following = page.trim(found, lambda one: (one.id,))
    return collection(request, [_told(one) for one in taken], following)


def _told(one: Request) -> dict[str, Any]:
    placed = one.lon is not None and one.lat is not None
    known = one.known
    properties = {
        "status": one.status.value,
        "service": one.service,
        "state": one.state.value,
        "urgent": one.urgent,
        "reasons": list(one.reasons),
        "description": one.description,
        "released": one.released,
        "address": one.address,
        "attributes": {code: list(values) for code, values in one.attributes.items()},
        "media_url": one.media_url,
        "segment": known.segment,
        "road": known.name,
        "administrator": known.administrator,
        "section": known.section,
        "done_at": None if known.done_at is None else iso(known.done_at),
        "share": known.share,
        "same_as": one.same_as,
        "asked_at": iso(one.asked_at),
        "changed_at": iso(one.changed_at),
        "client": one.client,
    }
    return feature(str(one.id), point(one.lon, one.lat) if placed else None, properties)  # type: ignore[arg-type]


async def change(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    number = request.match_info["id"]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise WebError(404, *WORDS[404])
    text, released = body.get("text", ""), body.get("released")
    if not isinstance(text, str) or len(text) > _LONGEST or not storable(text):
        raise WebError(400, "bad_text", f"text は {_LONGEST} 字までです。 / text has at most {_LONGEST} characters.")
    if released is not None and not isinstance(released, bool):
        raise WebError(400, "bad_released", "released must be true or false")
    deed = Deed(
        id=int(number), seen=_state(body, "seen"), state=_state(body, "state"), text=text.strip(), released=released
    )
    try:
        changed = await answer(context.store, deed, request[PERSON].name, context.now())
    except RequestError as error:
        raise WebError(404 if error.code == "not_found" else 409, error.code, str(error)) from error
    context.bell.ring("requests")
    return web.json_response({"changed": list(changed)})


def _state(body: dict[str, Any], name: str) -> State:
    try:
        return State(str(body.get(name)))
    except ValueError:
        raise WebError(400, f"bad_{name}", f"{name} must be one of {', '.join(State)}") from None


ENDPOINTS = (
    Endpoint(
        path="/requests",
        handler=show,
        summary="What residents asked for, urgent ones marked, newest first.",
        parameters=(
            *PAGED,
            Parameter("state", "open, closed or all; open if left out.", {"enum": ["open", "closed", "all"]}),
        ),
        properties={
            "status": f"{', '.join(Status)}",
            "service": "code, as in /open311/v2/services",
            "state": f"{', '.join(State)}",
            "urgent": "an answer or the road makes it so",
            "reasons": "answered_urgent, school_route, other_administrator, same_as, no_road",
            "description": "in the resident's words",
            "released": "whether the public may read them, with names and numbers covered",
            "address": "as given",
            "attributes": "answers to the questions of the service",
            "media_url": "as given; the hub never opens it",
            "segment": "the road's id in the network; empty: none near",
            "road": "its name",
            "administrator": "nation, prefecture, city, other",
            "section": "plow section",
            "done_at": "when it was last plowed, as known when it was asked",
            "share": "how much of it was plowed then, 0 to 1",
            "same_as": "number of the first request about the same thing, or null",
            "asked_at": "when it came",
            "changed_at": "when it last changed",
            "client": "whose key it came with",
        },
        errors=(400,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/requests/{id}",
        handler=change,
        summary="Give a request another state, with a sentence that the resident and the public read.",
        method="POST",
        parameters=(Parameter("id", "number of the request", where="path"),),
        body={
            "type": "object",
            "required": ["seen", "state"],
            "properties": {
                "seen": {"enum": [*State], "description": "the state that was looked at; another answer is 409"},
                "state": {"enum": [*State]},
                "text": {"type": "string", "maxLength": _LONGEST},
                "released": {
                    "type": "boolean",
                    "description": "let the public read the description, covered; left out: as it is",
                },
            },
        },
        returns="application/json",
        properties={"changed": "numbers of the request and of those that are the same"},
        errors=(400, 404, 409),
        role=Role.OPERATOR,
    ),
)
