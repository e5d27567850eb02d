"""A proxy before a stand-in that spoils one answer on its way back: what was asked has happened by then."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, web

WAYS = ("cut in the middle", "cut before the first byte", "slow", "not its language", "empty", "too long")
_HOP = frozenset({"transfer-encoding", "content-length", "connection", "keep-alive", "host"})
_SLOW_S = 0.3  # within every channel's patience
_LONG = 40_000_000  # octets


@dataclass
class Proxy:
    """``way`` is how the answer to the ``turn``-th request that publishes, from 0, is spoilt."""

    far: str
    way: str = ""
    turn: int = 0
    url: str = ""
    spoilt: int = 0
    _seen: int = field(default=0, repr=False)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        body, at = await request.read(), self.far + request.raw_path
        async with (
            ClientSession(auto_decompress=False) as session,
            session.request(request.method, at, data=body, headers=headers, allow_redirects=False) as found,
        ):
            answer = await found.read()
            back = {name: value for name, value in found.headers.items() if name.lower() not in _HOP}
        if request.method == "GET" or not self._mine():
            return web.Response(status=found.status, body=answer, headers=back)
        self.spoilt += 1
        return await self._spoil(request, found.status, answer, back)

    def _mine(self) -> bool:
        self._seen += 1
        return bool(self.way) and self._seen == self.turn + 1

    async def _spoil(
        self, request: web.Request, status: int, answer: bytes, headers: dict[str, str]
    ) -> web.StreamResponse:
        transport = request.transport
        assert transport is not None
        match self.way:
            case "cut before the first byte":
                transport.abort()
            case "cut in the middle":
                half = web.StreamResponse(status=status, headers={**headers, "Content-Length": str(len(answer) + 40)})
                await half.prepare(request)
                await half.write(answer[: len(answer) // 2])
                transport.abort()
                return half
            case "not its language":
                return web.Response(status=status, body=b"<html><title>proxy</title>", content_type="text/html")
            case "too long":
                return web.Response(status=status, body=b" " * _LONG + answer, headers=headers)
            case "empty":
                return web.Response(status=status, body=b"", headers=headers)
            case _:
                await asyncio.sleep(_SLOW_S)
        return web.Response(status=status, body=answer, headers=headers)


@asynccontextmanager
async def before(far: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[Proxy]:
    """``far``: scheme, host and port of the stand-in. ``url`` is the proxy's own."""
    proxy = Proxy(far)
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/{rest:.*}", proxy.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    proxy.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield proxy
    finally:
        await runner.cleanup()
