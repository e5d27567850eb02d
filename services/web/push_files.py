"""Two small files that a browser wants at the root of the site before it can be told: the worker and the manifest.

Not below /static/: a worker serves the folder that it lies in, and its address must stay the same over releases.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import hdrs, web

from services.web.context import CONTEXT
from services.web.templating import TEMPLATES

_WORKER = Path(__file__).parent / "static/js/push-worker.js"


async def worker(request: web.Request) -> web.StreamResponse:  # noqa: ARG001
    """The script that shows a notification while no page is open. Browsers ask for a newer one by themselves."""
    return web.FileResponse(_WORKER, headers={hdrs.CACHE_CONTROL: "no-cache", hdrs.CONTENT_TYPE: "text/javascript"})


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
