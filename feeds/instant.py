"""Times as the outside world writes them: ISO 8601 with an offset, or nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_SHAPE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?P<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_MIDNIGHT = re.compile(r"24:00(?::00(?:\.0+)?)?(?![0-9:.])")


def instant(text: str) -> datetime:
    """The moment in UTC. Raises ValueError, with the cure, where the text is no time or has no offset.

    A time without an offset is refused and never guessed: nine hours are the difference between now and history.
    24:00 is the midnight that follows, and a leap second (59:60) the second after 59:59.
    """
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a time; write it like 2026-01-15T06:10:00+09:00")
    if found["offset"] is None:
        raise ValueError(f"{text[:40]!r} has no offset; add +09:00 or Z")
    written, past = text.strip().upper(), timedelta()
    if _MIDNIGHT.match(written, 11):
        written, past = f"{written[:11]}00{written[13:]}", timedelta(days=1)
    elif written[14:19] == "59:60":
        written, past = f"{written[:17]}59{written[19:]}", timedelta(seconds=1)
    try:
        return datetime.fromisoformat(written).astimezone(UTC) + past
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:40]!r} is not on the calendar: {error}") from None


def iso_utc(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC with Z; microseconds only where there are some."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def since_1970(count: float | None, unit_s: float = 1.0) -> datetime | None:
    """The moment so many units after 1970, None where there is no count. ValueError where the calendar ends before."""
    if count is None:
        return None
    try:
        return datetime.fromtimestamp(count * unit_s, UTC)
    except (OverflowError, ValueError, OSError):
        raise ValueError(f"{count:g} is no time since 1970 that a calendar holds") from None
