"""/places: what the search field of the map finds, by address, name, reading, mesh code or coordinates."""

from __future__ import annotations

import asyncio

from aiohttp import web

from geo.towns.seeking import LONGEST, Hit, seek
from services.store.users import Role
from services.web.api.answer import collection, feature
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.shapes import geojson
from services.web.context import CONTEXT

_SELECTS = {"district": "area", "city": "area", "station": "station"}  # what the map can select


async def show(request: web.Request) -> web.Response:
    context, words = request.app[CONTEXT], request.query.get("q", "")
    stations = list(context.ground.stations.values())
    found = await asyncio.to_thread(seek, words, context.ground, context.towns, stations)
    features = [
        feature(f"{one.kind}-{number}", geojson(one.geometry), _told(one)) for number, one in enumerate(found, 1)
    ]
    return collection(request, features, None)


def _told(one: Hit) -> dict[str, str]:
    selects = _SELECTS.get(one.kind)
    return {
        "kind": one.kind,
        "name": one.name,
        "name_en": one.name_en,
        "detail": one.detail,
        "code": one.code,
        "select": f"{selects}:{one.code}" if selects else "",
    }


ENDPOINTS = (
    Endpoint(
        path="/places",
        handler=show,
        summary="What words may mean on the map: districts, towns, addresses, sensors, mesh codes, coordinates.",
        parameters=(Parameter("q", f"What is looked for; {LONGEST} characters of it count."),),
        properties={
            "kind": "district, plow_section, volcano_zone, city, town, house, station, mesh or point",
            "name": "its name; of a square its code, of a point its latitude and longitude",
            "name_en": "the same in English, or empty",
            "detail": "its address, its river, or where it lies; or empty",
            "code": "of an area, a square (mesh-CODE) or a sensor; or empty",
            "select": "what the map selects, as area:CODE or station:CODE; or empty",
        },
        role=Role.VIEWER,
    ),
)
