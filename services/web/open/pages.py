"""``/open``: what is given away, under which terms, as tables, and how the interfaces are asked."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import hdrs, web

from services.store import archives
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.ogc.documents import credit_of
from services.web.open.answers import TERMS, given, packed
from services.web.open.catalogue import CATALOGUE, catalogue
from services.web.open.cells import only
from services.web.open.datasets import datasets_of
from services.web.open.page import framed
from services.web.open.reference import reference_page
from services.web.open.sources import credits_of, kept_back
from services.web.open.spreadsheet import written
from services.web.open.tables import PREFIX, TABLES
from services.web.openapi import DOCUMENT
from services.web.security import WebError

INDEX, API = "/open", "/open/api"
_CSV = "text/csv; charset=utf-8"
_JSON_LD = "application/ld+json"
_SCHEMA_ORG = "https://schema.org/"  # names of kinds of things, for search engines; nothing is loaded from there


def setup(app: web.Application) -> None:
    """Mount the pages; the table of the API and the collections must be set up before."""
    app.router.add_get(INDEX, index)
    app.router.add_get(f"{INDEX}/", index)
    app.router.add_get(API, api)
    app.router.add_get(TERMS, terms)
    app.router.add_get(CATALOGUE, machine_readable)
    app.router.add_get(PREFIX + "/{table}.csv", table)


async def index(request: web.Request) -> web.Response:
    """Everything that is given away."""
    shown = {"datasets": datasets_of(request), "tables": TABLES, "base": home_of(request), "vocabulary": _SCHEMA_ORG}
    return framed(request, "open_index.html", here=INDEX, **shown)


async def api(request: web.Request) -> web.Response:
    """The description of /api/v1 for people."""
    document: dict[str, Any] = request.app[DOCUMENT]
    return reference_page(request, document, API)


async def terms(request: web.Request) -> web.Response:
    """Licence, credit, sources and what is not passed on."""
    context = request.app[CONTEXT]
    shown = {
        "credit": credit_of(request),
        "sources": await asyncio.to_thread(credits_of, context),
        "kept_back": kept_back(context),
        "contact": context.open_data.contact or (context.services.contact if context.services else ""),
        "forecasts": context.public_forecasts,
        "delay": int(context.plow.public_delay.total_seconds() // 60),
    }
    return framed(request, "open_terms.html", here=TERMS, **shown)


async def machine_readable(request: web.Request) -> web.Response:
    """The catalogue for portals of open data."""
    async with request.app[CONTEXT].store.read() as connection:
        months = await archives.months(connection)
    return given(request, packed(catalogue(request, months)), _JSON_LD)


async def table(request: web.Request) -> web.Response:
    """One table as CSV. A hub that runs an exercise says so in the name of the file."""
    name = request.match_info["table"]
    one = next((each for each in TABLES if each.id == name), None)
    if one is None:
        raise WebError(404, "not_found", "この表はありません。 / There is no such table.")
    only(request, tuple(one.asked))
    rows = await one.rows(request)
    body = await asyncio.to_thread(written, one.columns, rows)
    drill = "exercise_" if request.app[CONTEXT].exercise else ""
    file: dict[str, str] = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="{drill}{one.id}.csv"'}
    return given(request, body, _CSV, headers=file)
