"""Sealing and opening what tells of a ward: everything leaves for the store through here."""

from __future__ import annotations

import json
import secrets
from typing import Any, TypeVar

from pydantic import ValidationError

from services.keyring import Keyring, KeyringError, Sealed
from services.store.codec import from_json, to_json, written

T = TypeVar("T")
_ID = 8  # characters of a key's id, in front of the sealed bytes


class Vault:
    """``whose`` binds a sealed thing to its row: copied to another's place it does not open."""

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring

    def close(self, whose: str, thing: object) -> bytes:
        """One of our frozen types, sealed."""
        return self.close_text(whose, written(to_json(thing)))

    def open(self, whose: str, kind: type[T], sealed: bytes) -> T:
        """The thing again. Raises KeyringError, which tells no word of it: pydantic's own error quotes what it read."""
        found: Any = json.loads(self.open_text(whose, sealed))
        try:
            return from_json(kind, found)
        except ValidationError as error:
            places = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False)[:3])
            raise KeyringError(
                f"written by another version of the hub: {kind.__name__} does not fit at {places}"
            ) from None

    def close_text(self, whose: str, text: str) -> bytes:
        one = self._ring.close(whose, text)
        return one.key.encode() + one.data

    def open_text(self, whose: str, sealed: bytes) -> str:
        whole = bytes(sealed)
        return self._ring.open(whose, Sealed(whole[:_ID].decode("ascii", "replace"), whole[_ID:]))

    def current(self, sealed: bytes) -> bool:
        """True where it is sealed under the key of today."""
        return bytes(sealed)[:_ID].decode("ascii", "replace") == self._ring.current


def new_uid() -> str:
    """A name for a ward that says nothing of them."""
    return f"w-{secrets.token_hex(5)}"
