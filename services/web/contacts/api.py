"""/contacts/looks: to see how a sender can be reached, which is written down; and, for administrators, who has."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from services.accounts.scopes import TokenScope
from services.reporters.looking import LookError, look
from services.reporters.purpose import Purpose
from services.store import looks
from services.store.looks import Look
from services.store.reporters import Told
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing
from services.web.api.endpoint import PAGED, Endpoint
from services.web.api.paging import page_of
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.contacts.asked import LONGEST, by_of, refusal, wanted_of
from services.web.context import CONTEXT


async def see(request: web.Request) -> web.Response:
    """The answer goes out after the look has been written down."""
    context, body = request.app[CONTEXT], await json_object(request)
    by = by_of(body, request[PERSON].name, "api", context.now())
    try:
        found = await look(context.store, wanted_of(body), by)
    except LookError as error:
        raise refusal(error) from error
    told = {"contacts": [contact_told(one) for one in found], "purpose": by.purpose.value, "at": iso(by.at)}
    return web.json_response(told, headers={hdrs.CACHE_CONTROL: "private, no-store"})


async def log(request: web.Request) -> web.Response:
    """The newest first."""
    page = page_of(request, int)
    before = page.after[0] if page.after else None
    async with request.app[CONTEXT].store.read() as connection:
        found = await looks.newest(connection, page.limit + 1, before=before)
    items, following = page.trim(found, lambda one: (one.id,))
    return listing(request, [look_told(one) for one in items], following)


def contact_told(one: Told) -> dict[str, Any]:
    """A contact in the clear: for the one answer that the log names, and nothing else."""
    return {"part": one.part, **{name: value for name, value in one.contact.told() if value}, "words": dict(one.words)}


def look_told(one: Look) -> dict[str, Any]:
    """A line of the log: whose contact by the report's key or request/NUMBER, never what it is."""
    return {
        "id": one.id,
        "at": iso(one.at),
        "who": one.who,
        "about": one.about,
        "status": one.status.value,
        "purpose": one.purpose,
        "purpose_ja": Purpose(one.purpose).ja if one.purpose in {*Purpose} else one.purpose,
        "note": one.note,
        "how": one.how,
        "members": list(one.members),
    }


_ID = {"type": "integer", "minimum": 1}

ENDPOINTS = (
    Endpoint(
        path="/contacts/looks",
        handler=log,
        summary="Who looked at how senders can be reached, the newest first.",
        parameters=PAGED,
        returns=JSON,
        properties={
            "id": "number of the look",
            "at": "when",
            "who": "the person",
            "about": "key of the report, or request/NUMBER",
            "status": "Actual, Exercise or Test",
            "purpose": ", ".join(Purpose),
            "purpose_ja": "in Japanese",
            "note": "what was noted",
            "how": "page, api, cli or export",
            "members": "what was shown, by name",
        },
        errors=(400,),
        role=Role.ADMIN,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/contacts/looks",
        handler=see,
        summary="See how the sender of one report or request can be reached. Who asks, and for what, is written down.",
        method="POST",
        body={
            "type": "object",
            "required": ["purpose"],
            "properties": {
                "case": {**_ID, "description": "number of the report's case; or"},
                "request": {**_ID, "description": "number of the request"},
                "purpose": {"enum": [one.value for one in Purpose]},
                "note": {"type": "string", "maxLength": LONGEST},
            },
        },
        returns=JSON,
        properties={
            "contacts": "{part, name, phone, mail, line, …, words: as they were sent} of it and what was added to it",
            "purpose": "as it was written down",
            "at": "when",
        },
        errors=(400, 404, 503),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
)
