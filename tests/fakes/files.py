"""A small but real HTTP server of files, with ranges and versions as official servers have them, and with troubles."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

Trouble = Literal["cut", "busy", "other part", "no range", "too short", "endless", "moved"]


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    range: str
    if_range: str
    if_none_match: str


class FakeFiles:
    """``files`` by path; each of ``troubles`` spoils one answer, in turn."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[Asked] = []
        self.troubles: deque[Trouble] = deque()
        self.versions = True  # send ETag
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
        head = request.headers
        asked = Asked(request.path, *(head.get(name, "") for name in ("Range", "If-Range", "If-None-Match")))
        self.asked.append(asked)
        body = self.files.get(request.path)
        if body is None:
            return web.Response(status=404, text="<html>not found</html>")
        version = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        trouble = self.troubles.popleft() if self.troubles else None
        if trouble == "busy":
            return web.Response(status=503)
        if trouble == "moved":
            return web.Response(status=302, headers={"Location": f"{self.base}/elsewhere.zip"})
        if asked.if_none_match == version:
            return web.Response(status=304)
        headers = {"ETag": version} if self.versions else {}
        begin, status = 0, 200
        if asked.range and asked.if_range == version and trouble != "no range":
            begin, status = int(asked.range.removeprefix("bytes=").rstrip("-")), 206
            if begin >= len(body) or trouble == "too short":
                return web.Response(status=416)
            begin = begin + 1 if trouble == "other part" else begin
            headers["Content-Range"] = f"bytes {begin}-{len(body) - 1}/{len(body)}"
        if trouble in {"cut", "endless"}:
            return await self._spoilt(request, body[begin:], headers, (status, trouble == "cut"))
        return web.Response(status=status, body=body[begin:], headers=headers)

    async def _spoilt(
        self, request: web.Request, rest: bytes, headers: dict[str, str], how: tuple[int, bool]
    ) -> web.StreamResponse:
        """Announce the whole and stop half way; or announce nothing and go on."""
        status, cut = how
        response = web.StreamResponse(status=status, headers=headers)
        if cut:
            response.content_length = len(rest)
        await response.prepare(request)
        await response.write(rest[: len(rest) // 2] if cut else rest * 50)
        await asyncio.sleep(0.05)
        if cut and request.transport is not None:
            request.transport.close()
        return response
