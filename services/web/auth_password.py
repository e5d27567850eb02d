"""Passwords: made by us, hashed with argon2id, compared in constant time."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
# Each hash takes 64 MiB and most of a second: a burst of logins must not take the machine, nor one from many networks
# of the internet the turns of whoever sits in the house.
_TURNS, _STRANGERS = asyncio.Semaphore(2), asyncio.Semaphore(1)
_MOST_WAIT = 16  # strangers, for their one turn
_waiting: list[None] = []
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread on paper
# Compared against where there is no account, so that it takes as long: of a password that nobody has kept.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$ikrOXvsBivyHic+6/clv5A$piE2+xizQDv+k3ol7+UMBGPJOWg+3voMiskxK7xX5gs"


def new_password() -> str:
    """Four groups of five letters, 99 bits: can be read out over the telephone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


class CrowdError(Exception):
    """So many strangers wait for their turn that one more would wait for nothing."""


async def matches(stored: str | None, password: str, *, stranger: bool = False) -> bool:
    """True where the password fits the stored hash; takes the same time where there is none.

    ``stranger``: who asks is neither logged in nor in the house. Raises CrowdError for them alone.
    """
    if stranger and len(_waiting) >= _MOST_WAIT:
        raise CrowdError
    queue = _waiting if stranger else []
    queue.append(None)
    try:
        async with _STRANGERS if stranger else _TURNS:
            fits = await asyncio.to_thread(_verify, stored or _NOBODY, password)
    finally:
        queue.pop()
    return fits and bool(stored)


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
