"""How many posts may be read from X now: so many an hour and a month, a part of it in hours of danger only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feeds.japan import JAPAN
from services.configuration.listening import XSearch

LEAST = 10  # X gives no smaller page
MOST = 100


@dataclass(frozen=True, slots=True)
class Room:
    """Reads that are left. ``why``: what keeps from more where there is not even a page; ``resumes``: until then."""

    reads: int
    why: str = ""
    resumes: datetime | None = None

    @property
    def page(self) -> int:
        """How many to ask for."""
        return min(self.reads, MOST)


def hour_of(at: datetime) -> datetime:
    """The hour in which reads of ``at`` are counted."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def month_of(at: datetime) -> datetime:
    """When the month began, in Japan."""
    local = at.astimezone(JAPAN)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def room(settings: XSearch, in_hour: int, in_month: int, at: datetime, *, urgent: bool) -> Room:
    """What is left at ``at``, given the reads that were counted in its hour and month."""
    a_month = settings.reads_a_month if urgent else int(settings.reads_a_month * (1 - settings.reserve))
    an_hour = settings.urgent_reads_an_hour if urgent else settings.reads_an_hour
    if a_month - in_month < LEAST:
        kept = "" if urgent else f"（残り{max(0, settings.reads_a_month - in_month)}件は危険なときのため）"
        next_month = month_of(month_of(at) + timedelta(days=32))
        return Room(0, f"今月の読み取り {in_month}／{a_month} 件を使い切りました{kept}", next_month)
    if an_hour - in_hour < LEAST:
        return Room(0, f"この1時間の読み取り {in_hour}／{an_hour} 件を使い切りました", hour_of(at) + timedelta(hours=1))
    return Room(min(a_month - in_month, an_hour - in_hour))
