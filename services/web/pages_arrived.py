"""What really arrived on the other side, in an exercise: the timelines of the stand-ins, fetched by the hub itself.

The page cannot ask them: it talks to no host but its own. With real accounts there is nothing to show here.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
from aiohttp import web

from services.outgoing.session import bounded, open_session
from services.web.api.answer import answer
from services.web.context import CONTEXT

_TIMEOUT = aiohttp.ClientTimeout(total=5)
_LIMIT = 4 * 1024 * 1024  # bytes


async def show(request: web.Request) -> web.Response:
    """By channel: ``{"timeline": …}`` as the stand-in tells it, or ``{"error": sentence}``."""
    outboxes = request.app[CONTEXT].fake_outboxes
    async with open_session(_TIMEOUT) as session:
        told = await asyncio.gather(*(_ask(session, url) for url in outboxes.values()))
    return answer(request, dict(zip(outboxes, told, strict=True)))


async def _ask(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    try:
        async with session.get(url, allow_redirects=False) as response:
            response.raise_for_status()
            return {"timeline": json.loads(await bounded(response, _LIMIT))}
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return {"error": "受け側の代役が答えません。 / The stand-in does not answer."}
