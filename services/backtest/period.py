"""FROM and TO as people write them: dates or times, in Japan unless an offset says otherwise."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from feeds.instant import instant
from feeds.japan import JAPAN

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)")


def begin(text: str) -> datetime:
    """The moment in UTC; a date is its midnight. Raises ValueError with the cure."""
    return _moment(text, timedelta())


def end(text: str) -> datetime:
    """The moment in UTC; a date is the midnight that ends it. Raises ValueError with the cure."""
    return _moment(text, timedelta(days=1))


def local(moment: datetime) -> str:
    """ISO 8601 in Japan, whole seconds."""
    return moment.astimezone(JAPAN).isoformat(timespec="seconds")


def _moment(text: str, of_date: timedelta) -> datetime:
    text = text.strip()
    if _DATE.fullmatch(text):
        return (datetime.combine(date.fromisoformat(text), time(), JAPAN) + of_date).astimezone(UTC)
    if (found := _TIME.fullmatch(text)) is not None:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=JAPAN).astimezone(UTC)
    return instant(text)
