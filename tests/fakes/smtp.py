"""A mail server on this machine that takes mail, refuses as ordered, and remembers what it took."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Order:
    """How one thing goes wrong: the reply at ``mail``, ``rcpt`` or ``data``; or the line is cut after the text."""

    at: str = "data"
    reply: str = ""
    stored: bool = False
    cut: bool = False


@dataclass
class FakeSmtp:
    """``boxes``: address → Message-ID → the mail; a mail that comes twice stands there once. Set before the start."""

    user: str = "hub"
    password: str = "a password of the mail server"
    tls: ssl.SSLContext | None = None
    login_needed: bool = False
    implicit: bool = False
    delay_s: float = 0.0
    host: str = "127.0.0.1"
    port: int = 0
    boxes: dict[str, dict[str, EmailMessage]] = field(default_factory=dict)
    taken: list[tuple[str, str]] = field(default_factory=list)  # (address, Message-ID), doubles too
    raw: list[bytes] = field(default_factory=list)
    connections: int = 0
    refused: dict[str, str] = field(default_factory=dict)  # address → the reply to RCPT
    on_mail: Callable[[], None] = lambda: None
    _orders: deque[Order] = field(default_factory=deque)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()

        def make() -> SMTP:
            with warnings.catch_warnings():  # that a login without TLS is unwise; here it stays on this machine
                warnings.simplefilter("ignore")
                return SMTP(
                    self,
                    loop=loop,
                    hostname="fake.example",
                    tls_context=None if self.implicit else self.tls,
                    require_starttls=self.tls is not None and not self.implicit,
                    auth_required=self.login_needed,
                    auth_require_tls=self.tls is not None and not self.implicit,
                    authenticator=self._authenticate if self.login_needed else None,
                )

        self._server = await loop.create_server(make, self.host, self.port, ssl=self.tls if self.implicit else None)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def order(self, *orders: Order) -> None:
        """The next mails go like this."""
        self._orders.extend(orders)

    def lose_next(self) -> None:
        """The next mail is taken, and the line cut before the reply."""
        self.order(Order(stored=True, cut=True))

    @property
    def mails(self) -> list[EmailMessage]:
        """Every mail once."""
        return [one for box in self.boxes.values() for one in box.values()]

    def box(self, address: str) -> list[EmailMessage]:
        return list(self.boxes.get(address, {}).values())

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self._reply("mail"):
            return reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self._reply("rcpt") or self.refused.get(address, ""):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.delay_s)
        order = self._orders.popleft() if self._orders and self._orders[0].at == "data" else None
        if order is None or order.stored:
            self._store(envelope)
        self.on_mail()
        if order and order.cut:
            server.transport.abort()
        return order.reply if order and order.reply else "250 2.0.0 taken"

    def _store(self, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.raw.append(envelope.content)
        for address in envelope.rcpt_tos:
            self.taken.append((address, message["Message-ID"]))
            self.boxes.setdefault(address, {})[message["Message-ID"]] = message

    def _reply(self, at: str) -> str:
        return self._orders.popleft().reply if self._orders and self._orders[0].at == at else ""

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and data == LoginPassword(self.user.encode(), self.password.encode())
        return AuthResult(success=good, handled=False)
