"""Issuing alone in an emergency, and looking at it afterwards. It takes a session and the password, typed again."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from services.accounts.scopes import TokenScope
from services.callout.desk import BELL
from services.clock import wall
from services.desks import break_glass as desk
from services.desks.break_glass import LONGEST_REASON, SHORTEST_REASON, Emergency
from services.desks.review import ReviewError
from services.store import glass
from services.store.glass import Broken
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing, text_member
from services.web.api.endpoint import Endpoint
from services.web.api.review import DIGEST, NAMED, fault, named
from services.web.api.times import iso, iso_or_none
from services.web.auth import PERSON
from services.web.auth_form import LIMIT
from services.web.context import CONTEXT
from services.web.security import WebError, client_address

_MOST, _LONGEST_NOTE = 200, 500


async def issue_alone(request: web.Request) -> web.Response:
    context, (series, revision) = request.app[CONTEXT], named(request)
    body, person = await json_object(request), request[PERSON].name
    wanted = Emergency(
        series=series,
        revision=revision,
        digest=text_member(body, "digest", 64),
        person=person,
        reason=text_member(body, "reason", LONGEST_REASON),
        password=text_member(body, "password", 1000),
    )
    limit, address = request.app[LIMIT], client_address(request)
    if limit.admit(person, address, wall()) is not None:
        raise WebError(429, "too_many", "失敗が続いたため、しばらく受け付けません。 / Too many failures; wait a while.")
    try:
        broken = await desk.break_glass(context.store, wanted, context.floor, context.now())
    except ReviewError as error:
        if error.code not in {"wrong_password", "bad_reason"}:  # what says nothing of the password forgives no guess
            limit.forgive(person, address)
        raise fault(error) from error
    limit.forgive(person, address)
    for name in ("outbox", "alerts", BELL):
        context.bell.ring(name)
    return web.json_response({"issued": True, "agreed": list(broken.agreed), "needed": broken.needed})


async def show(request: web.Request) -> web.Response:
    async with request.app[CONTEXT].store.read() as connection:
        found = await glass.latest(connection, _MOST)
    return listing(request, [told(one) for one in found], None)


async def sign_off(request: web.Request) -> web.Response:
    context, (series, revision) = request.app[CONTEXT], named(request)
    body = await json_object(request)
    note = text_member(body, "note", _LONGEST_NOTE) if body.get("note") else ""
    try:
        await desk.sign_off(
            context.store,
            series=series,
            revision=revision,
            person=request[PERSON].name,
            note=note,
            now=context.now(),
        )
    except ReviewError as error:
        raise fault(error) from error
    context.bell.ring("alerts")
    return web.json_response({"signed": True})


def told(one: Broken) -> dict[str, Any]:
    """An item of the list, also for the status bar."""
    return {
        "series": one.series,
        "revision": one.revision,
        "status": one.status.value,
        "headline": one.headline,
        "level": one.level,
        "person": one.person,
        "reason": one.reason,
        "at": iso(one.at),
        "needed": one.needed,
        "agreed": list(one.agreed),
        "signed_by": one.signed_by,
        "signed_at": iso_or_none(one.signed_at),
        "note": one.note,
    }


ENDPOINTS = (
    Endpoint(
        path="/alerts/{series}/{revision}/break-glass",
        handler=issue_alone,
        summary="Issue a draft alone as the others cannot be reached: with a reason and the password, typed again.",
        method="POST",
        parameters=NAMED,
        body={
            "type": "object",
            "required": ["digest", "reason", "password"],
            "properties": {
                "digest": DIGEST,
                "reason": {"type": "string", "minLength": SHORTEST_REASON, "maxLength": LONGEST_REASON},
                "password": {"type": "string", "description": "of the one who asks"},
            },
        },
        returns=JSON,
        properties={"issued": "true", "agreed": "who had agreed before", "needed": "how many should have"},
        errors=(400, 403, 404, 409, 429),
        role=Role.APPROVER,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/break-glass",
        handler=show,
        summary="What was issued alone, newest first, and who has looked at it.",
        returns=JSON,
        properties={
            "series": "of the alert",
            "revision": "of the alert",
            "status": "Actual, Exercise or Test",
            "headline": "of the alert, in Japanese",
            "level": "of the alert",
            "person": "who issued it alone",
            "reason": "why",
            "at": "when",
            "needed": "how many people should have agreed",
            "agreed": "who had agreed before",
            "signed_by": "the admin who has looked at it, null: nobody yet",
            "signed_at": "when",
            "note": "what they wrote",
        },
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/break-glass/{series}/{revision}/sign-off",
        handler=sign_off,
        summary="An admin who did not do it has looked at what was issued alone.",
        method="POST",
        parameters=NAMED,
        body={"type": "object", "properties": {"note": {"type": "string", "maxLength": _LONGEST_NOTE}}},
        returns=JSON,
        properties={"signed": "true"},
        errors=(400, 403, 404, 409),
        role=Role.ADMIN,
        scope=TokenScope.PERSON,
    ),
)
