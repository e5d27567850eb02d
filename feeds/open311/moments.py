"""Times of GeoReport: W3C's, always with their zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from feeds.japan import JAPAN

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})")


def moment(text: str) -> datetime:
    """The instant, in UTC. Raises ValueError with the cure; a ``+`` that a form turned into a blank is taken back."""
    told = re.sub(r" (?=\d{2}:?\d{2}$)", "+", text.strip()) if "T" in text.upper() else text.strip()
    if not _FORM.fullmatch(told):
        raise ValueError(f"{text[:40]!r} is no time with a zone; write 2026-01-15T06:30:00+09:00 or …T21:30:00Z")
    try:
        return datetime.fromisoformat(told.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is no day or hour that there is") from None


def said(at: datetime) -> str:
    """As residents' applications read it: to the second, in Japanese time."""
    return at.astimezone(JAPAN).isoformat("T", "seconds")
