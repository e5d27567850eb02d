"""/crimes: street crime as numbers by block and month, three at least, of months that ended 90 days ago."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from feeds.japan import JAPAN
from geo.area import Area
from geo.sighted.counts import Cell, published
from geo.sighted.place import district_named
from services.ledger.csv_file import harmless
from services.store import counts
from services.store.counts import Source
from services.web.api.answer import collection, feature
from services.web.api.endpoint import PAGED, Endpoint
from services.web.api.paging import page_of
from services.web.api.shapes import geojson
from services.web.context import CONTEXT, WebContext

_CLOSED = timedelta(days=90)  # until then each case is a point of its own in the list of reports
_COLUMNS = ("source", "licence", "period", "act", "town", "at_least", "at_most")
_CSV = "text/csv"


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    page = page_of(request, int)
    cells = list(enumerate(await _cells(context)))
    taken, following = page.cut(cells, lambda pair: (pair[0],))
    return collection(request, _features(context, taken), following)


async def crime_features(context: WebContext) -> list[dict[str, Any]]:
    """Every cell, as everybody is told of it."""
    return _features(context, list(enumerate(await _cells(context))))


def _features(context: WebContext, cells: Sequence[tuple[int, tuple[Source, Cell]]]) -> list[dict[str, Any]]:
    city = next(iter(context.ground.areas.of_kind("city")), None)
    features = []
    for number, (source, cell) in cells:
        area = district_named(cell.town, context.ground.areas) if cell.town else city
        place = geojson(area.geometry.representative_point()) if area else None
        features.append(feature(str(number), place, _row(source, cell) | {"area": _code(area)}))
    return features


async def table(request: web.Request) -> web.Response:
    written = io.StringIO()
    writer = csv.DictWriter(written, _COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for source, cell in await _cells(request.app[CONTEXT]):  # towns are named by whoever wrote the file that was read
        row = _row(source, cell)
        writer.writerow({name: harmless(one) if isinstance(one, str) else one for name, one in row.items()})
    return web.Response(text="\ufeff" + written.getvalue(), content_type=_CSV, charset="utf-8")


async def _cells(context: WebContext) -> list[tuple[Source, Cell]]:
    """The newest first. A month is told of once it is whole and its last case 90 days ago."""
    until = (context.now() - _CLOSED).astimezone(JAPAN).strftime("%Y-%m")
    async with context.store.read() as connection:
        found = await counts.crimes(connection, until)
    cells = [
        (source, cell) for source, of in sorted(found.items(), key=lambda one: one[0].name) for cell in published(of)
    ]
    return sorted(cells, key=lambda pair: pair[1].period, reverse=True)


def _row(source: Source, cell: Cell) -> dict[str, Any]:
    return {
        "source": source.name,
        "licence": source.licence,
        "period": cell.period,
        "act": cell.act,
        "town": cell.town,
        "at_least": cell.at_least,
        "at_most": cell.at_most,
    }


def _code(area: Area | None) -> str:
    return area.code if area else ""


_PROPERTIES = {
    "source": "who counted",
    "licence": "under which it may be told on",
    "period": "a month (2025-04), or a year for what is too rare to be told by the month",
    "act": "自転車盗, …; empty: several, of those too rare to be told apart",
    "town": "町丁目; empty: the rest of the city",
    "at_least": "cases, in steps of three",
    "at_most": "the last number of the step",
}
ENDPOINTS = (
    Endpoint(
        path="/crimes",
        handler=show,
        summary="Street crime by block and month, three cases at least; a point stands for the block or for the city.",
        parameters=PAGED,
        properties=_PROPERTIES | {"area": "code of the block or of the city, or empty"},
    ),
    Endpoint(
        path="/crimes.csv",
        handler=table,
        summary="The same as a table, in UTF-8 with a mark at its beginning.",
        returns=_CSV,
    ),
)
