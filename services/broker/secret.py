"""Passwords of gateways: made here, shown once, kept only as the brokers want them hashed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import bcrypt

from services.broker import mosquitto

_ROUNDS = 10  # nats-server hashes at each CONNECT: after a broad outage all gateways come at once
_LONGEST = 72  # bytes; bcrypt ignores what follows


@dataclass(frozen=True, slots=True)
class Hashed:
    """One password in the two forms."""

    bcrypt: str = field(repr=False)  # nats-server
    pbkdf2: str = field(repr=False)  # Mosquitto


def new_password() -> str:
    """A password that nobody can guess and an installer can type: 24 letters and digits, - and _."""
    return secrets.token_urlsafe(18)


def hashed(password: str) -> Hashed:
    """Hash for both brokers. ValueError for one that is empty, too long, or not printable."""
    data = password.encode()
    if not 8 <= len(data) <= _LONGEST or not password.isprintable():
        raise ValueError(f"a gateway's password has 8 to {_LONGEST} bytes, none of them a control character")
    salt = bcrypt.gensalt(rounds=_ROUNDS, prefix=b"2a")
    return Hashed(bcrypt=bcrypt.hashpw(data, salt).decode(), pbkdf2=mosquitto.digest(password))
