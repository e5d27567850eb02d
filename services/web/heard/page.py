"""/report（市に知らせる）: choose what, tell it in one form, and get a link to follow it.

Everything works without scripts. Nobody logs in and nobody is asked who they are. A form sent twice is one thing; a
fault keeps what was typed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web

from feeds.finding import Finding
from rules.wording.languages import LANGUAGES
from services.clock import wall
from services.heard.door import By, Door, Sighting, Told, token_of
from services.heard.kinds import Kind, kind_of, kinds
from services.heard.words import word
from services.photos import Photo
from services.store import heard, photo_signs
from services.store.photo_signs import Seen
from services.web.auth import open_write
from services.web.context import CONTEXT, WebContext
from services.web.heard import follow
from services.web.heard.places import Spot, only, spots
from services.web.heard.sent import Sent, read_sent
from services.web.heard.typed import Fault, Where, sighting, where_of
from services.web.heard.typed import request as request_of
from services.web.public.district import area_of
from services.web.public.frame import Own, framed
from services.web.public.links import linking
from services.web.report_form import cleaned
from services.web.report_limit import ReportLimit
from services.web.security import WORDS, WebError, client_address
from services.web.sender import LIMIT

PATH = "/report"
_TRIES: web.AppKey[ReportLimit] = web.AppKey("report_tries", ReportLimit)  # forms with faults among them
_TRIES_EACH = 5  # tries for each report that is let in
_ONCE = re.compile(r"[A-Za-z0-9_-]{32}")
_TRAP = "leave_empty"
_UNTYPED = frozenset({"once", "do", _TRAP})


@dataclass(frozen=True, slots=True)
class Typing:
    """A form that somebody is filling in."""

    kind: Kind
    sent: Sent
    language: str


def setup(app: web.Application) -> None:
    """Mount the pages, where residents may send reports."""
    reports = app[CONTEXT].reports
    if not reports.public:
        return
    app[_TRIES] = ReportLimit(reports.per_client * _TRIES_EACH, reports.in_all * _TRIES_EACH)
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, take)
    app.router.add_get(f"{PATH}/{{token:{follow.PATTERN}}}", follow.show)
    app.router.add_post(f"{PATH}/{{token:{follow.PATTERN}}}", follow.withdraw_it)


async def show(request: web.Request) -> web.Response:
    """What can be told; with ``?kind=`` the form for it. ``?lang=`` says in which language."""
    context, language = request.app[CONTEXT], follow.language_of(request, "ja")
    kind = kind_of(request.query.get("kind", ""), _catalog(context))
    if kind is None:
        shown: dict[str, Any] = {"kinds": kinds(_catalog(context)), "name_of": follow.name_of}
        return framed(request, "report_choose.html", language, Own(says=word), **shown)
    return _form(request, Typing(kind, Sent(()), language))


@open_write
async def take(request: web.Request) -> web.StreamResponse:
    """The form. A place is looked up with it as well, lest anything that was typed be lost."""
    _admit(request)
    context, sent = request.app[CONTEXT], await read_sent(request)
    language = sent.text("language") if sent.text("language") in LANGUAGES else "ja"
    kind = kind_of(sent.text("kind"), _catalog(context))
    if kind is None:
        raise WebError(400, *WORDS[400])
    typing = Typing(kind, sent, language)
    if sent.text("do") == "find":
        return _form(request, typing, found=spots(context, sent.text("place")))
    told = _told(context, kind, sent)
    if isinstance(told, list):
        return _form(request, typing, faults=told, status=400)
    try:
        pictures = await cleaned(request, sent.photos)
    except WebError as error:
        fault = Fault("photo", "big_photo" if error.status == 413 else "bad_photo")
        return _form(request, typing, faults=[fault], status=error.status)
    return await _keep(request, typing, told, pictures)


async def _keep(request: web.Request, typing: Typing, told: Told, pictures: Sequence[Photo]) -> web.StreamResponse:
    """Into the store, once; and on to its own page."""
    context, sent = request.app[CONTEXT], typing.sent
    once = sent.text("once")
    typed = sorted(field for field in sent.fields if field[0] not in _UNTYPED)
    token = token_of(once if _ONCE.fullmatch(once) else secrets.token_urlsafe(24), typed, sent.photos)
    async with context.store.read() as connection:
        again = await heard.find(connection, token) is not None
    if not again and request.app[LIMIT].admit(client_address(request), wall()) is not None:
        return _form(request, typing, faults=[Fault("send", "too_many")], status=429)
    by = By(way="page", status=context.own, at=context.now(), language=typing.language)
    async with context.store.write() as connection:
        names = await _door(context).photos(connection, pictures)
        receipt = await _door(context).take(connection, told, names, token, by)
        if not receipt.again and receipt.heard.case is not None and isinstance(told, Sighting):
            seen = Seen(told.seen_at, told.lon, told.lat)
            await photo_signs.remember(connection, receipt.heard.case, seen, pictures, context.reports.photo_likeness)
    if not receipt.again:
        context.bell.ring(receipt.bell)
    there = linking(typing.language, area_of(request))(f"{PATH}/{token}", new=1, lang=typing.language)
    return web.Response(status=303, headers={hdrs.LOCATION: there})


def _told(context: WebContext, kind: Kind, sent: Sent) -> Told | list[Fault]:
    """What the form tells, or all that is wrong with it, in the order of the page."""
    faults: list[Fault] = []
    where = _where(context, kind, sent)
    if isinstance(where, Fault):
        faults.append(where)
        where = Where(None, None, "?")  # so that the rest is looked at too
    told: Told | list[Fault]
    catalog = _catalog(context)
    if kind.service is not None and catalog is not None:
        told = request_of(kind, sent, where, catalog)
    else:
        told = sighting(kind, sent, where, context.now(), any_time=context.exercise)
    faults += told if isinstance(told, list) else []
    faults += [Fault("photo", "big_photo")] if sent.too_much else []
    faults += [Fault("trap", "bad_trap")] if sent.text(_TRAP) else []
    return faults or told


def _where(context: WebContext, kind: Kind, sent: Sent) -> Where | Fault:
    where = where_of(sent)
    if isinstance(where, Fault):
        return where
    if where.lon is None and kind.service is not None and (spot := only(context, where.words)):
        where = Where(spot.lon, spot.lat, where.words)  # the answer names the road, so that people see what was meant
    if where.lon is None or where.lat is None or context.ground.areas.at(where.lon, where.lat, "city"):
        return where
    return Fault("place", "outside")


def _form(
    request: web.Request,
    one: Typing,
    *,
    faults: Sequence[Fault] = (),
    found: Sequence[Spot] | None = None,
    status: int = 200,
) -> web.Response:
    context = request.app[CONTEXT]
    sent, language, once = one.sent, one.language, one.sent.text("once")
    shown: dict[str, Any] = {
        "kind": one.kind,
        "sent": sent,
        "kind_name": follow.name_of(one.kind, language),
        "once": once if _ONCE.fullmatch(once) else secrets.token_urlsafe(24),
        "faults": faults,
        "wrong": {fault.field: fault.word for fault in faults},
        "found": found,
        "findings": tuple(Finding),
        "box": _box(context),
        "trap": _TRAP,
    }
    own = Own(says=word, keeps={"kind": one.kind.code})
    return framed(request, "report_form.html", language, own, status=status, **shown)


def _box(context: WebContext) -> str:
    """What the map shows at first: west, south, east, north of where people live; empty where no outline is known."""
    areas = context.ground.areas
    bounds = [area.geometry.bounds for area in areas.of_kind("district") or areas.of_kind("city")]
    if not bounds:
        return ""
    west, south, east, north = zip(*bounds, strict=True)
    return ",".join(f"{one:.6f}" for one in (min(west), min(south), max(east), max(north)))


def _catalog(context: WebContext) -> Any:
    return context.services.catalog if context.services else None


def _door(context: WebContext) -> Door:
    return Door(context.services.desk if context.services else None, context.reports.photo_days)


def _admit(request: web.Request) -> None:
    wait = request.app[_TRIES].admit(client_address(request), wall())
    if wait is not None:
        raise WebError(429, "too_many", f"{word('too_many', 'ja')} / {word('too_many', 'en')}", retry_after=wait)
