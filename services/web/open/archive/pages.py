"""``/open/archive``: the page, the manifest, and the files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from services.archive.period import Period, day_of
from services.archive.registry import KINDS
from services.store import archives
from services.store.archives import Archived
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.open.answers import given, packed
from services.web.open.archive import told
from services.web.open.archive.download import Downloads, send
from services.web.open.archive.told import MANIFEST, PREFIX
from services.web.open.cells import only
from services.web.open.page import framed
from services.web.public.links import CHOSEN
from services.web.security import WebError

DOWNLOADS: web.AppKey[Downloads] = web.AppKey("downloads", Downloads)
_NAME = re.compile(r"([a-z_]+)_([0-9]{4}-[0-9]{2}(?:-[0-9]{2})?)_JST\.([a-z]+\.gz)", re.ASCII)
_MISSING = "このファイルはありません。 / There is no such file."
_WITHDRAWN = "このファイルは公開をやめました。 / This file was withdrawn."
_NOT_HERE = "ファイルを用意しています。しばらくお待ちください。 / The file is not here yet; try again later."


def setup(app: web.Application) -> None:
    """Mount them."""
    app[DOWNLOADS] = Downloads()
    app.router.add_get(PREFIX, page)
    app.router.add_get(f"{PREFIX}/", page)
    app.router.add_get(MANIFEST, manifest)
    app.router.add_get(PREFIX + "/{kind}/{name}", file)


async def page(request: web.Request) -> web.Response:
    """For people: a month with its files, the newest unless another is asked for."""
    only(request, ("month", *CHOSEN))
    months = await _months(request)
    newest = months[0] if months else Period.day(day_of(request.app[CONTEXT].now())).month.name
    month = _asked(request) or Period(newest)
    rows = await _of(request, month)
    shown: dict[str, Any] = {
        "kinds": [_shown(name, [one for one in rows if one.kind == name]) for name in KINDS],
        "months": months,
        "month": month.name,
        "making": request.app[CONTEXT].shelf is not None,
        "manifest": f"{MANIFEST}?month={month.name}",
        "base": home_of(request),
        "path": told.path_of,
    }
    return framed(request, "open_archive.html", here=PREFIX, **shown)


async def manifest(request: web.Request) -> web.Response:
    """For programs: the files of a month, or those of all months and the days behind the last of them."""
    only(request, ("month",))
    month, months = _asked(request), await _months(request)
    rows = await (_of(request, month) if month else _overview(request))
    return given(request, packed(told.manifest(request, rows, months)), "application/json")


async def file(request: web.Request) -> web.StreamResponse:
    """One file. Its name is taken apart and looked up; nothing of what was asked for becomes a path."""
    only(request, ())
    wanted = _NAME.fullmatch(request.match_info["name"])
    kind = KINDS.get(request.match_info["kind"])
    if wanted is None or kind is None or (wanted[1], wanted[3]) != (kind.id, kind.suffix):
        raise WebError(404, "not_found", _MISSING)
    for _ in range(2):  # made anew between the look at the row and the look at the file
        one = await _row(request, kind.id, wanted[2])
        try:
            return await send(request, one, _path(request, one), request.app[DOWNLOADS])
        except FileNotFoundError:
            continue
    raise WebError(503, "unavailable", _NOT_HERE)


async def _row(request: web.Request, kind: str, period: str) -> Archived:
    async with request.app[CONTEXT].store.read() as connection:
        one = await archives.find(connection, kind, period)
    if one is None:
        raise WebError(404, "not_found", _MISSING)
    if one.withdrawn:
        raise WebError(410, "withdrawn", _WITHDRAWN)
    return one


def _path(request: web.Request, one: Archived) -> Any:
    shelf = request.app[CONTEXT].shelf
    if shelf is None:
        raise FileNotFoundError
    return shelf.path(one.kind, one.period, one.sha256)


def _asked(request: web.Request) -> Period | None:
    text = request.query.get("month")
    if text is None:
        return None
    try:
        found = Period.of(text)
    except ValueError as error:
        raise WebError(400, "bad_month", f"month は 2026-11 のように書いてください。 / {error}") from None
    if not found.whole:
        raise WebError(400, "bad_month", "month は 2026-11 のように書いてください。 / month is like 2026-11.")
    return found


async def _of(request: web.Request, month: Period) -> list[Archived]:
    async with request.app[CONTEXT].store.read() as connection:
        found = await archives.within(connection, month.begins, month.ends)
    return [one for one in found if one.kind in KINDS]


async def _overview(request: web.Request) -> list[Archived]:
    async with request.app[CONTEXT].store.read() as connection:
        whole = await archives.months(connection)
        since = max((one.ends for one in whole), default=None)
        now = request.app[CONTEXT].now()
        days = await archives.within(connection, since or Period.day(day_of(now)).month.begins, now)
    return [one for one in [*whole, *days] if one.kind in KINDS]


async def _months(request: web.Request) -> Sequence[str]:
    """Months of which there is any file, the newest first."""
    async with request.app[CONTEXT].store.read() as connection:
        return await archives.named(connection)


def _shown(name: str, rows: Sequence[Archived]) -> dict[str, Any]:
    days = [one for one in rows if not Period(one.period).whole]
    whole = next((one for one in rows if Period(one.period).whole), None)
    return {"kind": KINDS[name], "whole": whole, "days": sorted(days, key=lambda one: one.period, reverse=True)}
