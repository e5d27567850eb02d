"""A refusal: what somebody has to mend before it can be decoded."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Control characters, those that turn the direction of text round, and halves of surrogate pairs.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_AT_MOST = {"message": 800, "at": 256}  # characters: an escape is four times as long as what it stands for


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """What could not be decoded: why, where in the bytes, and how to mend it. The bytes themselves are kept apart.

    ``message`` and ``at`` may quote strangers: what nobody can see or store in them stands as an escape.
    """

    code: str  # bad_json, no_time, topic_mismatch, …
    message: str
    at: str  # "line 12" | "/path/to/element" | "byte 40"
    member: str = ""  # the part of a batch, as JSON text, where only a part is refused

    def __post_init__(self) -> None:
        for name, most in _AT_MOST.items():
            object.__setattr__(self, name, _UNSEEN.sub(_escape, getattr(self, name))[:most])


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
