"""A partner that receives webhooks, checks them by itself, and drops what it has seen."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.fakes.served import Served


class FakePartner(Served):
    """``received`` holds each message once, by its id; ``traced`` the traces that came with them."""

    def __init__(self) -> None:
        super().__init__()
        self.key = b"a key of thirty-two bytes, shared"
        self.secret = "whsec_" + base64.b64encode(self.key).decode()
        self.received: dict[str, Any] = {}
        self.came: dict[str, datetime] = {}  # when, by the same ids; wall time
        self.traced: dict[str, str] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/hook", self._take)]

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        name, at = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "0")
        expected = hmac.new(self.key, b".".join([name.encode(), at.encode(), body]), hashlib.sha256).digest()
        given = [one.removeprefix("v1,") for one in request.headers.get("webhook-signature", "").split()]
        if base64.b64encode(expected).decode() not in given or abs(time.time() - int(at)) > 300:
            return web.json_response({"message": "the signature does not fit"}, status=401)
        if name in self.received:
            return web.json_response({"message": "known"}, status=409)
        self.received[name], self.came[name] = json.loads(body), datetime.now(UTC)
        self.traced[name] = request.headers.get("traceparent", "")
        return web.json_response({"message": "taken"}, status=202)
