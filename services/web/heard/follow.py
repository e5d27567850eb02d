"""/report/TOKEN: where it stands, for whoever has the link, and the button to take it back."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from rules.wording.languages import LANGUAGES
from services.heard.kinds import Kind, kind_of
from services.heard.standing import Stand, stand
from services.heard.withdraw import withdraw
from services.heard.words import word
from services.store import heard
from services.store.heard import Heard
from services.web.auth import open_write
from services.web.context import CONTEXT
from services.web.public.district import area_of
from services.web.public.frame import Own, either, framed
from services.web.public.links import linking

PATTERN = r"[A-Za-z0-9_-]{43}"


async def show(request: web.Request) -> web.Response:
    """The page. ``?new=1`` right after sending."""
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        one = await heard.find(connection, request.match_info["token"])
        standing = await stand(connection, one) if one else None
    if one is None or standing is None:
        return _gone(request)
    return _page(request, one, standing)


@open_write
async def withdraw_it(request: web.Request) -> web.StreamResponse:
    """The sender takes it back. Pressed twice it is done once; a GET never does it."""
    context, token = request.app[CONTEXT], request.match_info["token"]
    async with context.store.read() as connection:
        one = await heard.find(connection, token)
    if one is None:  # a guess costs the only writer nothing
        return _gone(request)
    async with context.store.write() as connection:
        done = await withdraw(connection, one, context.now())
    if done:
        context.bell.ring("records" if one.request is None else "requests")
    language = language_of(request, one.language)
    there = linking(language, area_of(request))(request.path, lang=language)
    return web.Response(status=303, headers={hdrs.LOCATION: there})


def language_of(request: web.Request, otherwise: str) -> str:
    """As the address has it."""
    wanted = request.query.get("lang", "")
    return wanted if wanted in LANGUAGES else otherwise


def _page(request: web.Request, one: Heard, standing: Stand) -> web.Response:
    context = request.app[CONTEXT]
    kind = kind_of(one.kind, context.services.catalog if context.services else None) or Kind("other")
    language = language_of(request, one.language)
    shown: dict[str, Any] = {
        "kind": kind,
        "kind_name": name_of(kind, language),
        "is_request": one.request is not None,
        "standing": standing,
        "new": request.query.get("new") == "1",
        "told_at": one.at,
        "drill": one.status.value != "Actual",
    }
    return _private(framed(request, "report_follow.html", language, Own(says=word, otherwise=one.language), **shown))


def name_of(kind: Kind, language: str) -> str:
    """As a reader of this language reads it: what a city names itself has two languages."""
    return kind.name(language) if kind.service is None else either(language, kind.name("ja"), kind.name("en"))


def _gone(request: web.Request) -> web.Response:
    return _private(framed(request, "report_gone.html", language_of(request, "ja"), Own(says=word), status=404))


def _private(response: web.Response) -> web.Response:
    """The address is the key: nobody keeps it, and no page that is opened from here learns of it."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    return response
