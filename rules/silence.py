"""A silence: an officer's word that something need not be told for a while. Pure: whether it covers a hazard.

What may kill is never silenced, and nothing that was issued is left without its update or its all-clear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import GRAVE
from rules.resting import on_one_alone

LONGEST = timedelta(hours=12)  # a shift: the next one decides anew


class SilenceError(ValueError):
    """It cannot be set; the text says why, for the officer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Covers hazards that match everything it names; empty means any. Times are hub time, ``ends`` exclusive."""

    id: int = 0
    status: Status
    rule: str = ""
    kind: str = ""
    area: str = ""
    sensor: str = ""  # what rests on this station alone
    owner: str
    reason: str
    begins: datetime
    ends: datetime

    def check(self) -> None:
        """Raises SilenceError for one that names nothing, says no reason, or lasts too long."""
        if not (self.rule or self.kind or self.area or self.sensor):
            raise SilenceError("規則・種別・区域・センサーのどれかを選んでください。すべてを止めることはできません")
        if not self.reason.strip():
            raise SilenceError("止める理由を書いてください")
        if not timedelta(0) < self.ends - self.begins <= LONGEST:
            hours = int(LONGEST.total_seconds() // 3600)
            raise SilenceError(f"止められるのは一度に{hours}時間までです")

    def holds(self, now: datetime) -> bool:
        return self.begins <= now < self.ends

    def covers(self, rule: str, hazard: Hazard, now: datetime, resting: Mapping[str, frozenset[str]]) -> bool:
        """True where the hazard shall not speak through the rule. Never for 警戒レベル４ and above.

        ``resting``: by hazard key what it rests on (:mod:`rules.resting`); asked for a silence of a sensor alone.
        """
        if hazard.alert_level and hazard.level >= GRAVE:
            return False
        wanted = ((self.rule, rule), (self.kind, hazard.kind), (self.area, hazard.area))
        fits = all(not named or named == found for named, found in wanted)
        fits = fits and (not self.sensor or on_one_alone(hazard, self.sensor, resting))
        return fits and self.status is hazard.status and self.holds(now)
