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
from services.web.moments import moment
from services.web.templating import page

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
    return web.Response(status=303, headers={hdrs.LOCATION: f"{request.path}?lang={language}"})


def language_of(request: web.Request, otherwise: str) -> str:
    """As the address has it."""
    wanted = request.query.get("lang", "")
    return wanted if wanted in LANGUAGES else otherwise


def words(language: str) -> dict[str, Any]:
    """What the templates say things with: Japanese, and beside it the chosen language, English where none is."""
    beside = language if language != "ja" else "en"
    return {"word": word, "lang": beside, "html_lang": {"ja-x-easy": "ja"}.get(beside, beside)}


def _page(request: web.Request, one: Heard, standing: Stand) -> web.Response:
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    kind = kind_of(one.kind, context.services.catalog if context.services else None) or Kind("other")
    language = language_of(request, one.language)
    base = context.base_url or f"{request.scheme}://{request.host}"
    shown: dict[str, Any] = {
        "kind": kind,
        "is_request": one.request is not None,
        "standing": standing,
        "new": request.query.get("new") == "1",
        "at": moment(one.at, now),
        "moment": lambda at: moment(at, now),
        "drill": one.status.value != "Actual",
        "link": f"{base}{request.path}",
        "path": request.path,
        "language": language,
        **words(language),
    }
    return _private(page(request, "report_follow.html", **shown))


def _gone(request: web.Request) -> web.Response:
    return _private(page(request, "report_gone.html", status=404, **words(language_of(request, "ja"))))


def _private(response: web.Response) -> web.Response:
    """The address is the key: nobody keeps it, and no page that is opened from here learns of it."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    return response
