"""/ops/chronology.csv, .xlsx and .pdf: the view that the page shows, without its pages."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from aiohttp import hdrs, web

from services.chronology.reading import every
from services.chronology.sheet import MOST, View, csv_head, csv_line, file_name, last_line, row, written
from services.ledger.files import TYPES
from services.ledger.sheets import Row
from services.store import chronology_read
from services.store.users import Role
from services.web.api.answer import reading_headers
from services.web.auth import requires
from services.web.chronology.asked import Asked, asked_of
from services.web.chronology.page import kinds_of, period_told
from services.web.chronology.told import drill_of
from services.web.context import CONTEXT

_PART = 500  # lines that are sent at once
_BUSY = web.AppKey("chronology_files", asyncio.Semaphore)


def setup(app: web.Application) -> None:
    app[_BUSY] = asyncio.Semaphore(2)  # a big table takes a processor for seconds
    kinds = "|".join(MOST)
    app.router.add_get(rf"/ops/chronology.{{kind:{kinds}}}", download)


@requires(Role.VIEWER)
async def download(request: web.Request) -> web.StreamResponse:
    """The file of this view; its last words say what was left out, and to which link of the chain it goes."""
    asked, kind = asked_of(request), request.match_info["kind"]
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        last = await chronology_read.last(connection)
    view = View(
        city=context.city_name,
        period=period_told(asked),
        sieve=asked.told,
        made_at=context.now(),
        last=last,
        drill=next(iter(asked.sieve.statuses)) if drill_of(asked.sieve.statuses) else context.own,
    )
    if kind == "csv":
        return await _stream(request, asked, view)
    async with request.app[_BUSY]:
        rows, cut = await _rows(request, asked, view, MOST[kind])
        body = await asyncio.to_thread(written, kind, rows, view, cut)
    return web.Response(body=body, content_type=TYPES[kind], headers=_headers(view, kind))


async def _rows(request: web.Request, asked: Asked, view: View, most: int) -> tuple[list[Row], bool]:
    kinds = dict(kinds_of(request))
    lines = every(request.app[CONTEXT].store, asked.span, asked.sieve, view.last[0], most + 1)
    found = [row(one, kinds) async for one in lines]
    return found[:most], len(found) > most


async def _stream(request: web.Request, asked: Asked, view: View) -> web.StreamResponse:
    """Sent as it is read, so that a year of lines takes no more memory than a page of them."""
    headers = reading_headers(request) | _headers(view, "csv") | {hdrs.CONTENT_TYPE: "text/csv; charset=utf-8"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    kinds, given, part = dict(kinds_of(request)), 0, [csv_head(view)]
    found = every(request.app[CONTEXT].store, asked.span, asked.sieve, view.last[0], MOST["csv"])
    async with aclosing(found) as lines:
        async for one in lines:
            part.append(csv_line(row(one, kinds)))
            given += 1
            if len(part) >= _PART:
                await response.write(b"".join(part))
                part = []
    part.append(last_line(view, given == MOST["csv"]))
    await response.write(b"".join(part))
    await response.write_eof()
    return response


def _headers(view: View, kind: str) -> dict[str, str]:
    return {
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{file_name(view, kind)}"',
        hdrs.CACHE_CONTROL: "private, no-store",
        "X-Chronology-Last": "{} {}".format(*view.last),
    }
