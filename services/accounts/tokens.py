"""Tokens of programs: what they look like. The store knows their hash; the part that names one opens nothing."""

from __future__ import annotations

import hashlib
import re
import secrets

LONGEST_LABEL = 60  # characters: for which program it is
PREFIX = "shirase_"  # by which a scanner of repositories and logs knows a secret of ours
PATTERN = re.compile(PREFIX + r"([a-z2-9]{8})_[A-Za-z0-9_-]{43}")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_token() -> tuple[str, str]:
    """The name of a token, and the token itself: 256 bits, shown once."""
    name = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return name, f"{PREFIX}{name}_{secrets.token_urlsafe(32)}"


def is_label(text: str) -> bool:
    """Short, and nothing in it that turns or hides what stands beside it: it is shown in the record after a name."""
    return 1 <= len(text) <= LONGEST_LABEL and text.isprintable()


def name_of(token: str) -> str | None:
    """Which one it says it is; None for what is no token."""
    found = PATTERN.fullmatch(token)
    return None if found is None else found[1]


def digest(token: str) -> str:
    """What the store knows: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
