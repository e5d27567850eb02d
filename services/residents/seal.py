"""How residents' addresses are kept: sealed, found again by a keyed hash, and named to the outside by signed tokens.

One secret, three keys derived from it (HKDF-SHA256). Whoever has a copy of the store, but not the secret, learns no
address and can make no link that works.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

MINE_HOLDS = timedelta(days=91)
_NONCE = 12  # bytes, as AES-GCM wants it
_LEAST = 32  # characters of the secret
_TOKEN = re.compile(r"([A-Za-z0-9_-]{16})\.([0-9a-z]{1,10})\.([A-Za-z0-9_-]{22})")


class SealError(ValueError):
    """A secret that is none, or a sealed address of another secret; the text says what to do."""


class Purpose(StrEnum):
    """What a link is for. A token of one purpose serves no other."""

    CONFIRM = "confirm"
    MINE = "mine"  # see and change one's wishes
    LEAVE = "leave"


class Seal:
    """Everything that the secret is needed for."""

    def __init__(self, secret: SecretStr) -> None:
        """Raises SealError for a secret too short to protect anything."""
        told = secret.get_secret_value().strip().encode()
        if len(told) < _LEAST:
            raise SealError(f"key has {len(told)} characters, fewer than {_LEAST}; `shirase secrets subscriptions`")
        self._box = AESGCM(_derived(told, b"address"))
        self._lookup, self._sign = _derived(told, b"lookup"), _derived(told, b"token")

    def close(self, uid: str, address: str) -> bytes:
        """The address sealed, bound to the subscriber it belongs to."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._box.encrypt(nonce, address.encode(), uid.encode())

    def open(self, uid: str, sealed: bytes) -> str:
        """The address again. Raises SealError."""
        try:
            return self._box.decrypt(sealed[:_NONCE], sealed[_NONCE:], uid.encode()).decode()
        except InvalidTag:
            raise SealError("an address was sealed with another key; put the old [subscriptions] key back") from None

    def lookup(self, address: str) -> str:
        """By what an address is found without being readable: HMAC-SHA256, hexadecimal."""
        return hmac.new(self._lookup, address.encode(), hashlib.sha256).hexdigest()

    def token(self, purpose: Purpose, uid: str, until: datetime | None = None, about: str = "") -> str:
        """A name of the subscriber for one purpose, for ever without ``until``: to leave. ``about``: what it is for."""
        ends = _base36(int(until.timestamp())) if until else "0"
        return f"{uid}.{ends}.{self._mac(purpose, uid, ends, about)}"

    def mine(self, uid: str, now: datetime) -> str:
        """The token of the link to one's own wishes. Each mail brings one that holds three months from its day on."""
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.token(Purpose.MINE, uid, day + MINE_HOLDS)

    def holder(self, token: str) -> str:
        """Whose the token says it is, still unproven; empty where it is none."""
        found = _TOKEN.fullmatch(token)
        return found[1] if found else ""

    def proves(self, token: str, purpose: Purpose, now: datetime, about: str = "") -> bool:
        """True for a token of ours, for this purpose, that has not run out. ``now`` is wall time."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            return False
        uid, ends, mac = found.groups()
        if not hmac.compare_digest(mac, self._mac(purpose, uid, ends, about)):
            return False
        if ends == "0":
            return purpose is Purpose.LEAVE  # nobody shall be kept from leaving by an old mail
        return now < datetime.fromtimestamp(int(ends, 36), UTC)

    def _mac(self, purpose: Purpose, uid: str, ends: str, about: str) -> str:
        told = "\n".join([purpose.value, uid, ends, about])
        mac = hmac.new(self._sign, told.encode(), hashlib.sha256).digest()[:16]
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def new_uid() -> str:
    """A name for a subscriber that says nothing about the person: 16 characters."""
    return secrets.token_urlsafe(12)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"shirase subscriptions " + purpose).derive(secret)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"
