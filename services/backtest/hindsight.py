"""What really happened: the same models at hindsight, as if every record had come the moment it was true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feeds.status import Status
from geo.hazard import Hazard
from geo.verification.promises import place
from geo.verification.stories import APART
from rules.situation import Situation
from services.backtest.definitions import Definition
from services.backtest.sight import Period, Sight


@dataclass(slots=True, kw_only=True)
class Occurrence:
    """One event at one place: a gauge, a report, or an area."""

    of: Definition
    kind: str
    place: str
    model: str
    began: datetime
    last_seen: datetime
    under_way: bool  # it had begun before the first look
    level: int
    headline: str  # at its highest
    areas: dict[str, str] = field(default_factory=dict)  # code → name
    ended: bool = False

    def see(self, hazard: Hazard, now: datetime) -> None:
        """It goes on, perhaps higher or wider."""
        self.last_seen = now
        self.areas.setdefault(hazard.area, hazard.area_name)
        if hazard.level > self.level:
            self.level, self.headline = hazard.level, hazard.headline


class Hindsight:
    """Looks over the period and keeps what happened. A second one within twelve hours is the same event."""

    def __init__(self, definitions: Sequence[Definition], status: Status) -> None:
        self._definitions, self._status = definitions, status
        self._open: dict[tuple[str, str, str], Occurrence] = {}
        self.found: list[Occurrence] = []
        self._last: datetime | None = None

    async def look(self, sight: Sight, period: Period) -> None:
        """See the whole period. ``sight`` is one of hindsight."""
        now = period.start
        while now <= period.end:
            await sight.look(now)
            self.see(now, sight.picture)
            now = await sight.next_look(now)

    def see(self, now: datetime, picture: Mapping[str, Hazard]) -> None:
        """What the picture shows of every definition."""
        situation = Situation(now=now, status=self._status, hazards=tuple(picture.values()))
        for one, hazard in self._events(situation):
            key = (one.id, hazard.kind, place(hazard.area, hazard.source))
            known = self._open.get(key)
            if known is None or now - known.last_seen > APART:
                known = self._open[key] = self._began(one, hazard, now)
                self.found.append(known)
            known.see(hazard, now)
        for known in self._open.values():
            known.ended = known.last_seen < now
        self._last = now

    def _events(self, situation: Situation) -> Iterator[tuple[Definition, Hazard]]:
        for one in self._definitions:
            for hazard in situation.hazards:
                if hazard.valid_until > situation.now and one.holds(hazard, situation):
                    yield one, hazard

    def _began(self, of: Definition, hazard: Hazard, now: datetime) -> Occurrence:
        """Since when its level has stood, where that is since the last look; what only facts tell of, now."""
        fresh = self._last is None or hazard.since > self._last
        return Occurrence(
            of=of,
            kind=hazard.kind,
            place=place(hazard.area, hazard.source),
            model=hazard.model,
            began=hazard.since if fresh else now,
            last_seen=now,
            under_way=self._last is None,
            level=hazard.level,
            headline=hazard.headline,
        )
