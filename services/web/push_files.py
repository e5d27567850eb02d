"""A small file that a browser wants at the root of the site before it can be told: the manifest."""

from __future__ import annotations

from aiohttp import hdrs, web

from services.web.context import CONTEXT
from services.web.templating import TEMPLATES


async def manifest(request: web.Request) -> web.Response:
    """By it an iPhone takes the site to its home screen; only there it can be told."""
    context, static = request.app[CONTEXT], request.app[TEMPLATES].globals["static"]
    drill = "【訓練】" if context.exercise else ""
    told = {
        "name": f"{drill}{context.city_name} 防災情報",
        "short_name": f"{drill}防災情報",
        "lang": "ja",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "icons": [{"src": f"{static}/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    return web.json_response(told, content_type="application/manifest+json", headers={hdrs.CACHE_CONTROL: "no-cache"})
