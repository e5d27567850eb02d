"""Times as tables write them: 2026/3/5 1:00 beside ISO 8601, with an offset or without."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

# The year stands first: of 3/5/2026 nobody can say whether it is March or May.
_TABLE = re.compile(
    r"(?P<year>\d{4})\s*(?:(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"|年\s*(?P<tsuki>\d{1,2})月\s*(?P<hi>\d{1,2})日)"
    r"(?:\([月火水木金土日]\))?"
    r"(?:[T\s]*(?<=[T\s日)])(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.0+)?)?"
    r"|時(?:(?P<fun>\d{1,2})分(?:(?P<byo>\d{1,2})秒)?)?))?"
    r"\s*(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?"
)


def as_written(text: str) -> datetime:
    """The time in a cell, aware only where an offset stands there; 24:00 is the midnight that follows.

    Raises ValueError where it is none, or is not on the calendar.
    """
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        found = _TABLE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a time")
    year, month, day = (int(found[name] or found[other]) for name, other in _DATE)
    hour, minute, second = (int(found[name] or found[other] or 0) for name, other in _CLOCK)
    midnight = (hour, minute, second) == (24, 0, 0)
    offset = (found["offset"] or "").upper()
    clock = f"{0 if midnight else hour:02d}:{minute:02d}:{second:02d}{offset}"
    return datetime.fromisoformat(f"{year:04d}-{month:02d}-{day:02d}T{clock}") + timedelta(days=midnight)


_DATE = (("year", "year"), ("month", "tsuki"), ("day", "hi"))
_CLOCK = (("hour", "hour"), ("minute", "fun"), ("second", "byo"))
