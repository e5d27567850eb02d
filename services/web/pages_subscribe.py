"""/subscribe: residents ask to be told, confirm, change and leave. Everything but push works without any script.

A GET never changes anything: programs that look into mails follow links. Nothing is logged, nothing is tracked, and
the answer to an address is the same whether it is known or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiohttp import hdrs, web
from multidict import MultiDictProxy

from rules.wording.languages import LANGUAGES
from services.clock import wall
from services.desks.subscriptions import FullError, Offer
from services.residents.address import AddressError, mail_address, push_address
from services.residents.seal import Purpose
from services.residents.wish import LEVELS, TOPICS, Wish, WishError
from services.residents.words import word
from services.web import push_files
from services.web.auth import open_write
from services.web.body import form_of, in_time
from services.web.context import CONTEXT
from services.web.public.district import all_districts, name_in
from services.web.public.frame import Own, framed
from services.web.report_limit import ReportLimit
from services.web.security import WORDS, WebError, client_address, storable

_LIMIT: web.AppKey[ReportLimit] = web.AppKey("subscribe_limit", ReportLimit)
_A_DAY: web.AppKey[ReportLimit] = web.AppKey("subscribe_a_day", ReportLimit)
_BAD = WebError(400, *WORDS[400])
_FULL = WebError(
    503,
    "full",
    "登録の数が上限に達しているため、いまは新しく登録できません。情報はこのサイトでご覧になれます。 / "
    "No more subscriptions can be taken just now. All information stands on this site.",
)


def setup(app: web.Application) -> None:
    """Mount the pages, where this hub has subscribers."""
    offer = app[CONTEXT].subscriptions
    if offer is None:
        return
    app[_LIMIT] = ReportLimit(offer.per_client, offer.in_all)
    app[_A_DAY] = ReportLimit(offer.per_client_a_day, offer.in_all_a_day, timedelta(days=1))
    app.router.add_get("/subscribe", show)
    if offer.mail_from:
        app.router.add_post("/subscribe", ask)
    app.router.add_get("/subscribe/confirm", show_confirmation)
    app.router.add_post("/subscribe/confirm", confirm)
    app.router.add_get("/subscribe/mine", show_mine)
    app.router.add_post("/subscribe/mine", change)
    app.router.add_get("/subscribe/leave", show_leaving)
    app.router.add_post("/subscribe/leave", leave)
    if offer.push_key:
        app.router.add_post("/subscribe/push", register)
        app.router.add_post("/subscribe/push/leave", unregister)
        app.router.add_get("/manifest.webmanifest", push_files.manifest)


async def show(request: web.Request) -> web.Response:
    """The form. ``?lang=`` says in which language; ``?district=`` and ``?topic=`` tick."""
    known = {one.code for one in request.app[CONTEXT].ground.areas.of_kind("district")}
    wish = Wish(
        districts=tuple(one for one in _texts(request.query.getall("district", [])) if one in known),
        topics=tuple(one for one in _texts(request.query.getall("topic", [])) if one in TOPICS),
        language=_language(request) or "ja",
    )
    return _form(request, wish)


@open_write
async def ask(request: web.Request) -> web.Response:
    """An address and wishes; the answer tells nothing of who is known."""
    _admit(request)
    fields = await form_of(request)
    wish = _wish(fields)
    try:
        address = mail_address(_text(fields, "address"))
    except AddressError:
        return _form(request, wish, address=_text(fields, "address")[:254], error="bad_address", status=400)
    try:
        await _offer(request).desk.ask(address, wish)
    except WishError:
        raise _BAD from None
    except FullError:
        raise _FULL from None
    request.app[CONTEXT].bell.ring("letters")
    return _said(request, "asked", wish.language)


async def show_confirmation(request: web.Request) -> web.Response:
    """What the link in a letter opens: one button."""
    wish = await _offer(request).desk.asked_for(_token(request))
    return _button(request, "confirm", wish.language) if wish else _stale(request)


@open_write
async def confirm(request: web.Request) -> web.Response:
    """It begins."""
    one = await _offer(request).desk.confirm(_token(request))
    return _said(request, "confirmed", one.wish.language) if one else _stale(request)


async def show_mine(request: web.Request) -> web.Response:
    """One's own wishes, to be changed. The address is not shown."""
    one = await _offer(request).desk.holder(_token(request), Purpose.MINE)
    return _form(request, one.wish, token=_token(request)) if one else _stale(request)


@open_write
async def change(request: web.Request) -> web.Response:
    wish = _wish(await form_of(request))
    try:
        changed = await _offer(request).desk.change(_token(request), wish)
    except WishError:
        raise _BAD from None
    return _said(request, "saved", wish.language) if changed else _stale(request)


async def show_leaving(request: web.Request) -> web.Response:
    """The link in every mail; who has left already sees that."""
    token = _token(request)
    desk = _offer(request).desk
    if not desk.seal.proves(token, Purpose.LEAVE, wall()):
        return _stale(request)
    one = await desk.holder(token, Purpose.LEAVE)
    return _button(request, "leave", one.wish.language) if one else _said(request, "left", "")


@open_write
async def leave(request: web.Request) -> web.Response:
    """Of the button, and of mail programs by themselves (RFC 8058: one POST, no cookie, no question)."""
    left = await _offer(request).desk.leave(_token(request))
    return _said(request, "left", "") if left else _stale(request)


@open_write
async def register(request: web.Request) -> web.Response:
    """A browser's own subscription, as JSON: ``{"subscription": {…}, "wish": {…}}``."""
    _admit(request)
    offer, told = _offer(request), await _json(request)
    try:
        given = told["subscription"]
        keys = given["keys"]
        address = push_address(given["endpoint"], keys["p256dh"], keys["auth"], offer.push_services)
        wish = _of_json(told["wish"])
        if await offer.desk.registered(address.endpoint) is None:
            _admit(request, _A_DAY)
        await offer.desk.register(address, wish)
    except (KeyError, TypeError, AddressError, WishError):
        raise _BAD from None
    except FullError:
        raise _FULL from None
    return web.json_response({"subscribed": True})


@open_write
async def unregister(request: web.Request) -> web.Response:
    """Whoever shows an endpoint is that browser: nobody else knows it."""
    endpoint = str((await _json(request)).get("endpoint", ""))[:1000]
    if not storable(endpoint):
        raise _BAD
    await _offer(request).desk.unregister(endpoint)
    return web.json_response({"subscribed": False})


def _offer(request: web.Request) -> Offer:
    offer = request.app[CONTEXT].subscriptions
    assert offer is not None
    return offer


def _admit(request: web.Request, limit: web.AppKey[ReportLimit] = _LIMIT) -> None:
    wait = request.app[limit].admit(client_address(request), wall())
    if wait is not None:
        raise WebError(429, *WORDS[429], retry_after=wait)


async def _json(request: web.Request) -> dict[str, Any]:
    """Only as JSON by its type: a form of another site cannot send that."""
    if request.content_type != "application/json":
        raise _BAD
    try:
        async with in_time():
            told = await request.json()
    except (ValueError, RecursionError):
        raise _BAD from None
    if not isinstance(told, dict):
        raise _BAD
    return told


def _wish(fields: MultiDictProxy[Any]) -> Wish:
    least = _text(fields, "least")
    return Wish(
        districts=_texts(fields.getall("district", [])),
        topics=_texts(fields.getall("topic", [])),
        least=int(least) if least in map(str, LEVELS) else 1,
        language=_text(fields, "language") if _text(fields, "language") in LANGUAGES else "ja",
        digest=_text(fields, "digest") == "1",
    )


def _of_json(told: Any) -> Wish:
    """Raises KeyError or TypeError for another shape; what stands in it is checked by the desk."""
    lists = (told["districts"], told["topics"])
    if not all(isinstance(one, list) for one in lists) or not isinstance(told["least"], int):
        raise TypeError("another shape")
    districts, topics = (_texts(one) for one in lists)
    return Wish(districts=districts, topics=topics, least=told["least"], language=str(told["language"]))


def _texts(given: Sequence[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one)[:100] for one in given[:1000]))


def _text(fields: MultiDictProxy[Any], name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


def _token(request: web.Request) -> str:
    return request.query.get("t", "")[:200]


def _language(request: web.Request) -> str:
    wanted = request.query.get("lang", "")
    return wanted if wanted in LANGUAGES else ""


def _form(
    request: web.Request, wish: Wish, *, address: str = "", token: str = "", error: str = "", status: int = 200
) -> web.Response:
    shown: dict[str, Any] = {
        "wish": wish,
        "districts": all_districts(request.app[CONTEXT]),
        "name_in": name_in,
        "topics": TOPICS,
        "levels": LEVELS,
        "offer": _offer(request),
        "address": address,
        "token": token,
        "error": error,
    }
    otherwise = wish.language if token or request.method == hdrs.METH_POST else "ja"
    return _framed(request, "subscribe.html", otherwise, status=status, **shown)


def _button(request: web.Request, name: str, language: str) -> web.Response:
    shown = {"step": name, "token": _token(request), "said": False}
    return _framed(request, "subscribe_step.html", language, **shown)


def _said(request: web.Request, name: str, language: str, status: int = 200) -> web.Response:
    shown = {"step": name, "token": "", "said": True}
    return _framed(request, "subscribe_step.html", language, status=status, **shown)


def _stale(request: web.Request) -> web.Response:
    return _said(request, "stale", "", status=404)


def _framed(request: web.Request, name: str, otherwise: str, **shown: Any) -> web.Response:
    """In the language of the address, else in that of the wishes. The key of the address stays in its links, and the
    page in no search engine. That a link is told to no other site is said for every page."""
    otherwise = otherwise or "ja"
    keeps = {name: request.query.get(name, "")[:200] for name in ("t", "district", "topic")}
    language = _language(request) or otherwise
    response = framed(request, name, language, Own(says=word, keeps=keeps, otherwise=otherwise), **shown)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
