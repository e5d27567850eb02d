"""How somebody wants to see the public pages: sharper, larger. Kept in one cookie, and only if they chose it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from services.web.auth import open_write
from services.web.body import form_of
from services.web.context import CONTEXT

COOKIE = "shirase_look"
CHOICES = ("contrast", "large")
_PAGES = re.compile(r"/|/(snow|report|subscribe|privacy|districts|embed|open|ogc)(/[\w/-]*)?")  # what residents read
_YEAR = 365 * 24 * 3600


def look_of(request: web.Request) -> Mapping[str, bool]:
    """``contrast`` and ``large``: as the address says (``?look=contrast.large``), else as the cookie does."""
    said = request.query.get("look", request.cookies.get(COOKIE, ""))[:40].split(".")
    return {name: name in said for name in CHOICES}


def look_named(request: web.Request) -> str:
    """The look that the address itself asks for, for links to keep; empty where it names none."""
    return ".".join(name for name, wanted in look_of(request).items() if wanted and "look" in request.query)


@open_write
async def choose(request: web.Request) -> web.Response:
    """A button of the page. Nothing but this browser's own cookie changes; with both off even that goes."""
    form = await form_of(request)
    wanted = [name for name in CHOICES if form.get(name) == "1"]
    response = web.Response(status=303, headers={hdrs.LOCATION: _back(str(form.get("back", "/")))})
    https = request.app[CONTEXT].https
    if wanted:
        response.set_cookie(
            COOKIE, ".".join(wanted), max_age=_YEAR, samesite="Lax", httponly=True, secure=https, path="/"
        )
    else:
        response.del_cookie(COOKIE, samesite="Lax", httponly=True, secure=https, path="/")
    return response


def _back(target: str) -> str:
    """Only to a page of our own for everybody: whoever presses a button is sent nowhere else."""
    if not (target.isascii() and target.isprintable() and len(target) <= 300 and "\\" not in target):
        return "/"
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not _PAGES.fullmatch(parts.path):
        return "/"
    return f"{parts.path}{f'?{parts.query}' if parts.query else ''}#look"
