"""Leads gathered by place and time: what several people seem to tell of one danger, whatever order it came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from feeds.status import Status
from geo.heard.book import MARKS
from geo.heard.lead import Lead

RECENT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Leads of one hazard and place with no longer silence than the gap between them, the oldest first."""

    status: Status
    hazard: str
    place: str
    leads: tuple[Lead, ...]

    @property
    def first(self) -> datetime:
        return self.leads[0].at

    @property
    def last(self) -> datetime:
        return self.leads[-1].at

    @property
    def newest(self) -> int:
        """The highest number among them: what somebody who looked now has seen."""
        return max(one.number for one in self.leads)

    @property
    def people(self) -> int:
        """How many different people at least. Told apart within a day alone, so over midnight the busier day counts."""
        return _people(self.leads)

    @property
    def plain(self) -> int:
        """The same of leads that nothing makes doubtful."""
        return _people([one for one in self.leads if not one.marks])

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(sorted({word for one in self.leads for word in one.words}))

    @property
    def marks(self) -> tuple[tuple[str, int], ...]:
        """What makes how many of them doubtful."""
        counted = [(mark, sum(mark in one.marks for one in self.leads)) for mark in MARKS]
        return tuple((mark, count) for mark, count in counted if count)

    def rising(self, now: datetime) -> bool:
        """More people in the last quarter of an hour than in the one before, and two at least."""
        late = _people([one for one in self.leads if now - RECENT < one.at <= now])
        early = _people([one for one in self.leads if now - 2 * RECENT < one.at <= now - RECENT])
        return late >= 2 and late > early


def clusters(leads: Iterable[Lead], gap: timedelta) -> list[Cluster]:
    """Every lead stands in one cluster for each of its hazards; the newest cluster first."""
    together: defaultdict[tuple[Status, str, str], list[Lead]] = defaultdict(list)
    for lead in leads:
        for hazard in lead.hazards:
            together[lead.status, hazard, lead.place].append(lead)
    found = [
        Cluster(status=status, hazard=hazard, place=place, leads=tuple(part))
        for (status, hazard, place), some in together.items()
        for part in _parted(some, gap)
    ]
    return sorted(found, key=lambda one: (-one.last.timestamp(), -one.people, one.status, one.hazard, one.place))


def _parted(leads: list[Lead], gap: timedelta) -> Iterable[Sequence[Lead]]:
    part: list[Lead] = []
    for lead in sorted(leads, key=lambda one: (one.at, one.provider, one.post)):
        if part and lead.at - part[-1].at > gap:
            yield part
            part = []
        part.append(lead)
    if part:
        yield part


def _people(leads: Iterable[Lead]) -> int:
    of_days: defaultdict[date, set[str]] = defaultdict(set)
    for lead in leads:
        of_days[lead.day].add(lead.person)
    return max((len(people) for people in of_days.values()), default=0)
