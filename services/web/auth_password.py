"""Passwords: made by us, hashed with argon2id, compared in constant time."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_TURNS = asyncio.Semaphore(2)  # each hash takes 64 MiB: a burst of logins must not take the machine
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread on paper
# Compared against where there is no account, so that it takes as long: of a password that nobody has kept.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$ikrOXvsBivyHic+6/clv5A$piE2+xizQDv+k3ol7+UMBGPJOWg+3voMiskxK7xX5gs"


def new_password() -> str:
    """Four groups of five letters, 99 bits: can be read out over the telephone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


async def matches(stored: str | None, password: str) -> bool:
    """True where the password fits the stored hash; takes the same time where there is none."""
    async with _TURNS:
        fits = await asyncio.to_thread(_verify, stored or _NOBODY, password)
    return fits and bool(stored)


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
