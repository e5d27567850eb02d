"""/requests: what residents asked for, as the desk sees it; the public reads /open311/v2."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from feeds.masking import masked
from feeds.status import Status
from rules.requests.owner import Owner
from rules.requests.state import State
from services.accounts.scopes import TokenScope
from services.requests import joining
from services.requests.answering import RequestError, answer
from services.store import request_queue
from services.store.columns import stamp
from services.store.request_queue import NOWHERE
from services.store.requests import Request
from services.store.users import Role
from services.web.api.answer import collection, feature, json_object
from services.web.api.endpoint import PAGED, PREFIX, Endpoint, Parameter
from services.web.api.paging import DEFAULT_LIMIT
from services.web.api.shapes import point
from services.web.api.times import iso, iso_or_none
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.requests.asked import AGES, LONGEST, SCOPES, deed_of, query_of, refusal, seen_of
from services.web.security import WebError

BELL = "requests"


async def show(request: web.Request) -> web.Response:
    asked = query_of(request, DEFAULT_LIMIT, folded=True)
    async with request.app[CONTEXT].store.read() as connection:
        found = await request_queue.page(connection, asked.wanted, asked.after, asked.limit + 1)
    more = len(found) > asked.limit
    taken = found[: asked.limit]
    following = key_of(taken[-1]) if more else None
    whole = may_read(request)
    return collection(request, [_told(one, whole) for one in taken], following)


def key_of(one: Request) -> tuple[int, str, int]:
    """By what the queue is ordered, for a cursor."""
    return int(one.turn), stamp(one.asked_at), one.id


def may_read(request: web.Request) -> bool:
    """Whether the person reads the resident's own words and place: who answers them has to, who looks on has not."""
    return request[PERSON].may(Role.OPERATOR)


def _told(one: Request, whole: bool) -> dict[str, Any]:
    known = one.known
    lon, lat = (one.lon, one.lat) if whole else (one.public_lon, one.public_lat)
    properties = {
        "status": one.status.value,
        "service": one.service,
        "state": one.state.value,
        "version": one.version,
        "urgent": one.urgent,
        "waits_since": iso_or_none(one.waits_since),
        "reasons": list(one.reasons),
        "description": one.description if whole else masked(one.description),
        "released": one.released,
        "address": one.address if whole else masked(one.address),
        "attributes": {code: list(values) for code, values in one.attributes.items()},
        "media_url": one.media_url if whole else "",
        "photos": [f"{PREFIX}/reports/photos/{name}" for name in one.photos] if whole else [],
        "segment": known.segment,
        "road": known.name,
        "administrator": known.administrator,
        "owner": one.owner,
        "section": known.section,
        "done_at": iso_or_none(known.done_at),
        "share": known.share,
        "same_as": one.same_as,
        "asked_at": iso(one.asked_at),
        "changed_at": iso(one.changed_at),
        "client": one.client,
    }
    return feature(str(one.id), None if lon is None or lat is None else point(lon, lat), properties)


async def change(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    deed = deed_of(request.match_info["id"], body)
    try:
        changed = await answer(context.store, deed, request[PERSON].name, context.now())
    except RequestError as error:
        raise refusal(error) from error
    context.bell.ring(BELL)
    return web.json_response({"changed": list(changed)})


async def join(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    seen, first = seen_of(request.match_info["id"], body), body.get("first")
    if first is not None and (type(first) is not int or not 0 < first < 2**63):
        raise WebError(400, "bad_first", "first must be the number of a request, or null")
    who, now = request[PERSON].name, context.now()
    try:
        if first is None:
            await joining.detach(context.store, seen, who, now)
        else:
            first = await joining.attach(context.store, seen, first, who, now)
    except RequestError as error:
        raise refusal(error) from error
    context.bell.ring(BELL)
    return web.json_response({"same_as": first})


_NUMBER = Parameter("id", "number of the request", {"type": "integer", "minimum": 1}, where="path")
_SEEN = {
    "seen": {"enum": [*State], "description": "the state that was looked at; another answer is 409"},
    "version": {"type": "integer", "description": "the version that was looked at; another answer is 409"},
}
ENDPOINTS = (
    Endpoint(
        path="/requests",
        handler=show,
        summary="What residents asked for, in the order of the desk's queue: what waits for a person and is urgent, "
        "what waits, what was answered, what stands behind a first one; the oldest first. What is closed, and all: the "
        "newest first. A viewer reads descriptions covered, and places as the public.",
        parameters=(
            *PAGED,
            Parameter(
                "state",
                "open (the queue, with what is closed and waits for somebody to read a word), waits, closed, all, or "
                "a state; open if left out.",
                {"enum": [*SCOPES, *State]},
            ),
            Parameter("status", "Actual, Exercise or Test; the hub's own if left out.", {"enum": [*Status]}),
            Parameter("section", f"Code of a plow section; {NOWHERE}: of none.", {"type": "string"}),
            Parameter("service", "Code of a service.", {"type": "string"}),
            Parameter("age", "Asked more than so many hours ago.", {"enum": [*AGES]}),
        ),
        properties={
            "status": f"{', '.join(Status)}",
            "service": "code, as in /open311/v2/services",
            "state": f"{', '.join(State)}",
            "version": "one more with every change; send it back with an answer",
            "urgent": "an answer or the road makes it so",
            "waits_since": "since when a person should look at it, or null",
            "reasons": "answered_urgent, school_route, other_administrator, same_as, no_road, same_urgent",
            "description": "in the resident's words",
            "released": "whether the public may read them, with names and numbers covered",
            "address": "as given",
            "attributes": "answers to the questions of the service",
            "media_url": "as given; the hub never opens it",
            "photos": "where the pictures are that were sent with it by the city's page or LINE",
            "segment": "the road's id in the network; empty: none near",
            "road": "its name",
            "administrator": "nation, prefecture, city, other",
            "owner": "to whom the desk has passed it on, or empty",
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
        parameters=(_NUMBER,),
        body={
            "type": "object",
            "required": ["seen", "state"],
            "properties": {
                **_SEEN,
                "state": {"enum": [*State]},
                "text": {"type": "string", "maxLength": LONGEST},
                "owner": {"enum": [*Owner], "description": "to whom it is passed on: with internal_referral, only"},
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
        scope=TokenScope.REPORTS,
    ),
    Endpoint(
        path="/requests/{id}/same",
        handler=join,
        summary="Put a request behind another open one about the same thing, or (null) give it a line of its own.",
        method="POST",
        parameters=(_NUMBER,),
        body={
            "type": "object",
            "required": ["seen", "first"],
            "properties": {**_SEEN, "first": {"type": ["integer", "null"], "description": "number of the other"}},
        },
        returns="application/json",
        properties={"same_as": "number of the first one that it stands behind now, or null"},
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.REPORTS,
    ),
)
