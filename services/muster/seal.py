"""What of staff is sealed: names, telephones, addresses, answers. Each sealed thing says which key opens it."""

from __future__ import annotations

from services.keyring import Keyring, Sealed

_ID = 8  # characters: how long a keyring's ids are


class Seal:
    """A keyring whose sealed things are one column each."""

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring

    def close(self, whose: str, text: str) -> bytes:
        """Bound to ``whose``: a row that was copied to another's place does not open there."""
        sealed = self._ring.close(whose, text)
        return sealed.key.encode() + sealed.data

    def open(self, whose: str, whole: bytes) -> str:
        """Raises KeyringError, which names the id of the key that is missing."""
        return self._ring.open(whose, Sealed(whole[:_ID].decode("ascii", "replace"), whole[_ID:]))

    def lookup(self, address: str) -> str:
        """By what an address is known without being readable."""
        return self._ring.lookup("address", address)
