"""``/in-force.json``: which alerts are in force, so short that a slow phone or a cache may ask often."""

from __future__ import annotations

from aiohttp import web

from services.web.api.times import iso
from services.web.context import CONTEXT
from services.web.public import told


async def show(request: web.Request) -> web.Response:
    """``{now, stale, alerts: [identifier]}``."""
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        found = await told.items(connection, context, "ja")
    body = {
        "now": iso(context.now()),
        "stale": context.health().get("stale", True),
        "alerts": [one.alert.identifier for one in found],
    }
    headers = {"Cache-Control": "public, max-age=10", "Access-Control-Allow-Origin": "*"}
    return web.json_response(body, headers=headers)
