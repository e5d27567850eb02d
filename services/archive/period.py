"""Days and months in Japan, as archives name them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from feeds.japan import JAPAN

ZONE = "Asia/Tokyo"  # as others name it
_DAY = timedelta(days=1)
_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A day (2026-11-20) or a month (2026-11). Made by :meth:`of`, :meth:`day` and :meth:`month`."""

    name: str

    @classmethod
    def of(cls, text: str) -> Period:
        """As it is written. Raises ValueError for anything that no calendar has."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text[:40]!r} is no day (2026-11-20) and no month (2026-11)")
        year, month, day = (int(part) if part else 1 for part in found.groups())
        if not 1900 < year < 9000:
            raise ValueError(f"{text}: a year out of the calendar")
        date(year, month, day)
        return cls(text)

    @classmethod
    def day(cls, day: date) -> Period:
        return cls(day.isoformat())

    @property
    def whole(self) -> bool:
        """True for a month."""
        return len(self.name) == len("2026-11")

    @property
    def month(self) -> Period:
        """The month that it is, or lies in."""
        return Period(self.name[:7])

    @property
    def first(self) -> date:
        return date.fromisoformat(f"{self.name}-01" if self.whole else self.name)

    @property
    def after(self) -> date:
        """The first day that is not in it."""
        return self.first + (_DAY * monthrange(self.first.year, self.first.month)[1] if self.whole else _DAY)

    @property
    def begins(self) -> datetime:
        return midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The first instant that is not in it."""
        return midnight(self.after)

    @property
    def days(self) -> Sequence[Period]:
        """Itself, or every day of the month."""
        return [Period.day(one) for one in between(self.first, self.after)]


def midnight(day: date) -> datetime:
    """When a day in Japan begins."""
    return datetime.combine(day, time(), JAPAN).astimezone(UTC)


def day_of(at: datetime) -> date:
    """The day in Japan on which an instant lies."""
    return at.astimezone(JAPAN).date()


def between(first: date, after: date) -> Iterator[date]:
    """Every day from ``first`` on, ``after`` left out."""
    while first < after:
        yield first
        first += _DAY
