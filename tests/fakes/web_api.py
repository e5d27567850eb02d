"""A small but real HTTP server that plays somebody's web API: a document, its versions, and everything going wrong."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """How one answer goes wrong."""

    status: int = 500
    retry_after: str = ""
    hang_s: float = 0.0  # say nothing for so long
    cut: bool = False  # announce the whole, send half, drop the connection
    moved_to: str = ""  # a redirect, which a poller must not follow


class FakeWebApi:
    """``document`` is what it says now; ``asked`` lists the paths and the API keys it was shown."""

    def __init__(self) -> None:
        self.document = b"{}"
        self.asked: list[tuple[str, str]] = []
        self.unchanged = 0
        self.troubles: deque[Trouble] = deque()
        self.base = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path_qs, request.headers.get("X-Api-Key", "")))
        if self.troubles:
            return await self._go_wrong(request, self.troubles.popleft())
        version = f'"{hashlib.sha256(self.document).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == version:
            self.unchanged += 1
            return web.Response(status=304)
        return web.Response(body=self.document, headers={"ETag": version})

    async def _go_wrong(self, request: web.Request, trouble: Trouble) -> web.StreamResponse:
        if trouble.moved_to:
            return web.Response(status=302, headers={"Location": trouble.moved_to})
        if trouble.hang_s:
            await asyncio.sleep(trouble.hang_s)
        if not trouble.cut:
            headers = {"Retry-After": trouble.retry_after} if trouble.retry_after else {}
            return web.Response(status=trouble.status, headers=headers)
        response = web.StreamResponse(headers={"Content-Length": str(len(self.document))})
        await response.prepare(request)
        await response.write(self.document[: len(self.document) // 2])
        assert request.transport is not None
        request.transport.close()
        return response
