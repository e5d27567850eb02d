"""A small but real HTTP server that plays the city's linkage system.

It asks for the bearer token, reads every alert with the CAP reader (and the official schema where the real data are
at hand), drops doubles by key and by (sender, identifier, sent), and can be told to misbehave.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web
from lxml import etree

from feeds.cap import CapAlert, CapError, CapReference, read
from feeds.cap.envelope import unwrap


@dataclass(frozen=True, kw_only=True)
class Received:
    """One alert that was taken, with the bytes as they came."""

    key: str
    receipt: str
    document: bytes
    alert: CapAlert


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """How one request goes wrong. ``stored`` says whether the alert is taken all the same."""

    status: int = 0  # answer so; 0: no answer at all
    stored: bool = False
    hang_s: float = 0  # before the connection drops
    retry_after: str = ""
    body: str = ""


class FakeLinkage:
    """``received`` holds what was taken, ``requests`` counts what was asked."""

    def __init__(self, token: str = "fake-linkage-token") -> None:
        self.token = token
        self.url = ""
        self.received: list[Received] = []
        self.requests = 0
        self._troubles: deque[Trouble] = deque()
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        app = web.Application()
        app.router.add_post("/cap", self._take)
        app.router.add_get("/received", self._list)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/cap"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def fail_next(self, count: int, status: int, *, retry_after: str = "", body: str = "") -> None:
        """Answer the next ``count`` requests with this status and take nothing."""
        self._troubles.extend([Trouble(status=status, retry_after=retry_after, body=body)] * count)

    def hang_next(self, seconds: float = 60) -> None:
        """Say nothing for a while on the next request, then drop the connection; nothing is taken."""
        self._troubles.append(Trouble(hang_s=seconds))

    def drop_next(self, *, stored: bool = True) -> None:
        """Drop the connection instead of answering, by default after taking the alert: an unknown outcome."""
        self._troubles.append(Trouble(stored=stored))

    def forgive(self) -> None:
        """What was ordered and did not happen yet does not happen."""
        self._troubles.clear()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        body = await request.read()
        if not self._troubles:
            return self._answer(request, body)
        trouble = self._troubles.popleft()
        if trouble.stored:
            self._answer(request, body)
        if trouble.status:
            headers = {"Retry-After": trouble.retry_after} if trouble.retry_after else {}
            return web.Response(status=trouble.status, text=trouble.body, headers=headers)
        await asyncio.sleep(trouble.hang_s)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _answer(self, request: web.Request, body: bytes) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _refusal(HTTPStatus.UNAUTHORIZED, "the bearer token is missing or wrong")
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.content_type not in ("application/cap+xml", "application/xml"):
            return _refusal(HTTPStatus.BAD_REQUEST, "needs an Idempotency-Key and application/cap+xml")
        try:
            document = body if request.content_type == "application/cap+xml" else _opened(body)
            alert = read(document)
            _validate(document)
        except CapError as error:
            return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        for earlier in self.received:
            if earlier.key == key:
                return _same(earlier, body, HTTPStatus.OK)
            if earlier.alert.reference == alert.reference:
                return _same(earlier, body, HTTPStatus.CONFLICT)
        receipt = f"R-{len(self.received) + 1:06}"
        self.received.append(Received(key=key, receipt=receipt, document=body, alert=alert))
        return web.json_response({"receipt": receipt}, status=HTTPStatus.CREATED)

    async def _list(self, _request: web.Request) -> web.Response:
        """What was taken, newest first, for the outbox viewer."""
        return web.json_response([_shown(one) for one in reversed(self.received)])


def _opened(body: bytes) -> bytes:
    """The one alert of an envelope that says of it what it says itself."""
    envelope = unwrap(body)
    (document,) = envelope.documents
    if read(document).status != envelope.status:
        raise CapError("bad_value", "the envelope says another status than the alert", "/EDXLDistribution")
    return document


def _same(earlier: Received, body: bytes, status: HTTPStatus) -> web.Response:
    if earlier.document != body:
        return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "the same key or identity came with other content")
    return web.json_response({"receipt": earlier.receipt}, status=status)


def _refusal(status: HTTPStatus, message: str) -> web.Response:
    return web.json_response({"error": status.name.lower(), "message": message}, status=status)


def _shown(one: Received) -> dict[str, Any]:
    alert = one.alert
    return {
        "receipt": one.receipt,
        "identifier": alert.identifier,
        "sent": alert.sent.isoformat(),
        "status": alert.status,
        "msg_type": alert.msg_type,
        "references": [_triplet(reference) for reference in alert.references],
        "headline": alert.infos[0].headline if alert.infos else "",
        "document": one.document.decode(),
    }


def _triplet(reference: CapReference) -> str:
    return f"{reference.sender},{reference.identifier},{reference.sent.isoformat()}"


def _validate(body: bytes) -> None:
    schema = _official_schema()
    if schema is not None and not schema.validate(etree.fromstring(body)):
        raise CapError("schema", str(schema.error_log), "line 1")


@cache
def _official_schema() -> etree.XMLSchema | None:
    """The OASIS schema, which is not ours to ship; without it the reader's own checks stand."""
    path = Path(os.environ.get("SHIRASE_REAL_DATA", "")) / "cap" / "cap12.xsd"
    return etree.XMLSchema(etree.parse(path)) if path.is_file() else None
