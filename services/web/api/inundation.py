"""/inundation: the zones behind the expected inundation that holds now. The polygons of the published maps."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from geo.hazard import Hazard
from geo.model import Ground
from geo.models.inundation import Inundation
from rules.cap_message import mark
from services.web.api.answer import collection, feature
from services.web.api.endpoint import PAGED, Endpoint
from services.web.api.hazards import holding
from services.web.api.paging import page_of
from services.web.api.shapes import geojson
from services.web.api.times import iso
from services.web.api.viewer import Viewer, viewer_of
from services.web.context import CONTEXT, WebContext

_MODEL = Inundation()
_FACTS = ("gauge", "river", "lead_h", "scenario", "scenario_name", "depth_rank", "depth_min_m", "depth_max_m")


async def show(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    page = page_of(request, int, int)
    async with context.store.read() as connection:
        seen = await holding(connection, viewer, context.now())
    expected = [(seq, one) for seq, one in seen if one.kind == _MODEL.name]
    taken, following = page.cut(expected, lambda pair: (-pair[1].level, pair[0]))
    # A union of thousands of zones: not on the loop.
    shapes = await asyncio.to_thread(_shapes, [one for _, one in taken], context.ground)
    return collection(request, _features(taken, shapes), following)


async def zones(context: WebContext, viewer: Viewer) -> list[dict[str, Any]]:
    """All of them that this viewer sees."""
    async with context.store.read() as connection:
        seen = await holding(connection, viewer, context.now())
    expected = [(seq, one) for seq, one in seen if one.kind == _MODEL.name]
    return _features(expected, await asyncio.to_thread(_shapes, [one for _, one in expected], context.ground))


def _features(found: Sequence[tuple[int, Hazard]], shapes: Sequence[Any]) -> list[dict[str, Any]]:
    pairs = zip(found, shapes, strict=True)
    return [feature(str(seq), shape, _properties(one)) for (seq, one), shape in pairs if shape]


def _shapes(expected: Sequence[Hazard], ground: Ground) -> list[Any]:
    """The zones of each as GeoJSON; None where the map it rests on is not there any more."""
    drawn = [_MODEL.extent_of(one, ground) for one in expected]
    return [one and geojson(one.zone) for one in drawn]


def _properties(one: Hazard) -> dict[str, Any]:
    return {
        "area": one.area,
        "area_name": one.area_name,
        "status": one.status.value,
        "since": iso(one.since),
        "valid_until": iso(one.valid_until),
        "headline": mark(one.headline, one.status, "ja"),
        **{name: one.facts.get(name) for name in _FACTS},
    }


ENDPOINTS = (
    Endpoint(
        path="/inundation",
        handler=show,
        summary="Where the water would stand by the published map that a gauge's level is nearest to, no simulation. "
        "Outside every zone means not drawn, never safe.",
        parameters=PAGED,
        properties={
            "area": "district code; the geometry is the map's zones in it",
            "area_name": "district in Japanese",
            "status": "Actual, Exercise or Test",
            "lead_h": "for a level so many hours ahead; 0: for the present one",
            "since": "since when",
            "valid_until": "not to be believed after this",
            "headline": "one line in Japanese; a drill is marked",
            "gauge": "whose level",
            "river": "its river",
            "scenario": "of the map: planned, maximum, 1/30 or unstated",
            "scenario_name": "the same in Japanese",
            "depth_rank": "the deepest, 1 to 6",
            "depth_min_m": "metres from",
            "depth_max_m": "metres to; null for the deepest rank",
        },
    ),
)
