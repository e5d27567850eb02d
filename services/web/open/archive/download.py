"""Sending a file: a piece at a time, to so many at once, and never to one who does not take it."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

from aiohttp import hdrs, web

from services.store.archives import Archived
from services.web.auth_limit import network_of
from services.web.open.answers import open_headers
from services.web.open.archive.ranges import answer
from services.web.open.archive.told import PACKED, file_name
from services.web.security import WORDS, WebError, client_address

PER_NETWORK, IN_ALL = 4, 40  # downloads at the same time
_PIECE = 256 * 1024
_PATIENCE = 60.0  # seconds for a piece to be taken
_AGAIN = timedelta(seconds=30)


class Downloads:
    """How many run in this process."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()

    @contextmanager
    def one(self, address: str) -> Iterator[None]:
        """Count it in for as long as the block lasts. Raises WebError 429 or 503."""
        network = network_of(address)
        if self._running[network] >= PER_NETWORK:
            raise WebError(429, *WORDS[429], _AGAIN)
        if self._running.total() >= IN_ALL:
            raise WebError(503, *WORDS[503], _AGAIN)
        self._running[network] += 1
        try:
            yield
        finally:
            self._running[network] -= 1
            if not self._running[network]:
                del self._running[network]


async def send(request: web.Request, one: Archived, path: Path, downloads: Downloads) -> web.StreamResponse:
    """The file that a row names, or what of it was asked for. Raises FileNotFoundError where it is not here."""
    wanted = answer(request.headers, one.sha256, one.made_at, one.bytes)
    if wanted.status == 206 and request.method != hdrs.METH_GET:
        wanted = answer({}, one.sha256, one.made_at, one.bytes)  # ranges are for GET alone
    headers = open_headers(request) | {
        hdrs.ETAG: f'"{one.sha256}"',
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.CACHE_CONTROL: "public, no-cache",
        hdrs.VARY: "Accept",
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{file_name(one)}"',
        "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(one.sha256)).decode()}:",
        "Access-Control-Expose-Headers": "ETag, Link, Content-Disposition, Content-Range, Accept-Ranges, Repr-Digest",
    }
    response = web.StreamResponse(status=wanted.status, headers=headers)
    response.last_modified = one.made_at
    if wanted.status in {304, 416}:
        if wanted.status == 416:
            response.headers[hdrs.CONTENT_RANGE] = f"bytes */{one.bytes}"
        await response.prepare(request)
        return response
    response.content_type = PACKED
    response.content_length = wanted.end - wanted.begin
    if wanted.status == 206:
        response.headers[hdrs.CONTENT_RANGE] = f"bytes {wanted.begin}-{wanted.end - 1}/{one.bytes}"
    if request.method == hdrs.METH_HEAD:
        await response.prepare(request)
        return response
    with downloads.one(client_address(request)):
        file = await asyncio.to_thread(path.open, "rb")
        with file:
            await response.prepare(request)
            try:
                await _pieces(response, file, wanted.begin, wanted.end)
            except OSError:  # gone, too slow, or a disk that fails: nothing but the file may follow these headers
                if request.transport is not None:
                    request.transport.abort()
    return response


async def _pieces(response: web.StreamResponse, file: IO[bytes], begin: int, end: int) -> None:
    await asyncio.to_thread(file.seek, begin)
    while begin < end:
        piece = await asyncio.to_thread(file.read, min(_PIECE, end - begin))
        if not piece:
            raise OSError("the file is shorter than it was")
        begin += len(piece)
        async with asyncio.timeout(_PATIENCE):
            await response.write(piece)
    await response.write_eof()
