"""The whole body of a request, where it may be longer than the application's own limit."""

from __future__ import annotations

import asyncio

from aiohttp import web

PATIENCE = 30.0  # seconds for the whole request to come in


async def whole_body(request: web.Request, at_most: int) -> bytes | None:
    """The bytes; None where there are more, or they come too slowly."""
    whole = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.content.iter_chunked(65_536):
                whole += chunk
                if len(whole) > at_most:
                    return None
    except TimeoutError:
        return None
    return bytes(whole)
