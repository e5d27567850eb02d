"""Where to connect and as whom, and why it did not work."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


class LinkError(Exception):
    """The connection could not be made or has ended; the text says why."""


class UnreachableError(LinkError):
    """Nobody listens there, or no way leads there."""


class DeniedError(LinkError):
    """The broker answered and does not let us in: wrong user, password or client id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Where to and as whom. A fixed ``client_id`` names the durable session at the broker."""

    host: str
    port: int
    client_id: str
    user: str = ""
    password: str = field(default="", repr=False)
    keepalive: int = 30  # seconds
    durable: bool = True
    ca: Path | None = None  # certificates to trust; with it the connection is TLS
