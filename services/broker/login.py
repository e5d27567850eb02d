"""Where to connect and as whom, and why it did not work."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

COMMON_ID = "shirase-hub"  # the client id of a hub that was given none: everybody knows it


class LinkError(Exception):
    """The connection could not be made or has ended; the text says why."""


class UnreachableError(LinkError):
    """Nobody listens there, or no way leads there."""


class DeniedError(LinkError):
    """The broker answered and does not let us in: wrong user, password or client id."""


class UntrustedError(LinkError):
    """No TLS connection comes about: another certificate, another name, another authority than we were told of."""

    def __init__(self, where: str, error: Exception) -> None:
        cure = "see [broker] host, ca and certificate"
        super().__init__(f"{where}: no TLS connection comes about, {cure} ({error})")


class ForbiddenError(Exception):
    """MQTT 5 only: the broker refuses a publication for want of rights; sending it again would not help."""


class Protocol(StrEnum):
    """The versions of MQTT that brokers speak; nats-server knows the older one only."""

    V311 = "3.1.1"
    V5 = "5"


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
    protocol: Protocol = Protocol.V311
    ca: Path | None = None  # certificates to trust; with it the connection is TLS
    certificate: Path | None = None  # our own, where the broker wants to see one
    key: Path | None = None  # to it, where it is not in the same file
    others: tuple[tuple[str, int], ...] = ()  # further nodes of the same cluster, host and port

    def turn(self, number: int) -> Login:
        """The login at the node whose turn it is: the first at attempt 1, then the others, and again from the first."""
        places = ((self.host, self.port), *self.others)
        host, port = places[(number - 1) % len(places)]
        return replace(self, host=host, port=port)
