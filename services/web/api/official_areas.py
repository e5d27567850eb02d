"""/official/areas: the areas of which official telegrams said something that is in force, as the map draws them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import shapely
from aiohttp import web
from shapely.geometry.base import BaseGeometry

from feeds.status import Status
from geo.model import Ground
from geo.official.telegrams import COAST, VOLCANO, whereabouts
from services.official import answers, question
from services.web.api.answer import collection, feature
from services.web.api.endpoint import MOMENT, Endpoint, Parameter
from services.web.api.moment import asked_moment
from services.web.api.shapes import geojson
from services.web.api.viewer import viewer_of
from services.web.context import CONTEXT
from services.web.security import WebError

_LAYERS = ("forecast_area", "boundary")  # kinds of imported maps that know areas by the codes of telegrams
_TOLD = (
    "hazard",
    "kind_name",
    "alert_level",
    "since",
    "issued_at",
    "valid_until",
    "height",
    "arrival",
    "office",
    "headline",
    "ref",
)


async def show(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    now = context.now()
    at, known = _moment(request, "at", now) or now, _moment(request, "known", now)
    seen = [status for status in Status if status.value in viewer.statuses]
    told = await answers(context.store, question(context.ground, at, known, None), seen)
    return collection(request, [_feature(key, some, context.ground) for key, some in _by_area(told).items()], None)


def _moment(request: web.Request, name: str, now: datetime) -> datetime | None:
    moment = asked_moment(request.query, name)
    if moment is not None and moment > now:
        raise WebError(400, f"bad_{name}", f"{name} lies in the future; nothing is known of it yet")
    return moment


def _by_area(told: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], list[Mapping[str, Any]]]:
    found: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for one in told:
        apart = one["area_type"] if one["area_type"] in (VOLCANO, COAST) else ""
        found.setdefault((one["status"], apart, one["area"]), []).append(one)
    return found


def _feature(key: tuple[str, str, str], some: list[Mapping[str, Any]], ground: Ground) -> dict[str, Any]:
    status, code_type, code = key
    shape = shape_of(code, ground, code_type)
    properties = {
        "area": code,
        "area_name": some[0]["area_name"],
        "area_type": code_type,
        "status": status,
        "level": max((one["alert_level"] or 0 for one in some), default=0),
        "warnings": [{name: one[name] for name in _TOLD} for one in some],
    }
    return feature("/".join(filter(None, key)), None if shape is None else geojson(shape), properties)


@lru_cache(maxsize=512)
def shape_of(code: str, ground: Ground, code_type: str = "") -> BaseGeometry | None:
    """The area of a code that telegrams use, in degrees: of an imported map, the city's own outline for the city and
    for whatever holds it, or what is closed around a volcano; None where nobody has drawn it. A volcano or a coast is
    no district inland that has the same digits."""
    if code_type == VOLCANO:
        return _closed(code, ground)
    if code_type == COAST and code not in ground.tsunami_areas:
        return None
    own = ground.areas.get(code)
    if own is not None:
        return own.geometry
    maps = [one for kind in _LAYERS for one in ground.layers.of_kind(kind)]
    drawn = [zone.geometry for one in maps for zone in one.zones if zone.facts.get("code") == _plain(code, one.kind)]
    if drawn:
        return shapely.union_all(drawn)
    here = whereabouts(ground.city, ground)
    if code in (here.code, *here.coarser, *here.coasts):
        city = ground.areas.get(ground.city)
        return None if city is None else city.geometry
    return _closed(code, ground)


def _closed(code: str, ground: Ground) -> BaseGeometry | None:
    closed = [area.geometry for (volcano, _), some in ground.volcano_zones.items() if volcano == code for area in some]
    return shapely.union_all(closed) if closed else None


def _plain(code: str, kind: str) -> str:
    """Municipalities have five digits on maps, and two more in telegrams."""
    return code[:5] if kind == "boundary" and len(code) == 7 else code


ENDPOINTS = (
    Endpoint(
        path="/official/areas",
        handler=show,
        summary="Areas with official warnings and notices in force at an instant; the geometry where one is known.",
        parameters=(
            Parameter("at", "The instant, ISO 8601 with its offset; now unless told.", MOMENT),
            Parameter(
                "known", "Only by telegrams that had reached the hub by this instant; by all unless told.", MOMENT
            ),
        ),
        properties={
            "area": "code of the area that the telegrams name",
            "area_name": "its name",
            "area_type": "火山名 or 津波予報区, whose codes share their digits with others; else empty",
            "status": "Actual, Exercise or Test",
            "level": "highest 警戒レベル of its warnings; 0: none has one",
            "warnings": "{hazard, kind_name, alert_level, since, issued_at, valid_until, height, arrival, office, "
            "headline, ref} each, as /official tells them",
        },
        errors=(400,),
    ),
)
