"""What stands in the body of a request: a form as a browser sends it, or all of its bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy

from services.web.security import WORDS, WebError, storable

Form: TypeAlias = MultiDictProxy[str | bytes | bytearray | web.FileField]
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


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """While the body comes in. A WebError 408 where it comes so slowly that somebody may mean to keep us waiting."""
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError:
        raise WebError(408, *WORDS[408]) from None


async def form_of(request: web.Request) -> Form:
    """The fields of a form. A WebError 400 for what is none: bytes that are not in the charset that it names, parts
    without a boundary or a name, text that no store can hold; a 408 for what comes too slowly."""
    try:
        async with in_time():
            form = await request.post()
    except (ValueError, LookupError, RuntimeError, AssertionError, HttpProcessingError):  # as aiohttp says each of it
        raise WebError(400, *WORDS[400]) from None
    if not all(storable(text) for field in form.items() for text in field if isinstance(text, str)):
        raise WebError(400, *WORDS[400])
    return form
