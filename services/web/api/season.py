"""/reports/season: where animals were seen, by day and square: what is left of reports that are listed no more."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Report
from feeds.status import Status
from geo.area import Area
from geo.model import Ground
from geo.sighted.season import SeenOn, season_of, told_square
from geo.sighted.telling import Tellings
from services.store import counts
from services.store.codec import from_json
from services.store.tables import records
from services.web.api.answer import collection, feature
from services.web.api.endpoint import PAGED, Endpoint
from services.web.api.paging import page_of
from services.web.api.reports import visible
from services.web.api.shapes import geojson
from services.web.api.viewer import Viewer
from services.web.context import CONTEXT, WebContext

_EVERY = Viewer(frozenset({Status.ACTUAL.value}), staff=True)


Cell = tuple[str, str, str]  # day, kind, square


async def show(request: web.Request) -> web.Response:
    page = page_of(request, str, str, str)
    found = await season_features(request.app[CONTEXT])
    taken, following = page.cut(found.items(), lambda pair: pair[0])
    return collection(request, [one for _, one in taken], following)


async def season_features(context: WebContext) -> dict[Cell, dict[str, Any]]:
    """Every square of every day, as everybody is told of it."""
    async with context.store.read() as connection:
        found = await counted(connection, context.ground, context.now())
    return {
        (day, kind, code): feature(
            f"{day}/{kind}/{code}",
            geojson(area.geometry),
            {"day": day, "kind": kind, "square": code, "place": area.name, "count": many},
        )
        for (day, kind, code), (area, many) in found.items()
    }


async def counted(connection: AsyncConnection, ground: Ground, now: datetime) -> dict[Cell, tuple[Area, int]]:
    """The squares themselves, and how many confirmed sightings each had."""
    seen = await counts.season(connection) + await _kept(connection, ground.tellings, now)
    found: Counter[Cell] = Counter()
    squares = {}
    for one, many in seen.items():
        area = told_square(one, ground.tellings, ground.areas)
        if area is not None:
            squares[area.code] = area
            found[one.day, one.kind, area.code] += many
    return {cell: (squares[cell[2]], many) for cell, many in found.items()}


async def _kept(connection: AsyncConnection, tellings: Tellings, now: datetime) -> Counter[SeenOn]:
    """Those that the store still holds and nobody lists any more."""
    rows = await connection.execute(visible(_EVERY, tellings, now).where(records.c.subject.in_(_animals(tellings))))
    reports = [from_json(Report, row.body) for row in rows]
    old = (one for one in reports if one.measured_at <= now - tellings[one.kind].listed)
    return Counter(seen for one in old if (seen := season_of(one)) is not None)


def _animals(tellings: Tellings) -> list[str]:
    return [kind for kind, telling in tellings.items() if telling.after == "squares"]


ENDPOINTS = (
    Endpoint(
        path="/reports/season",
        handler=show,
        summary="Where animals were seen, by day and square of the mesh, of reports that are listed no more; for good.",
        parameters=PAGED,
        properties={
            "day": "in Japan: 2026-10-23",
            "kind": "bear, boar or deer",
            "square": "mesh- and the code of the square (JIS X 0410)",
            "place": "what the square lies near",
            "count": "of confirmed sightings",
        },
    ),
)
