"""A broker of the city's own, as far as its configuration needs to know: where it listens and where its files lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Files in PEM, by the paths at which the *broker* sees them."""

    ca: Path
    certificate: Path
    key: Path

    @classmethod
    def under(cls, folder: Path) -> Tls:
        """The usual names in one folder."""
        return cls(ca=folder / "ca.pem", certificate=folder / "server.pem", key=folder / "server.key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """``folder`` holds what is exported, ``state`` what the broker keeps; both as the broker sees them."""

    folder: Path
    state: Path
    tls: Tls
    host: str = "0.0.0.0"  # noqa: S104 - gateways in the field have to reach it; TLS and rights guard it
    port: int = 8883
    certificates: bool = False  # clients show a certificate instead of a password
