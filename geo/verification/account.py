"""How the models did over some days: counted warnings, scored river levels, always beside the baselines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from geo.river.skill import Skill
from geo.verification.stories import Verdict
from geo.verification.tally import LEVEL, Tally
from geo.verification.teller import Told

FEW = 10  # judged cases below which no share means anything
LEAD_BINS = (0.0, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0)  # hours: where each bin of the lead times begins; the last is open


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Warnings and events of one model and level, at one place or (``place`` empty) at all of them."""

    model: str
    kind: str
    level: int
    place: str = ""
    hits: int = 0
    misses: int = 0
    false_alarms: int = 0
    unknown: Mapping[str, int] = field(default_factory=dict)  # by why
    open: int = 0  # warnings that nobody can judge yet
    leads: tuple[float, ...] = ()  # hours, of the hits, ascending

    @property
    def events(self) -> int:
        return self.hits + self.misses

    @property
    def few(self) -> bool:
        """Too few to judge the model by."""
        return self.events + self.false_alarms < FEW

    @property
    def mean_lead(self) -> float | None:
        """Hours from the warning to the event, of the hits."""
        return sum(self.leads) / len(self.leads) if self.leads else None

    def model_skill(self) -> Skill:
        """POD, FAR and CSI of the warnings."""
        return _counted(self.hits, self.events, self.false_alarms)

    def persistence(self) -> Skill:
        """Of saying that all stays as it is: no beginning is ever foretold."""
        return _counted(0, self.events, 0)


def warned(stories: Iterable[Told]) -> list[Warned]:
    """For each model and level first all places together, then one by one."""
    found: dict[tuple[str, str, int, str], list[Told]] = {}
    for one in stories:
        thread = one.thread
        for place in ("", thread.place):
            found.setdefault((thread.model, thread.kind, thread.level, place), []).append(one)
    return [_warned(key, found[key]) for key in sorted(found)]


def _warned(key: tuple[str, str, int, str], some: Sequence[Told]) -> Warned:
    model, kind, level, place = key
    verdicts = [one.story.verdict for one in some]
    unknown: dict[str, int] = {}
    for one in some:
        if one.story.verdict is Verdict.UNKNOWN:
            unknown[one.story.why] = unknown.get(one.story.why, 0) + 1
    return Warned(
        model=model,
        kind=kind,
        level=level,
        place=place,
        hits=verdicts.count(Verdict.HIT),
        misses=verdicts.count(Verdict.MISS),
        false_alarms=verdicts.count(Verdict.FALSE),
        unknown=unknown,
        open=verdicts.count(Verdict.OPEN),
        leads=tuple(sorted(one.story.lead / timedelta(hours=1) for one in some if one.story.lead)),
    )


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Part:
    """Whose sums: of outlooks made by ``method`` for one gauge, lead and threshold (LEVEL: the level itself)."""

    method: str
    station: str
    lead: int  # hours
    threshold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Outlooks of one lead, of one gauge or (``station`` empty) of all, by one method or (empty) by any."""

    lead: int
    tally: Tally
    station: str = ""
    method: str = ""

    @property
    def few(self) -> bool:
        """Too few events to judge the outlooks by."""
        return self.tally.events < FEW

    @property
    def few_levels(self) -> bool:
        """Too few levels on the move to judge the range by."""
        return self.tally.levels < FEW


def scored(tallies: Mapping[Part, Tally]) -> list[Scored]:
    """All outlooks together, then method by method, then gauge by gauge, each by lead; thresholds taken together."""
    found: dict[tuple[str, str, int], Tally] = {}
    for part, tally in tallies.items():
        # What is unknown is counted in thresholds, as forecasts are: the level's own would count it again.
        told = replace(tally, unknown=0) if part.threshold == LEVEL else tally
        for station, method in (("", ""), ("", part.method), (part.station, "")):
            key = station, method, part.lead
            found[key] = found.get(key, Tally()) + told
    return [
        Scored(lead=lead, tally=found[station, method, lead], station=station, method=method)
        for station, method, lead in sorted(found)
    ]


def lead_histogram(leads: Iterable[float]) -> list[int]:
    """How many lead times, in hours, fall into each of LEAD_BINS."""
    counts = [0] * len(LEAD_BINS)
    for lead in leads:
        counts[max(place for place, begin in enumerate(LEAD_BINS) if lead >= begin)] += 1
    return counts


def _counted(hits: int, events: int, false_alarms: int) -> Skill:
    tally = Tally(n=0, events=events, hits=hits, false_alarms=false_alarms)
    return tally.outlook()
