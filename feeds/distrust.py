"""A person's word that a sensor is not to be believed: since when, until when, why. Pure.

Its readings are kept, with a flag that keeps every hazard from resting on them. It ends by itself, so that nothing
stays blind because somebody forgot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds.flag import Flag
from feeds.quantities import QUANTITIES
from feeds.records import Reading
from feeds.status import Status

USUAL = timedelta(hours=12)  # a shift: the next one looks anew
LONGEST = timedelta(days=14)  # until somebody has driven there; longer than that is a matter for the register


class DistrustError(ValueError):
    """It cannot be set; the text says why, for the officer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distrust:
    """One series of one sensor, of one status: a drill's word leaves real values alone. Hub time, without ``ends``."""

    id: int = 0
    status: Status
    station: str
    quantity: str
    owner: str
    reason: str
    begins: datetime
    ends: datetime

    @property
    def subject(self) -> str:
        return f"{self.station}/{self.quantity}"

    def check(self) -> None:
        """Raises DistrustError for one without sensor, quantity or reason, or that lasts too long."""
        if not self.station or "/" in self.station or self.quantity not in QUANTITIES:
            raise DistrustError("どのセンサーのどの要素かを選んでください。 / Name a sensor and one of its quantities.")
        if not self.reason.strip():
            raise DistrustError("信用しない理由を書いてください。 / Say why it is not to be believed.")
        if not timedelta(0) < self.ends - self.begins <= LONGEST:
            raise DistrustError(f"一度に{LONGEST.days}日までです。 / At most {LONGEST.days} days at once.")

    def holds(self, now: datetime) -> bool:
        return self.begins <= now < self.ends

    def covers(self, reading: Reading) -> bool:
        """True for what the sensor measured while it was not believed, however late it comes."""
        return (reading.subject, reading.status) == (self.subject, self.status) and self.holds(reading.measured_at)


def doubted(reading: Reading, distrusts: Iterable[Distrust]) -> Reading:
    """The reading, flagged where one of these covers it."""
    if any(one.covers(reading) for one in distrusts):
        return replace(reading, flags=reading.flags | {Flag.DISTRUSTED})
    return reading
