"""How the web floor does, in figures: how long answers take, how many, which fail, how many are under way."""

from __future__ import annotations

from time import perf_counter

from aiohttp import web
from aiohttp.typedefs import Handler

from services.figures import WEB_REQUESTS, WEB_SECONDS, WEB_UNDER_WAY

_AREAS = frozenset({"api", "ops", "cap", "open311", "sta", "ogc", "open", "static", "tiles", "snow", "login", "wall"})
_WATCHERS = frozenset({"/metrics", "/healthz", "/readyz"})
_STREAM = "/api/v1/events"  # lasts for hours: told by the number of those that are open

for _area in (*_AREAS, "public"):
    WEB_REQUESTS.labels(_area, "5xx")  # at nought from the start: the first must be seen as a rise


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count and time whatever the guards behind it make of the request."""
    area = area_of(request)
    if area == "events":
        return await handler(request)
    began, code = perf_counter(), 500
    WEB_UNDER_WAY.inc()
    try:
        response = await handler(request)
        code = response.status
        return response
    except web.HTTPException as answer:
        code = answer.status
        raise
    finally:
        WEB_UNDER_WAY.dec()
        WEB_SECONDS.labels(area).observe(perf_counter() - began)
        WEB_REQUESTS.labels(area, f"{code // 100}xx").inc()


def area_of(request: web.Request) -> str:
    """A word of ours for what is asked: never the address itself, which anybody may make up."""
    resource = request.match_info.route.resource
    if resource is None:
        return "nothing"
    if resource.canonical in _WATCHERS:
        return "monitor"
    if resource.canonical == _STREAM:
        return "events"
    first = resource.canonical.split("/", 2)[1]
    return first if first in _AREAS else "public"
