"""Recovery codes: for the night on which the phone is lost. Each works once; the store knows their hashes only.

74 bits each, so a plain hash is enough: nobody tries them all. They need no key of the hub, and still open the door
when that key is lost.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

MANY = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread on paper
_GROUPS, _LENGTH = 3, 5


def new_codes() -> list[str]:
    """As they are shown, once: three groups of five letters."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(_GROUPS))
            for _ in range(MANY)]  # fmt: skip


def plain(typed: str) -> str:
    """What people typed, as it is compared: full-width letters, blanks and hyphens do not matter."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", typed).casefold() if letter.isalnum())


def digest(code: str, person: str) -> str:
    """By what a code of this person is found."""
    return hashlib.sha256(f"{person}\n{plain(code)}".encode()).hexdigest()
