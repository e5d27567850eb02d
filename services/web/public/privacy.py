"""``/privacy``: what this site knows of who reads it, which is nothing; in every language."""

from __future__ import annotations

from aiohttp import web

from services.web.public.frame import framed
from services.web.public.words import language_of


async def show(request: web.Request) -> web.Response:
    """A few sentences."""
    return framed(request, "privacy.html", language_of(request))
