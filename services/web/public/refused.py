"""What went wrong, told in the residents' frame: whoever came here by a wrong address finds the ways on."""

from __future__ import annotations

from aiohttp import web

from services.web.public.frame import framed
from services.web.public.words import language_of


def show(request: web.Request, status: int, japanese: str, english: str) -> web.Response:
    """A page with the sentence. It reads nothing from the store, which may be what is away."""
    return framed(request, "refused.html", language_of(request), status=status, japanese=japanese, english=english)
