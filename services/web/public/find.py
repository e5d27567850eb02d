"""Finding one's district: by words that are posted, so that no address of a home stands in an address; by a list."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from services.web.auth import open_write
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.public.district import LONGEST, all_districts, districts_for, name_in
from services.web.public.frame import framed
from services.web.public.links import linking
from services.web.public.words import language_of

PATH = "/districts"


async def show(request: web.Request) -> web.Response:
    """All districts as links."""
    language = language_of(request)
    shown: dict[str, Any] = {
        "found": all_districts(request.app[CONTEXT]),
        "name_in": name_in,
        "words_typed": "",
        "asked": False,
    }
    return framed(request, "districts.html", language, **shown)


@open_write
async def look_up(request: web.Request) -> web.Response:
    """One district: on to its page. Several or none: choose. Nothing is kept of what was typed, and nothing changes."""
    form = await form_of(request)
    language = language_of(request)
    words = str(form.get("q", ""))[:LONGEST].strip()
    found = districts_for(request.app[CONTEXT], words)
    if len(found) == 1:
        return web.Response(status=303, headers={hdrs.LOCATION: linking(language, found[0].code)("/")})
    shown: dict[str, Any] = {"found": found, "name_in": name_in, "words_typed": words, "asked": True}
    return framed(request, "districts.html", language, **shown)
