"""LINE's Messaging API with one official account: retry keys, quota, its three kinds of 429, and failures to order.

It delivers what people write to a webhook, signed, and takes answers: a reply token serves once, and not for long.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from typing import Any

import aiohttp
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
        self.secret = "0123456789abcdef0123456789abcdef"
        self.replies: list[list[dict[str, Any]]] = []  # what people were answered, in order
        self.pushes: list[tuple[str, list[dict[str, Any]]]] = []
        self.contents: dict[str, bytes] = {}  # photos that people sent, by message
        self.fails: list[int] = []  # statuses of the next answers of reply, push and contents
        self._tokens: set[str] = set()  # reply tokens that serve still
        self._pushed: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v2/bot/message/validate/broadcast", self._validate),
            web.post("/v2/bot/message/broadcast", self._broadcast),
            web.post("/v2/bot/message/reply", self._reply),
            web.post("/v2/bot/message/push", self._push),
            web.get("/v2/bot/message/{message}/content", self._content),
            web.get("/v2/bot/message/quota", self._quota),
            web.get("/v2/bot/message/quota/consumption", self._consumption),
        ]

    def said(self, user: str, event: dict[str, Any], *, stale: bool = False) -> dict[str, Any]:
        """A webhook event of this person, with a name and a reply token of its own; ``stale``: it serves no more."""
        token = uuid.uuid4().hex
        if not stale:
            self._tokens.add(token)
        return {
            "mode": "active",
            "timestamp": 1_763_700_000_000,
            "source": {"type": "user", "userId": user},
            "webhookEventId": uuid.uuid4().hex.upper()[:26],
            "deliveryContext": {"isRedelivery": False},
            "replyToken": token,
            **event,
        }

    async def deliver(self, url: str, *events: dict[str, Any], signature: str | None = None) -> int:
        """POST them as LINE does; the status that the webhook answered."""
        body = json.dumps({"destination": "U" + "0" * 32, "events": events}, ensure_ascii=False).encode()
        made = base64.b64encode(hmac.new(self.secret.encode(), body, hashlib.sha256).digest()).decode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        headers["x-line-signature"] = made if signature is None else signature
        async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=headers) as response:
            return response.status

    async def _reply(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        if fault := self._refused(request) or _bad(wanted):
            return fault
        if wanted.get("replyToken") not in self._tokens:
            return _error(400, "Invalid reply token")
        self._tokens.discard(wanted["replyToken"])
        self.replies.append(wanted["messages"])
        return web.json_response({"sentMessages": [{"id": "1", "quoteToken": "q"} for _ in wanted["messages"]]})

    async def _push(self, request: web.Request) -> web.Response:
        wanted, key = await request.json(), request.headers.get("X-Line-Retry-Key", "")
        if fault := self._refused(request) or _bad(wanted) or _fault(key, wanted):
            return fault
        if key in self._pushed:
            return _error(409, "The retry key is already accepted", {"X-Line-Accepted-Request-Id": key})
        self._pushed.add(key)
        self.pushes.append((wanted["to"], wanted["messages"]))
        return web.json_response({"sentMessages": []})

    async def _content(self, request: web.Request) -> web.Response:
        if fault := self._refused(request):
            return fault
        found = self.contents.get(request.match_info["message"])
        return _error(404, "Not found") if found is None else web.Response(body=found, content_type="image/jpeg")

    def _refused(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _error(401, "Authentication failed. Confirm that the access token in the header is valid.")
        return _error(self.fails.pop(0), "Internal server error") if self.fails else None

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


def _bad(wanted: dict[str, Any]) -> web.Response | None:
    """Of an answer: one to five texts, at most thirteen buttons with labels of at most twenty characters."""
    for one in wanted.get("messages", [{}]):
        items = one.get("quickReply", {}).get("items", [])
        labels = [item["action"]["label"] for item in items]
        if not 1 <= len(one.get("text", "")) <= 5000 or len(items) > 13 or any(not 1 <= len(x) <= 20 for x in labels):
            return _error(400, "The request body has 1 error(s)", details=[_detail("Length must be between 1 and 20")])
        if any(len(item["action"].get("data", "-")) > 300 for item in items):
            return _error(400, "The request body has 1 error(s)", details=[_detail("Length must be between 1 and 300")])
    return None


def _detail(message: str) -> dict[str, str]:
    return {"message": message, "property": "messages"}


def _error(status: int, message: str, headers: dict[str, str] | None = None, **more: Any) -> web.Response:
    return web.json_response({"message": message, **more}, status=status, headers=headers or {})
