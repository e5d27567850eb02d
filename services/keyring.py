"""Personal data sealed at rest, with a key that can be changed: current and former secrets, each with an id of its own.

Each secret gives three keys by HKDF-SHA256: one seals (AES-256-GCM, bound to whom or what it belongs to), one makes the
hash by which a thing is found without being readable, one makes the id that stands beside each sealed thing. So a row
says which secret opens it, and nothing else. ``use`` keeps one store of sealed things apart from every other.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

LEAST = 32  # characters of a secret
_NONCE = 12  # bytes, as AES-GCM wants it
_ID = 8  # hexadecimal digits


class KeyringError(ValueError):
    """A secret that is none, or a thing sealed under one that is not here; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """``key`` is the id of the secret that opens it."""

    key: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    box: AESGCM
    lookup: bytes


class Keyring:
    """What is sealed is sealed under the current secret; what was sealed under a former one can still be opened."""

    def __init__(self, use: str, current: SecretStr, former: Sequence[SecretStr] = ()) -> None:
        """Raises KeyringError for a secret too short to protect anything."""
        keys = [_key(use, one) for one in (current, *former)]
        self._current, self._keys = keys[0], {one.id: one for one in reversed(keys)}

    @property
    def current(self) -> str:
        """The id under which things are sealed now."""
        return self._current.id

    @property
    def ids(self) -> frozenset[str]:
        """Under which ids things can be opened."""
        return frozenset(self._keys)

    def close(self, whose: str, text: str) -> Sealed:
        """The text sealed, bound to ``whose``: a row that was copied to another's place does not open there."""
        nonce = secrets.token_bytes(_NONCE)
        return Sealed(self.current, nonce + self._current.box.encrypt(nonce, text.encode(), whose.encode()))

    def open(self, whose: str, sealed: Sealed) -> str:
        """The text again. Raises KeyringError, which names the id of the secret that is missing."""
        key = self._keys.get(sealed.key)
        if key is None:
            raise KeyringError(f"sealed under the key {sealed.key}, which is not here; put it back as a former key")
        try:
            return key.box.decrypt(sealed.data[:_NONCE], sealed.data[_NONCE:], whose.encode()).decode()
        except (InvalidTag, ValueError):
            raise KeyringError(f"sealed for another, or changed since (key {sealed.key})") from None

    def lookup(self, kind: str, value: str) -> str:
        """By what a value is found without being readable: HMAC-SHA256 under the current secret, hexadecimal."""
        return _mac(self._current, kind, value)

    def lookups(self, kind: str, value: str) -> list[str]:
        """The same under every secret: while keys change, both stand in the store."""
        return [_mac(one, kind, value) for one in self._keys.values()]


def _key(use: str, secret: SecretStr) -> _Key:
    told = secret.get_secret_value().strip().encode()
    if len(told) < LEAST:
        raise KeyringError(f"key has {len(told)} characters, fewer than {LEAST}; `shirase secrets {use}`")
    name = _derived(told, use, "id").hex()[:_ID]
    return _Key(name, AESGCM(_derived(told, use, "seal")), _derived(told, use, "lookup"))


def _derived(secret: bytes, use: str, purpose: str) -> bytes:
    info = f"shirase {use} {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


def _mac(key: _Key, kind: str, value: str) -> str:
    return hmac.new(key.lookup, f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()
