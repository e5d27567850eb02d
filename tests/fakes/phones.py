"""Where staff are called in tests: a real SMTP server and a chat that takes JSON, both on this machine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.fakes.served import Served


@dataclass(frozen=True, slots=True)
class Mail:
    """One that arrived."""

    to: tuple[str, ...]
    subject: str
    body: str


@dataclass
class FakeMail:
    """An SMTP server without TLS or passwords. ``refuse`` turns everything away; ``hang`` takes it and says nothing."""

    port: int = 0
    inbox: list[Mail] = field(default_factory=list)
    refuse: bool = False
    hang: asyncio.Event | None = None
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.hang:
            await self.hang.wait()
        if self.refuse:
            return "554 no"
        assert isinstance(envelope.content, bytes)
        whole = message_from_bytes(envelope.content)
        text = next(part for part in whole.walk() if part.get_content_type() == "text/plain")
        body = text.get_payload(decode=True)
        assert isinstance(body, bytes)
        subject = str(make_header(decode_header(whole["Subject"])))
        self.inbox.append(Mail(tuple(envelope.rcpt_tos), subject, body.decode()))
        return "250 OK"


class FakeChat(Served):
    """What stands behind an address of the kind ``json://``."""

    def __init__(self) -> None:
        super().__init__()
        self.inbox: list[dict[str, Any]] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/{room}", self._take)]

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    async def _take(self, request: web.Request) -> web.Response:
        self.inbox.append(await request.json())
        return web.json_response({})
