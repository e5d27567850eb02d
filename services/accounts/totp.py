"""Codes of authenticator apps: TOTP of RFC 6238 with six digits, SHA-1 and 30 seconds, which is what every app speaks.

The arithmetic is that of ``cryptography``; here is only which steps count. A code says which step it belongs to, so
that whoever keeps the last one refuses it the second time.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

STEP = 30  # seconds
DIGITS = 6
DRIFT = 1  # steps before and after, for clocks that go wrong and people who type slowly
_BYTES = 20  # of a secret, as RFC 4226 recommends


def new_secret() -> str:
    """160 bits in base32: an app takes it by the picture, a person can type it."""
    return base64.b32encode(secrets.token_bytes(_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one step, counted from 1970."""
    return HOTP(base64.b32decode(secret), DIGITS, SHA1()).generate(step).decode()  # noqa: S303 - as RFC 6238 has it


def step_at(now: datetime) -> int:
    """Which step it is. ``now`` is wall time: phones know no other."""
    return int(now.timestamp()) // STEP


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The latest step near ``now`` whose code this is; None where it is none. Takes the same time for each."""
    here = step_at(now)
    near = [step for step in range(here - DRIFT, here + DRIFT + 1) if step >= 0]
    fits = [step for step in near if hmac.compare_digest(code_at(secret, step).encode(), code.encode())]
    return max(fits, default=None)


def address(secret: str, person: str, city: str) -> str:
    """What the picture says to the app: an ``otpauth:`` address in the form that all of them read."""
    told = urlencode({"secret": secret, "issuer": city}, quote_via=quote)
    return f"otpauth://totp/{quote(city, safe='')}:{quote(person, safe='')}?{told}"
