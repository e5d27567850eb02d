"""/tiles: the base map's tiles, and what must be said with them. The same for everybody."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from geo.basemap.tiles import TilesError, unpacked
from services.basemap import Basemap, Shown
from services.web.api.answer import answer, knows
from services.web.context import CONTEXT
from services.web.encoding import takes_gzip

BASEMAP: web.AppKey[Basemap] = web.AppKey("basemap", Basemap)
_TILE = "application/vnd.mapbox-vector-tile"
_FOREVER, _ASK = "public, max-age=31536000, immutable", "public, no-cache"


def setup(app: web.Application) -> None:
    """Mount the tiles of the context's base map."""
    app[BASEMAP] = app[CONTEXT].basemap
    app.router.add_get("/tiles/about.json", about)
    app.router.add_get(r"/tiles/{z:[0-9]{1,2}}/{x:[0-9]{1,7}}/{y:[0-9]{1,7}}", tile)


async def about(request: web.Request) -> web.Response:
    """Which zooms there are, the mark to ask tiles with, and the credits that must stand on the map."""
    shown = await _current(request)
    if shown is None:
        return answer(request, {"tiles": None, "credits": []})
    low, high = shown.tiles.zooms
    bounds = [shown.tiles.header[f"{name}_e7"] / 1e7 for name in ("min_lon", "min_lat", "max_lon", "max_lat")]
    told: dict[str, Any] = {
        "tiles": f"/tiles/{{z}}/{{x}}/{{y}}?v={shown.mark}",
        "min_zoom": low,
        "max_zoom": high,
        "bounds": bounds,
        "plain": shown.own["plain"],
        "built_at": shown.own["built_at"],
        "credits": shown.own["credits"],
    }
    return answer(request, told)


async def tile(request: web.Request) -> web.Response:
    """One tile; 204 where nothing is to be drawn, inside the zooms or not."""
    shown = await _current(request)
    if shown is None:
        raise web.HTTPNotFound
    z, x, y = (int(request.match_info[name]) for name in "zxy")
    if z > 30 or x >= 1 << z or y >= 1 << z:
        raise web.HTTPNotFound
    tag = f'"{shown.mark}-{z}-{x}-{y}"'
    kept = _FOREVER if request.query.get("v") == shown.mark else _ASK
    headers = {hdrs.CACHE_CONTROL: kept, hdrs.ETAG: tag, hdrs.VARY: hdrs.ACCEPT_ENCODING}
    if knows(request, tag.strip('"')):
        return web.Response(status=304, headers=headers)
    try:
        packed = shown.tiles.tile(z, x, y)
        if packed is None:
            return web.Response(status=204, headers=headers)
        if takes_gzip(request):
            return web.Response(body=packed, content_type=_TILE, headers={**headers, hdrs.CONTENT_ENCODING: "gzip"})
        return web.Response(body=unpacked(packed), content_type=_TILE, headers=headers)
    except (TilesError, OSError) as error:  # written over in place, or its disk is gone: the next look opens it anew
        raise web.HTTPServiceUnavailable from error


async def _current(request: web.Request) -> Shown | None:
    return await request.app[BASEMAP].current(request.app[CONTEXT].now())
