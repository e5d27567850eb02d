"""WS-Security UsernameToken with PasswordDigest: who calls, shown without sending the password.

Digest = Base64(SHA-1(nonce ‖ created ‖ password)), OASIS UsernameToken Profile 1.1. SHA-1 is what it prescribes; the
line itself is TLS.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from feeds.instant import instant

MAX_AGE = timedelta(minutes=5)
_NONCES = 10_000  # remembered; the oldest are forgotten, and are stale by then
_DIGEST = "#PasswordDigest"


class TokenError(Exception):
    """The caller is not who it should be; the text is for the log, never for the caller."""


@dataclass(frozen=True, slots=True)
class _Token:
    username: str
    digest: bytes
    nonce: bytes
    created: str


class Tokens:
    """Checks tokens of one user. A nonce counts once while its token could still be fresh."""

    def __init__(self, username: str, password: str) -> None:
        self._username, self._password = username, password.encode()
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def check(self, envelope: etree._Element, now: datetime) -> None:
        """Raises TokenError where the SOAP header shows no fresh token of the user."""
        token = _read(envelope)
        expected = hashlib.sha1(token.nonce + token.created.encode() + self._password).digest()  # noqa: S324
        known = hmac.compare_digest(token.username.encode(), self._username.encode())
        if not hmac.compare_digest(token.digest, expected) or not known:
            raise TokenError("wrong user or password digest")
        try:
            age = now - instant(token.created)
        except ValueError as error:
            raise TokenError(f"Created: {error}") from None
        if abs(age) > MAX_AGE:
            raise TokenError(f"Created is {age} from our clock; check both clocks")
        if token.nonce in self._seen:
            raise TokenError("the nonce was used before")
        self._seen[token.nonce] = None
        while len(self._seen) > _NONCES:
            self._seen.popitem(last=False)


def _read(envelope: etree._Element) -> _Token:
    token = envelope.find("{*}Header/{*}Security/{*}UsernameToken")
    if token is None:
        raise TokenError("no UsernameToken in the header")
    password = token.find("{*}Password")
    if password is None or not str(password.get("Type", "")).endswith(_DIGEST):
        raise TokenError("the password is not a PasswordDigest")
    try:
        digest = base64.b64decode(password.text or "", validate=True)
        nonce = base64.b64decode(token.findtext("{*}Nonce") or "", validate=True)
    except (binascii.Error, ValueError):
        raise TokenError("digest or nonce are not Base64") from None
    if not 8 <= len(nonce) <= 128:
        raise TokenError("the nonce has to have 8 to 128 bytes")
    return _Token(
        (token.findtext("{*}Username") or "").strip(), digest, nonce, (token.findtext("{*}Created") or "").strip()
    )
