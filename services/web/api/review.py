"""Deciding on a draft: approve and reject. Each decision is bound to the digest the officer has seen."""

from __future__ import annotations

from aiohttp import web

from services.accounts.scopes import TokenScope
from services.desks import hold_off, review
from services.desks.review import ReviewError
from services.store.users import Role
from services.web.api.answer import JSON, json_object, text_member
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.security import WebError

_STATUS = {
    "not_found": 404,
    "bad_reason": 400,
    **dict.fromkeys(("same_person", "not_permitted", "no_right", "wrong_password"), 403),
}  # any other: 409
_LONGEST_REASON = 500


async def approve(request: web.Request) -> web.Response:
    context, (series, revision) = request.app[CONTEXT], named(request)
    digest = text_member(await json_object(request), "digest", 64)
    try:
        outcome = await review.approve(
            context.store,
            series=series,
            revision=revision,
            digest=digest,
            person=request[PERSON].name,
            now=context.now(),
            floor=context.floor,
        )
    except ReviewError as error:
        raise fault(error) from error
    for name in ("outbox", "alerts"):
        context.bell.ring(name)
    told = {"issued": outcome.issued, "approved_by": list(outcome.approved_by), "needs": outcome.needs}
    leaves_at = iso(outcome.leaves_at) if outcome.leaves_at else None
    return web.json_response({**told, "leaves_at": leaves_at})


async def send_now(request: web.Request) -> web.Response:
    context, (series, revision) = request.app[CONTEXT], named(request)
    digest = text_member(await json_object(request), "digest", 64)
    try:
        await hold_off.send_now(
            context.store,
            series=series,
            revision=revision,
            digest=digest,
            person=request[PERSON].name,
            now=context.now(),
            floor=context.floor,
        )
    except ReviewError as error:
        raise fault(error) from error
    for name in ("outbox", "alerts"):
        context.bell.ring(name)
    return web.json_response({"issued": True})


async def reject(request: web.Request) -> web.Response:
    context, (series, revision) = request.app[CONTEXT], named(request)
    body = await json_object(request)
    digest, reason = text_member(body, "digest", 64), text_member(body, "reason", _LONGEST_REASON)
    try:
        await review.reject(
            context.store,
            series=series,
            revision=revision,
            digest=digest,
            person=request[PERSON].name,
            reason=reason,
            now=context.now(),
        )
    except ReviewError as error:
        raise fault(error) from error
    context.bell.ring("alerts")
    return web.json_response({"rejected": True})


def named(request: web.Request) -> tuple[str, int]:
    """Series and revision of the path. Raises WebError 404."""
    revision = request.match_info["revision"]
    if not (revision.isascii() and revision.isdigit() and len(revision) <= 9):
        raise WebError(404, "not_found", "案がありません。 / There is no such draft.")
    return request.match_info["series"], int(revision)


def fault(error: ReviewError) -> WebError:
    """The desk's refusal as the API tells it."""
    return WebError(_STATUS.get(error.code, 409), error.code, str(error))


NAMED = (
    Parameter("series", "The alert's series.", where="path"),
    Parameter("revision", "The revision.", {"type": "integer", "minimum": 1}, where="path"),
)
DIGEST = {"type": "string", "minLength": 1, "maxLength": 64, "description": "of the draft as it was read"}

ENDPOINTS = (
    Endpoint(
        path="/alerts/{series}/{revision}/approve",
        handler=approve,
        summary="Agree to exactly the payloads behind the digest; the last person needed issues the alert.",
        method="POST",
        parameters=NAMED,
        body={"type": "object", "required": ["digest"], "properties": {"digest": DIGEST}},
        returns=JSON,
        properties={
            "issued": "false: more persons are needed, or it waits for the clock",
            "approved_by": "persons",
            "needs": "still missing",
            "leaves_at": "when it leaves by itself, null where it does not wait for the clock",
        },
        errors=(400, 403, 404, 409),
        role=Role.APPROVER,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/alerts/{series}/{revision}/send-now",
        handler=send_now,
        summary="Send at once what is free to leave and waits for the clock (a hold_off), or stayed when it was due.",
        method="POST",
        parameters=NAMED,
        body={"type": "object", "required": ["digest"], "properties": {"digest": DIGEST}},
        returns=JSON,
        properties={"issued": "true"},
        errors=(400, 403, 404, 409),
        role=Role.APPROVER,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/alerts/{series}/{revision}/reject",
        handler=reject,
        summary="Say no to a draft, or stop what waits for the clock, and why.",
        method="POST",
        parameters=NAMED,
        body={
            "type": "object",
            "required": ["digest", "reason"],
            "properties": {
                "digest": DIGEST,
                "reason": {"type": "string", "minLength": 1, "maxLength": _LONGEST_REASON},
            },
        },
        returns=JSON,
        properties={"rejected": "true"},
        errors=(400, 403, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
)
