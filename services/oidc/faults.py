"""Why somebody did not come in by the city's login: for the page in words, for the chronology in one."""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """What went wrong, and on whose side."""

    UNREACHABLE = "unreachable"  # cut off, down, too slow
    ODD = "odd"  # it answers, and not as it should
    REFUSED = "refused"  # it did not let the person in
    UNTRUSTED = "untrusted"  # its word does not hold: signature, issuer, audience, nonce, time
    STALE = "stale"  # not begun here, or too long ago
    NO_ROLE = "no_role"
    NO_NAME = "no_name"
    TAKEN = "taken"  # an account of ours has the name
    CLOSED = "closed"  # revoked here


class OidcError(Exception):
    """``detail`` is for the log: it holds no token, code or secret."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else str(why))
        self.why, self.detail = why, detail
