"""The pages of minimal mode: one for staff, one for residents, the forms that write, and the CAP feed.

The same guards as on every page of the hub stand before them, and the same desks behind them decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import web

from feeds.status import Status
from services.clock import wall
from services.desks import review
from services.desks.break_glass import LONGEST_REASON, SHORTEST_REASON, Emergency, break_glass
from services.desks.review import ReviewError
from services.minimal.aside import was_in_force
from services.minimal.picture import issued, picture
from services.store.users import Role
from services.web import auth_login, health, pages, templating
from services.web.auth import PERSON, guard, requires
from services.web.auth_form import LIMIT
from services.web.body import Form, form_of
from services.web.cap import CapPages
from services.web.context import CONTEXT, WebContext
from services.web.language import choice
from services.web.last_used import USES, LastUsed
from services.web.moments import exact, with_age
from services.web.monitor import from_near
from services.web.pages_staff import staff_page
from services.web.public.orders import is_order
from services.web.roads.packed import PACKED, Packed
from services.web.security import MAX_BODY, WORDS, WebError, add_headers, client_address, faults
from services.web.templating import TEMPLATES, page
from services.web.writing.notice import notice
from services.web.writing.pages import VERBS, amend

_LONGEST = 1000


@dataclass(frozen=True, kw_only=True)
class Boat:
    """What the pages know beside the journal. ``trouble``: why nothing comes in; empty where it does."""

    folder: Path
    since: datetime
    trouble: Callable[[], str]


BOAT: web.AppKey[Boat] = web.AppKey("boat", Boat)


def make_site(context: WebContext, boat: Boat) -> web.Application:
    """Everything that minimal mode serves."""
    app = web.Application(middlewares=[choice.listener, faults, guard], client_max_size=MAX_BODY)
    app[CONTEXT], app[BOAT] = context, boat
    app[PACKED], app[USES] = Packed(), LastUsed(context.store)
    app.on_response_prepare.append(add_headers)
    templating.setup(app)
    app[TEMPLATES].globals["minimal"] = True
    pages.lay_out(app)
    health.setup(app, health.Watch(store=context.store, now=context.now, faults=list, may_measure=from_near))
    auth_login.setup(app)
    choice.setup(app)
    app.router.add_get("/", residents)
    app.router.add_get("/ops", desk)
    for method in ("GET", "POST"):
        app.router.add_route(method, "/ops/alerts/notice", notice)
        app.router.add_route(method, f"/ops/alerts/{{series}}/{{verb:{'|'.join(VERBS)}}}", amend)
    app.router.add_post("/ops/minimal/{act:approve|reject|alone}", decide)
    title = f"{context.city_name} 防災情報 / {context.city_name_en} alerts"
    cap = CapPages(
        store=context.store,
        now=context.now,
        base_url=context.base_url,
        title=title,
        public_exercise=context.public_exercise,
    )
    app.router.add_routes(cap.routes())
    return app


async def residents(request: web.Request) -> web.Response:
    """What was issued since, and that the usual page is away: never that nothing is in force."""
    context = request.app[CONTEXT]
    shown = {Status.ACTUAL, *([Status.EXERCISE] if context.public_exercise else [])}
    async with context.store.read() as connection:
        found = [one for one in await issued(connection) if one.alert.status in shown]
    now = context.now()
    told = [one for one in found if one.alert.expires > now and one.state.value in {"issued", "ended", "lifted"}]
    return page(request, "minimal_public.html", told=told, since=request.app[BOAT].since, moment=exact, now=now)


@requires(Role.VIEWER)
async def desk(request: web.Request) -> web.Response:
    """Everything on one page."""
    return await _desk(request)


async def _desk(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    context, boat, person = request.app[CONTEXT], request.app[BOAT], request[PERSON]
    async with context.store.read() as connection:
        found = await picture(connection, context.floor, context.now())
    return staff_page(
        request,
        "minimal",
        status=status,
        found=found,
        before=was_in_force(boat.folder),
        since=boat.since,
        trouble=boat.trouble(),
        problem=problem,
        stations={code: one.name for code, one in context.ground.stations.items()},
        may_write=person.may(Role.OPERATOR),
        may_approve=person.may(Role.APPROVER),
        reason_length=(SHORTEST_REASON, LONGEST_REASON),
        is_order=is_order,
        at=with_age(context.now()),
    )


@requires(Role.OPERATOR)
async def decide(request: web.Request) -> web.StreamResponse:
    """One person's word on one draft, bound to the digest of what the page showed. Back to the page."""
    context, act = request.app[CONTEXT], request.match_info["act"]
    posted, person = await form_of(request), request[PERSON]
    if act != "reject" and not person.may(Role.APPROVER):
        raise WebError(403, "role_needed", "この操作には approver の権限が必要です。 / The role approver is needed.")
    number = _text(posted, "revision")
    wanted = Emergency(
        series=_text(posted, "series"),
        revision=int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0,
        digest=_text(posted, "digest"),
        person=person.name,
        reason=_text(posted, "reason"),
        password=str(posted.get("password", ""))[:_LONGEST],  # as it was typed: a blank may be part of it
    )
    try:
        await _ACTS[act](request, wanted)
    except ReviewError as error:
        return await _desk(request, str(error), 409)
    for name in ("outbox", "alerts"):
        context.bell.ring(name)
    raise web.HTTPSeeOther("/ops#issued")


async def _approve(request: web.Request, word: Emergency) -> None:
    context = request.app[CONTEXT]
    await review.approve(
        context.store,
        series=word.series,
        revision=word.revision,
        digest=word.digest,
        person=word.person,
        now=context.now(),
        floor=context.floor,
    )


async def _reject(request: web.Request, word: Emergency) -> None:
    context = request.app[CONTEXT]
    await review.reject(
        context.store,
        series=word.series,
        revision=word.revision,
        digest=word.digest,
        person=word.person,
        reason=word.reason,
        now=context.now(),
    )


async def _alone(request: web.Request, wanted: Emergency) -> None:
    """As at the hub's desk, tries at the password are limited."""
    context, limit, address = request.app[CONTEXT], request.app[LIMIT], client_address(request)
    wait = limit.admit(wanted.person, address, wall())
    if wait is not None:
        raise WebError(429, *WORDS[429], wait)
    await break_glass(context.store, wanted, context.floor, context.now())
    limit.forgive(wanted.person, address)


_ACTS = {"approve": _approve, "reject": _reject, "alone": _alone}


def _text(posted: Form, name: str) -> str:
    value = posted.get(name, "")
    return value[:_LONGEST].strip() if isinstance(value, str) else ""
