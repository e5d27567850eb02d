"""``/open``: the pages of open data."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from services.web.open.reference import reference_page
from services.web.openapi import DOCUMENT

API = "/open/api"


def setup(app: web.Application) -> None:
    """Mount the pages; the table of the API must be set up before."""
    app.router.add_get(API, api)


async def api(request: web.Request) -> web.Response:
    """The description of /api/v1 for people."""
    document: dict[str, Any] = request.app[DOCUMENT]
    return reference_page(request, document, API)
