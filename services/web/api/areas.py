"""/areas: the city's named polygons."""

from __future__ import annotations

from aiohttp import web

from services.web.api.answer import collection, feature
from services.web.api.endpoint import PAGED, Endpoint, Parameter
from services.web.api.paging import MAX_LIMIT, page_of
from services.web.api.shapes import SHAPES
from services.web.context import CONTEXT


async def show(request: web.Request) -> web.Response:
    areas, shapes = request.app[CONTEXT].ground.areas, request.app[SHAPES]
    kind = request.query.get("kind")
    page = page_of(request, str, default=MAX_LIMIT)
    chosen = areas if kind is None else areas.of_kind(kind)
    taken, following = page.cut(chosen, lambda area: (area.code,))
    features = []
    for area in taken:
        names = {"name": area.name, "name_en": area.name_en, "reading": area.reading}
        features.append(feature(area.code, shapes.area(area.code), {"code": area.code, "kind": area.kind, **names}))
    return collection(request, features, following)


ENDPOINTS = (
    Endpoint(
        path="/areas",
        handler=show,
        summary="The city's areas, 1000 a page unless asked otherwise.",
        parameters=(*PAGED, Parameter("kind", "Only this kind: city, district, plow_section, mesh, …")),
        properties={
            "code": "area code",
            "kind": "city, district, …",
            "name": "in Japanese",
            "name_en": "in English",
            "reading": "in kana",
        },
    ),
)
