"""/ops/handover（引継ぎ）: what one shift tells the next; frozen with a number; signed by who takes over."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import hdrs, web

from feeds.instant import instant
from feeds.status import Status
from rules.handover.document import LONGEST_WORDS, HandoverError
from services.handover.desk import Wish, draw_up, hand_over, take_over
from services.handover.paper import file_name, paper
from services.store import handovers
from services.store.handovers import Handover
from services.store.users import Role
from services.web.api.moment import sensible
from services.web.api.writing import worlds
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.chronology.asked import world
from services.web.context import CONTEXT
from services.web.damage.asked import number_of, words
from services.web.moments import recorded
from services.web.pages_staff import staff_page
from services.web.security import WORDS, WebError
from services.web.writing.form import local

PATH = "/ops/handover"
_STATUS = {"not_found": 404, "own": 409, "already": 409}


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, make)
    app.router.add_get(f"{PATH}/made", made)
    app.router.add_post(f"{PATH}/made", take)
    app.router.add_get(rf"{PATH}/{{status:Actual|Exercise|Test}}-{{number:\d+}}.pdf", download)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """The handover as it would be now; ``?since=`` from when it tells, ``?status=`` of the real thing or of drills."""
    return await _page(request, dict(request.query))


@requires(Role.OPERATOR)
async def make(request: web.Request) -> web.StreamResponse:
    """Freeze it."""
    form = await form_of(request)
    body = {name: one for name, one in form.items() if isinstance(one, str) and name != "csrf"}
    try:
        one = await _made(request, body)
    except WebError as error:
        if error.status >= 500:
            raise
        return await _page(request, {"status": body.get("status", "")}, body, error)
    return web.Response(status=303, headers={hdrs.LOCATION: _address(one)})


async def _made(request: web.Request, body: dict[str, str]) -> Handover:
    context = request.app[CONTEXT]
    try:
        one = await hand_over(context.store, _wish(request, body), context.now())
    except HandoverError as error:
        raise _refusal(error) from error
    context.bell.ring("alerts")
    return one


@requires(Role.VIEWER)
async def made(request: web.Request) -> web.Response:
    """One as it was frozen: ``?number=`` and ``?status=``."""
    return await _shown(request, dict(request.query))


@requires(Role.OPERATOR)
async def take(request: web.Request) -> web.StreamResponse:
    """Sign it as the one who takes over."""
    context, form = request.app[CONTEXT], await form_of(request)
    body = {name: one for name, one in form.items() if isinstance(one, str)}
    status, number = _status(request, body), number_of(body.get("number"), "number")
    try:
        one = await take_over(context.store, status, number, request[PERSON].name, context.now())
    except HandoverError as error:
        if error.code == "not_found":
            raise _refusal(error) from error
        return await _shown(request, body, _refusal(error))
    context.bell.ring("alerts")
    return web.Response(status=303, headers={hdrs.LOCATION: _address(one)})


@requires(Role.VIEWER)
async def download(request: web.Request) -> web.Response:
    """The frozen document as PDF."""
    one = await _found(request, {"status": request.match_info["status"], "number": request.match_info["number"]})
    body = await asyncio.to_thread(paper, one)
    headers = {
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{file_name(one.document)}"',
        hdrs.CACHE_CONTROL: "private, no-store",
    }
    return web.Response(body=body, content_type="application/pdf", headers=headers)


async def _page(
    request: web.Request, query: dict[str, str], form: dict[str, str] | None = None, refused: WebError | None = None
) -> web.Response:
    context = request.app[CONTEXT]
    wish = _wish(request, {"status": query.get("status", ""), "since": query.get("since", "")})
    try:
        async with context.store.read() as connection:
            document = await draw_up(connection, wish, context.now())
            past = await handovers.lately(connection, wish.status)
    except HandoverError as error:
        raise _refusal(error) from error
    return staff_page(
        request,
        "handover",
        status=refused.status if refused else 200,
        document=document,
        handover=None,
        past=past,
        since_local=local(document.since),
        form=form or {},
        refused=refused.message if refused else "",
        longest=LONGEST_WORDS,
        **_shared(request, wish.status),
    )


async def _shown(request: web.Request, query: dict[str, str], refused: WebError | None = None) -> web.Response:
    one = await _found(request, query)
    return staff_page(
        request,
        "handover",
        status=refused.status if refused else 200,
        document=one.document,
        handover=one,
        past=[],
        form={},
        refused=refused.message if refused else "",
        **_shared(request, one.document.status),
    )


def _shared(request: web.Request, status: Status) -> dict[str, Any]:
    context = request.app[CONTEXT]
    return {
        "own": status.value,
        "own_word": world(status),
        "worlds": {one.value: world(one) for one in worlds(context)},
        "written": recorded,
        "address": _address,
        "drill": status is not Status.ACTUAL,
        "me": request[PERSON].name,
        "may_write": request[PERSON].may(Role.OPERATOR) and status in worlds(context),
    }


async def _found(request: web.Request, query: dict[str, str]) -> Handover:
    async with request.app[CONTEXT].store.read() as connection:
        one = await handovers.find(connection, _any_status(query), number_of(query.get("number"), "number"))
    if one is None:
        raise WebError(404, *WORDS[404])
    return one


def _wish(request: web.Request, body: dict[str, str]) -> Wish:
    context = request.app[CONTEXT]
    since = body.get("since") or ""
    try:
        at = sensible(instant(f"{since[:16]}:00+09:00"), "since", "since") if since else None
    except ValueError:
        raise WebError(400, "bad_since", "since は 2026-11-22T03:00 の形です。 / since: 2026-11-22T03:00.") from None
    return Wish(
        status=_status(request, body),
        city=context.city_name,
        who=request[PERSON].name,
        words=words(body, "words", LONGEST_WORDS, lines=True),
        since=at,
        faults=tuple(context.health().get("reasons", [])),
        stations=context.ground.stations,
    )


def _status(request: web.Request, body: dict[str, str]) -> Status:
    """Of the body, else the hub's own; one that is written here. Raises WebError 400."""
    context = request.app[CONTEXT]
    named = body.get("status") or context.own.value
    if named not in [one.value for one in worlds(context)]:
        raise WebError(400, "bad_status", "status を確かめてください。 / status: not one that is written here.")
    return Status(named)


def _any_status(query: dict[str, str]) -> Status:
    try:
        return Status(query.get("status", Status.ACTUAL.value))
    except ValueError:
        raise WebError(400, "bad_status", "status を確かめてください。 / status: not one of ours.") from None


def _address(one: Handover) -> str:
    return f"{PATH}/made?number={one.document.number}&status={one.document.status.value}"


def _refusal(error: HandoverError) -> WebError:
    return WebError(_STATUS.get(error.code, 400), error.code, str(error))
