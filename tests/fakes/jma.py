"""A small but real HTTP server that plays JMA's feeds: Atom files, telegrams, versions, and everything going wrong.

The quick file of a feed holds what was published in its last ten minutes, the long one what was there when it was last
written (``write_long``), as the real one that is written hourly.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

from aiohttp import web

_QUICK = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """How one answer goes wrong."""

    status: int = 0  # answer so, with an empty body
    retry_after: str = ""
    body: bytes = b""  # with status 200: say this instead
    cut: bool = False  # announce the whole, send half, drop the connection
    hang_s: float = 0  # say nothing for so long, then drop the connection


@dataclass(frozen=True)
class Published:
    name: str
    body: bytes
    at: datetime


class FakeJma:
    """``requests`` lists the paths asked for; ``not_modified`` counts the answers 304."""

    def __init__(self, feed: str = "extra", quick: timedelta = _QUICK) -> None:
        self.feed, self._quick = feed, quick
        self.base = ""
        self.now = datetime(2026, 9, 18, 9, 0, tzinfo=UTC)
        self.requests: list[str] = []
        self.not_modified = 0
        self.foreign: list[str] = []  # further links that the feed names
        self._published: list[Published] = []
        self._long: list[Published] = []
        self._troubles: defaultdict[str, deque[Trouble]] = defaultdict(deque)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/developer/xml/{folder:feed|data}/{name}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}/developer/xml/feed/"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def publish(self, code: str, body: bytes, *, area: str = "030000", number: int = 0) -> str:
        """Publish a telegram now; its file's name."""
        name = f"{self.now:%Y%m%d%H%M%S}_{number}_{code}_{area}.xml"
        self._published.append(Published(name, body, self.now))
        return name

    def pass_time(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    def write_long(self) -> None:
        """The long file is written anew."""
        self._long = list(self._published)

    def go_wrong(self, name: str, trouble: Trouble, times: int = 1) -> None:
        """The next answers for a file of this name."""
        self._troubles[name].extend([trouble] * times)

    def asked(self, name: str) -> int:
        return sum(path.endswith(f"/{name}") for path in self.requests)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.path)
        name = request.match_info["name"]
        body = self._body(name)
        if self._troubles[name]:
            return await self._wrong(request, body or b"", self._troubles[name].popleft())
        if body is None:
            return web.Response(status=404)
        headers = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Last-Modified": "Fri, 18 Sep 2026 09:00:00 GMT",
        }
        if request.headers.get("If-None-Match") == headers["ETag"]:
            self.not_modified += 1
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type="application/xml", headers=headers)

    async def _wrong(self, request: web.Request, body: bytes, trouble: Trouble) -> web.StreamResponse:
        if trouble.status:
            headers = {"Retry-After": trouble.retry_after} if trouble.retry_after else {}
            return web.Response(status=trouble.status, headers=headers)
        if trouble.body:
            return web.Response(body=trouble.body, content_type="text/html")
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        if trouble.cut:
            await response.prepare(request)
            await response.write(body[: len(body) // 2])
        await asyncio.sleep(trouble.hang_s)
        assert request.transport is not None
        request.transport.abort()
        return response

    def _body(self, name: str) -> bytes | None:
        if name == f"{self.feed}.xml":
            return self._atom([one for one in self._published if self.now - one.at <= self._quick])
        if name == f"{self.feed}_l.xml":
            return self._atom(self._long)
        return next((one.body for one in self._published if one.name == name), None)

    def _atom(self, published: list[Published]) -> bytes:
        folder = self.base.replace("/feed/", "/data/")
        links = [f"{folder}{one.name}" for one in published] + self.foreign
        entries = "".join(
            f"<entry><title>電文</title><id>{escape(link)}</id><updated>2026-09-18T09:00:00Z</updated>"
            f'<author><name>盛岡地方気象台</name></author><link type="application/xml" href="{escape(link)}"/>'
            '<content type="text">【岩手県】</content></entry>'
            for link in links
        )
        head = '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ja">'
        return f"{head}<title>高頻度（随時）</title>{entries}</feed>".encode()
