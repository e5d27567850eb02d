"""A Mastodon server that is listened to: its public and hashtag streams as server-sent events, and the timelines."""

from __future__ import annotations

import asyncio
import html
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.fakes.served import Served


class FakeMastodonStream(Served):
    """``statuses`` is what the server knows, oldest first."""

    def __init__(self, token: str = "fake-reading-token") -> None:
        super().__init__()
        self.token = token
        self.statuses: list[dict[str, Any]] = []
        self.asked: list[str] = []  # min_id of each look at a timeline
        self._lines: list[tuple[str, web.StreamResponse]] = []
        self._ended: list[asyncio.Event] = []

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v1/streaming/public", self._stream),
            web.get("/api/v1/streaming/hashtag", self._stream),
            web.get("/api/v1/timelines/public", self._timeline),
            web.get("/api/v1/timelines/tag/{tag}", self._timeline),
        ]

    def publishes(self, request: web.Request) -> bool:
        """Failures are ordered for streams that are opened."""
        return "/streaming/" in request.path

    @property
    def open(self) -> int:
        """How many listen."""
        return len(self._lines)

    def made(self, text: str, at: datetime, acct: str = "hanako@example.jp", **more: Any) -> dict[str, Any]:
        """A status that is known from now on, and told nobody yet."""
        number = str(115_000_000_000_000_001 + len(self.statuses))
        account = {"id": acct, "acct": acct, "bot": False, "url": f"https://example.jp/@{acct}"} | more.pop(
            "account", {}
        )
        one = {
            "id": number,
            "created_at": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "visibility": "public",
            "language": "ja",
            "url": f"https://mastodon.example/@{acct}/{number}",
            "content": f"<p>{html.escape(text)}</p>",
            "spoiler_text": "",
            "account": account,
            "mentions": [],
            "reblog": None,
            **more,
        }
        self.statuses.append(one)
        return one

    async def say(self, text: str, at: datetime, acct: str = "hanako@example.jp", **more: Any) -> str:
        """Somebody posts, and whoever listens hears it; its id."""
        one = self.made(text, at, acct, **more)
        await self.tell("update", json.dumps(one, ensure_ascii=False))
        return str(one["id"])

    async def tell(self, event: str, data: str) -> None:
        await self.raw(f"event: {event}\ndata: {data}\n\n".encode())

    async def raw(self, data: bytes) -> None:
        """Bytes for everybody who listens, whole or not."""
        for _, line in self._lines:
            with suppress(ConnectionResetError):  # who hung up has not been noticed yet
                await line.write(data)

    async def cut(self) -> None:
        """Every stream ends."""
        for ended in self._ended:
            ended.set()
        while self._lines:
            await asyncio.sleep(0.001)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": "The access token is invalid"}, status=401)
        line = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await line.prepare(request)
        await line.write(b":)\n")
        ended, mine = asyncio.Event(), (request.query.get("tag", ""), line)
        self._lines.append(mine)
        self._ended.append(ended)
        try:
            await ended.wait()
        finally:
            self._lines.remove(mine)
            self._ended.remove(ended)
        return line

    async def _timeline(self, request: web.Request) -> web.Response:
        """``min_id``: the oldest after it; else the newest. Newest first either way."""
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": "This method requires an authenticated user"}, status=401)
        least, most = request.query.get("min_id"), int(request.query.get("limit", "20"))
        self.asked.append(least or "")
        known = [one for one in self.statuses if least is None or int(one["id"]) > int(least)]
        tag = request.match_info.get("tag")
        known = [one for one in known if tag is None or f"#{tag}" in one["content"]]
        page = known[:most] if least is not None else known[-most:]
        return web.json_response(list(reversed(page)))

    async def stop(self) -> None:
        await self.cut()
        await super().stop()
