"""Time. The hub has two clocks, and never mixes them.

*Hub time* says when things in the city are true: readings, hazards, expiry. In an exercise it may run fast.
*Wall time* says when computers do things: leases, back-off, sessions, certificates. It never runs fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


def wall() -> datetime:
    """Wall time, UTC."""
    return datetime.now(UTC)


class Clock:
    """Hub time is wall time."""

    @property
    def hurried(self) -> bool:
        """True while hub time runs faster than wall time."""
        return False

    def now(self) -> datetime:
        """Hub time, UTC."""
        return wall()


@dataclass(frozen=True, slots=True)
class CatchUpClock(Clock):
    """Starts in the past, runs ``speed`` times as fast, and is wall time for ever once it has caught up.

    So an exercise can show half a day in two minutes, and yet nothing in the store ever lies in the future: a draft
    that waits when the play is over waits in real time.
    """

    start: datetime
    speed: float
    began: datetime = field(default_factory=wall)

    @property
    def hurried(self) -> bool:
        return self.now() < wall() - timedelta(seconds=1)

    def now(self) -> datetime:
        present = wall()
        return min(present, self.start + (present - self.began) * self.speed)

    def real_seconds_until(self, at: datetime) -> float:
        """Wall seconds from now until hub time reaches ``at``."""
        hurrying = self.began + (at - self.start) / self.speed
        return max(0.0, (max(hurrying, at) - wall()).total_seconds())
