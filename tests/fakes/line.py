"""LINE's Messaging API with one official account: retry keys, quota, its three kinds of 429, and failures to order."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.served import Served


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One request that was taken: to all friends."""

    id: str
    texts: tuple[str, ...]
    quiet: bool


class FakeLine(Served):
    """``broadcasts`` is what friends were sent."""

    def __init__(self, token: str = "fake-line-token", quota: int = 1000, friends: int = 1) -> None:
        super().__init__()
        self.token, self.quota, self.friends = token, quota, friends
        self.broadcasts: list[Broadcast] = []
        self._keys: dict[str, Broadcast] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v2/bot/message/validate/broadcast", self._validate),
            web.post("/v2/bot/message/broadcast", self._broadcast),
            web.get("/v2/bot/message/quota", self._quota),
            web.get("/v2/bot/message/quota/consumption", self._consumption),
        ]

    async def _quota(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _error(401, "Authentication failed. Confirm that the access token in the header is valid.")
        return web.json_response({"type": "limited", "value": self.quota})

    async def _consumption(self, request: web.Request) -> web.Response:
        return web.json_response({"totalUsage": len(self.broadcasts) * self.friends})

    async def _validate(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _error(401, "Authentication failed. Confirm that the access token in the header is valid.")
        return _fault(str(uuid.uuid4()), await request.json()) or web.json_response({})

    async def _broadcast(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _error(401, "Authentication failed. Confirm that the access token in the header is valid.")
        key, wanted = request.headers.get("X-Line-Retry-Key", ""), await request.json()
        if fault := _fault(key, wanted):
            return fault
        if key in self._keys:
            headers = {"X-Line-Accepted-Request-Id": self._keys[key].id, "X-Line-Request-Id": str(uuid.uuid4())}
            return _error(409, "The retry key is already accepted", headers)
        if (len(self.broadcasts) + 1) * self.friends > self.quota:
            return _error(429, "You have reached your monthly limit.")
        texts = tuple(message["text"] for message in wanted["messages"])
        taken = Broadcast(str(uuid.uuid4()), texts, wanted.get("notificationDisabled", False))
        self.broadcasts.append(taken)
        self._keys[key] = taken
        return web.json_response({}, headers={"X-Line-Request-Id": taken.id})


def _fault(key: str, wanted: dict[str, Any]) -> web.Response | None:
    try:
        uuid.UUID(key)
    except ValueError:
        return _error(400, "Invalid retry key")
    messages = wanted.get("messages", [])
    if not 1 <= len(messages) <= 5:
        return _error(400, "The request body has 1 error(s)", details=[_detail("Size must be between 1 and 5")])
    if any(not 1 <= len(one["text"].encode("utf-16-le")) // 2 <= 5000 for one in messages):
        return _error(400, "The request body has 1 error(s)", details=[_detail("Length must be between 0 and 5000")])
    return None


def _detail(message: str) -> dict[str, str]:
    return {"message": message, "property": "messages"}


def _error(status: int, message: str, headers: dict[str, str] | None = None, **more: Any) -> web.Response:
    return web.json_response({"message": message, **more}, status=status, headers=headers or {})
