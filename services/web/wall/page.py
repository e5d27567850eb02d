"""/wall: the big screen, for screens and for who is logged in; /ops/wall: who sets screens up, and ends them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from services.clock import wall
from services.store import displays, users
from services.store.chronology import Entry, append
from services.store.users import Role
from services.web import pages_ground
from services.web.api.shapes import SHAPES
from services.web.api.times import iso
from services.web.auth import COOKIE as SESSION
from services.web.auth import PERSON, requires, token_hash
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.damage.asked import number_of, words
from services.web.language.foreign import marked
from services.web.language.speaking import LANGUAGES, spoken
from services.web.moments import moment, with_age
from services.web.pages_staff import staff_page
from services.web.security import WebError
from services.web.templating import TEMPLATES, page
from services.web.wall.access import COOKIE, PATH, fresh, keep, may_look, require
from services.web.wall.board import board

DESK = "/ops/wall"
_FRESH = 3.0  # seconds for which one picture serves every screen
_LONGEST = 40


class Picture:
    """The last picture, made once for all screens of one language that ask for it at the same time."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.made = 0.0
        self.body: dict[str, Any] = {}


_PICTURE: web.AppKey[Mapping[str, Picture]] = web.AppKey("wall_picture", Mapping)


def setup(app: web.Application) -> None:
    app[_PICTURE] = {tag: Picture() for tag in LANGUAGES}
    app.router.add_get(PATH, show)
    app.router.add_get(f"{PATH}/now.json", now)
    app.router.add_get(f"{PATH}/ground.json", ground)
    app.router.add_get(DESK, desk)
    app.router.add_post(DESK, act)


async def show(request: web.Request) -> web.StreamResponse:
    """The screen. Without a script it is a picture of now that the browser renews."""
    if not await may_look(request):
        return web.Response(status=303, headers={hdrs.LOCATION: f"/login?next={DESK}"})
    picture = await _picture(request)
    response = page(request, "wall.html", board=picture["html"], picture=picture)
    if token := request.cookies.get(COOKIE):
        keep(request, response, token)
    return response


async def now(request: web.Request) -> web.Response:
    """What the screen asks for every few seconds."""
    await require(request)
    return web.json_response(await _picture(request))


async def ground(request: web.Request) -> web.Response:
    """What the map only draws, with the shapes of the city and its districts; asked for once."""
    await require(request)
    context, shapes = request.app[CONTEXT], request.app[SHAPES]
    areas = [
        {"type": "Feature", "geometry": shapes.area(one.code), "properties": {"code": one.code, "name": one.name}}
        for kind in ("city", "district")
        for one in context.ground.areas.of_kind(kind)
    ]
    kinds = {kind: [one.code for one in context.ground.areas.of_kind(kind)] for kind in ("city", "district")}
    drawn = await pages_ground.drawn(context)
    body = {"areas": {"type": "FeatureCollection", "features": areas}, "kinds": kinds, **drawn}
    return web.json_response(body)


@requires(Role.VIEWER)
async def desk(request: web.Request) -> web.Response:
    """How a screen is set up, and which there are."""
    return await _desk(request)


@requires(Role.OPERATOR)
async def act(request: web.Request) -> web.StreamResponse:
    """Make this browser a screen, or end one."""
    form = await form_of(request)
    body = {name: one for name, one in form.items() if isinstance(one, str)}
    try:
        if body.get("do") == "end":
            await _end(request, number_of(body.get("id"), "id"))
            return web.Response(status=303, headers={hdrs.LOCATION: DESK})
        return await _begin(request, words(body, "name", _LONGEST))
    except WebError as error:
        if error.status >= 500:
            raise
        return await _desk(request, error, body)


async def _begin(request: web.Request, name: str) -> web.StreamResponse:
    """The browser gets the key of a screen and loses the session: nobody stays logged in on a machine in a room."""
    if not name:
        raise WebError(400, "bad_name", "画面の名前（例：本部室）を入れてください。 / name the screen.")
    token, now_ = fresh(), wall()
    async with request.app[CONTEXT].store.write() as connection:
        if len(await displays.everyone(connection, now_)) >= displays.MOST:
            raise WebError(409, "too_many", "使っていない画面を外してください。 / too many screens; end one first.")
        await displays.add(connection, name, token_hash(token), request[PERSON].name, now_)
        await users.log_out(connection, token_hash(request.cookies.get(SESSION, "")))
        await append(connection, [_entry(request, f"大画面「{name}」を登録し、その端末からログアウトしました。")])
    response = web.Response(status=303, headers={hdrs.LOCATION: PATH})
    response.del_cookie(SESSION, path="/")
    keep(request, response, token)
    return response


async def _end(request: web.Request, number: int) -> None:
    async with request.app[CONTEXT].store.write() as connection:
        name = await displays.revoke(connection, number, wall())
        if name is None:
            raise WebError(404, "not_found", "その画面はもうありません。 / there is no such screen.")
        await append(connection, [_entry(request, f"大画面「{name}」を外しました。")])


def _entry(request: web.Request, text: str) -> Entry:
    context = request.app[CONTEXT]
    return Entry(at=context.now(), status=context.own, kind="access", who=request[PERSON].name, text=text)


async def _desk(
    request: web.Request, refused: WebError | None = None, form: dict[str, str] | None = None
) -> web.Response:
    async with request.app[CONTEXT].store.read() as connection:
        every = await displays.everyone(connection, wall())
    return staff_page(
        request,
        "wall_desk",
        status=refused.status if refused else 200,
        displays=every,
        at=with_age(wall()),
        refused=refused.message if refused else "",
        form=form or {},
        longest=_LONGEST,
        may_write=request[PERSON].may(Role.OPERATOR),
    )


async def _picture(request: web.Request) -> dict[str, Any]:
    known, context = request.app[_PICTURE][spoken()], request.app[CONTEXT]
    async with known.turn:
        if time.monotonic() - known.made < _FRESH and known.body:
            return known.body
        async with context.store.read() as connection:
            told = await board(connection, context)
        templates: Any = request.app[TEMPLATES]
        health = context.health()
        stale = health.get("stale", True)
        html = templates.get_template("_wall_board.html").render(
            {**told, "moment": lambda at: moment(at, told["now"]), "faults": len(health.get("reasons", []))}
        )
        newest = health.get("ingest_last_at")
        known.body = {
            "now": iso(told["now"]),
            "html": html if spoken() == "ja" else marked(html),
            "areas": told["areas"],
            "stale": stale,
            "newest": iso(newest) if newest else None,
            "release": templates.globals["static"],
        }
        known.made = time.monotonic()
        return known.body
