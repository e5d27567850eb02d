"""Quiet hours: what can wait for the morning waits, and what cannot is said without waking anybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from feeds.japan import JAPAN

MAY_BE_QUIET = ("Minor", "Moderate", "Unknown")  # severities; what is graver is said as it comes
NEVER_FROM = 3  # nor any hazard of this level, nor any 警戒レベル


class Manner(StrEnum):
    """What becomes of an alert at night."""

    WAIT = "wait"  # said in the morning, if it still holds
    SOUNDLESS = "soundless"  # said at once; phones make no sound where a channel can be asked for that
    SPEAK = "speak"  # said as by day


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From ``start`` (inclusive) to ``end`` (exclusive), Japanese time; may pass midnight."""

    start: time
    end: time
    wait: frozenset[str] = frozenset()  # severities
    soundless: frozenset[str] = frozenset()

    def holds(self, now: datetime) -> bool:
        return self.includes(now.astimezone(JAPAN).time())

    def includes(self, clock: time) -> bool:
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def over(self, now: datetime) -> datetime:
        """The next time at which they end."""
        return next_time(now, (self.end,))

    def manner(self, severity: str) -> Manner:
        if severity in self.wait:
            return Manner.WAIT
        return Manner.SOUNDLESS if severity in self.soundless else Manner.SPEAK

    def always(self, manner: Manner) -> QuietHours:
        """The same hours for a rule that says itself what it does in them."""
        every = frozenset(MAY_BE_QUIET)
        return replace(
            self,
            wait=every if manner is Manner.WAIT else frozenset(),
            soundless=every if manner is Manner.SOUNDLESS else frozenset(),
        )


def next_time(now: datetime, clocks: tuple[time, ...]) -> datetime:
    """The first of these times of day, Japanese time, after ``now``."""
    local = now.astimezone(JAPAN)
    days = (local.date(), local.date() + timedelta(days=1))
    return min(at for day in days for clock in clocks if (at := datetime.combine(day, clock, JAPAN)) > now)


def last_time(now: datetime, clocks: tuple[time, ...]) -> datetime:
    """The last of these times of day, Japanese time, that is not after ``now``."""
    local = now.astimezone(JAPAN)
    days = (local.date(), local.date() - timedelta(days=1))
    return max(at for day in days for clock in clocks if (at := datetime.combine(day, clock, JAPAN)) <= now)
