"""/sw.js: the one service worker of the site, put together from what it keeps, what it says and what it notifies of.

At the root, because a worker serves the folder it lies in. Its text holds the version of the own files, so each
release is another worker, which browsers then fetch by themselves. Switched off, it deletes whatever it has kept and
only notifies.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from aiohttp import hdrs, web

from rules.wording.languages import LANGUAGES
from services.web.context import CONTEXT
from services.web.templating import TEMPLATES

_SCRIPTS = Path(__file__).parents[1] / "static/js"
PAGES = ("/", "/snow", *(f"/{one.lower()}" for one in LANGUAGES))  # what is kept; the first stands in for the others


def setup(app: web.Application) -> None:
    """Mount it: also for browsers that were told of it by the name it had while it only notified."""
    for path in ("/sw.js", "/push-worker.js"):
        app.router.add_get(path, worker)


async def worker(request: web.Request) -> web.Response:
    """The script. Browsers ask for a newer one by themselves, at the latest each day."""
    context = request.app[CONTEXT]
    settings = {
        "on": context.offline,
        "version": request.app[TEMPLATES].globals["static"],
        "pages": list(PAGES),
    }
    text = f"const SETTINGS = {json.dumps(settings)};\n{_scripts()}"
    return web.Response(text=text, content_type="text/javascript", headers={hdrs.CACHE_CONTROL: "no-cache"})


@cache
def _scripts() -> str:
    words = (_SCRIPTS / "offline/words.js").read_text(encoding="utf-8").replace("export const", "const")
    files = (_SCRIPTS / "offline/worker.js", _SCRIPTS / "push-worker.js")
    return "\n".join([words, *(file.read_text(encoding="utf-8") for file in files)])
