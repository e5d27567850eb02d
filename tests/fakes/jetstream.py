"""Bluesky's Jetstream: a WebSocket that plays back from a cursor and goes on with what is new."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.fakes.served import Served

COLLECTION = "app.bsky.feed.post"


def us(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


class FakeJetstream(Served):
    """``messages`` is what the network did, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self._sockets: list[web.WebSocketResponse] = []

    @property
    def address(self) -> str:
        return self.url.replace("http://", "ws://") + "/subscribe"

    @property
    def open(self) -> int:
        return len(self._sockets)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/subscribe", self._subscribe)]

    def publishes(self, request: web.Request) -> bool:
        """Failures are ordered for connections."""
        return request.path == "/subscribe"

    def commit(self, operation: str, did: str, key: str, at: datetime, record: dict[str, Any] | None) -> dict[str, Any]:
        commit = {"rev": "3l", "operation": operation, "collection": COLLECTION, "rkey": key}
        if record is not None:
            commit |= {"record": record, "cid": "bafyrei"}  # type: ignore[dict-item]
        return {"did": did, "time_us": us(at), "kind": "commit", "commit": commit}

    async def say(self, text: str, at: datetime, did: str = "did:plc:hanako", key: str = "", **more: Any) -> str:
        """Somebody posts; its id as the hub knows it."""
        key = key or f"3l{len(self.messages):011d}"
        written = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        record = {"$type": COLLECTION, "text": text, "createdAt": written, "langs": ["ja"], **more}
        await self.tell(self.commit("create", did, key, at, record))
        return f"{did}/{key}"

    async def delete(self, post: str, at: datetime) -> None:
        did, _, key = post.partition("/")
        await self.tell(self.commit("delete", did, key, at, None))

    async def leave(self, did: str, at: datetime) -> None:
        """An account is deleted."""
        account = {"active": False, "did": did, "seq": 1, "status": "deleted", "time": at.isoformat()}
        await self.tell({"did": did, "time_us": us(at), "kind": "account", "account": account})

    async def tell(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        await self.raw(json.dumps(message, ensure_ascii=False))

    async def raw(self, text: str) -> None:
        for socket in self._sockets:
            await socket.send_str(text)

    async def cut(self) -> None:
        for socket in list(self._sockets):
            await socket.close()

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        start = int(request.query.get("cursor", "0"))
        for message in self.messages if start else ():
            if message["time_us"] >= start:
                await socket.send_str(json.dumps(message, ensure_ascii=False))
        self._sockets.append(socket)
        try:
            await socket.receive()
        finally:
            self._sockets.remove(socket)
        return socket

    async def stop(self) -> None:
        await self.cut()
        await asyncio.sleep(0)
        await super().stop()
