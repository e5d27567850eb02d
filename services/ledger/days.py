"""Days as people ask for them, on the command line and over the web alike."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

FIRST, LAST = 2000, 2199  # years; beyond, adding a zone or a span would leave the calendar
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


def day_of(text: str) -> date:
    """A day. Raises ValueError with the cure."""
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:20]!r} is no day; write 2026-12-08") from None
    if not FIRST <= day.year <= LAST:
        raise ValueError(f"{text[:20]!r} is not between the years {FIRST} and {LAST}")
    return day


def month_of(text: str) -> tuple[date, date]:
    """The first and the last day of a month. Raises ValueError with the cure."""
    try:
        if not _MONTH.fullmatch(text):
            raise ValueError
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ValueError(f"{text[:20]!r} is no month; write 2026-12") from None
    day_of(first.isoformat())
    return first, first.replace(day=monthrange(first.year, first.month)[1])
