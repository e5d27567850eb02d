"""A winter decided over again: what a city's rule would have ordered of a record of depths, what that costs, and
on which mornings deep snow lay and nobody had been sent. Pure, so that two cities' rules can be held side by side.

Once an hour every section is decided about by :func:`rules.orders.decide.decide`; every proposal is ordered at once
and done so many hours later. It is a comparison of rules, not of plows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias

from feeds.japan import JAPAN
from feeds.status import Status
from geo.model import Ground, Inputs, Sample
from geo.sections import sections_of
from geo.snow.foretold import STANDS, Bulletin, Foretold, standing
from geo.snow.gauge import Counting, gauge_state
from rules.orders.decide import decide
from rules.orders.decision import Decision, Kind, Reason, Verdict
from rules.orders.picture import Told, pictures
from rules.orders.reading import in_force
from rules.orders.rules import OrderRules

Series: TypeAlias = Mapping[tuple[str, str], Sequence[Sample]]  # (station, quantity), ascending
_HOUR = timedelta(hours=1)
_AIR_H = 26  # of air temperature that the outlook looks at


class Morning(StrEnum):
    """What had been done about the deep snow of a morning."""

    MISS = "miss"  # nobody had been sent
    LATE = "late"  # a round was still under way
    AGAIN = "again"  # a round was done in the night, and it snowed on


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What is assumed of every city alike, so that only the rules differ."""

    round_h: float = 6.0  # from the order until the section is done
    deep_cm: float = 10.0  # so much unplowed new snow in the morning is deep
    by: time = time(7)  # local: when people leave their homes
    machine_km_h: float = 1.0  # of road, both directions and all of its width, by one machine
    yen_an_hour: int = 15_000  # of one machine with its crew
    counting: Counting = field(default_factory=lambda: Counting(over=timedelta(hours=24)))  # of the morning's snow


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One order of one section."""

    at: datetime
    section: str
    rule: str
    reason: Reason
    have_cm: float | None
    need_cm: float | None
    done_at: datetime
    machine_hours: float | None  # None: nobody knows how long the roads are


@dataclass(frozen=True, slots=True, kw_only=True)
class Deep:
    """A section on a morning of deep snow."""

    day: date
    section: str
    new_cm: float
    what: Morning


@dataclass(frozen=True, slots=True, kw_only=True)
class Winter:
    """What came of one city's rules."""

    rules: str  # their id
    given: tuple[Given, ...]
    deep: tuple[Deep, ...]
    section_hours: int  # decided about
    unknown_hours: int  # of these without a gauge that spoke

    def count(self, what: Morning) -> int:
        """How many such mornings of sections."""
        return sum(one.what is what for one in self.deep)

    @property
    def machine_hours(self) -> float:
        """Of all orders for roads whose length is known."""
        return round(sum(one.machine_hours or 0.0 for one in self.given), 1)

    @property
    def unmeasured(self) -> int:
        """Orders for roads of which nobody knows how long they are."""
        return sum(one.machine_hours is None for one in self.given)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The record and the city that rules are tried on. ``km``: section → route class → length of its roads."""

    series: Series
    ground: Ground
    km: Mapping[str, Mapping[int | None, float]] = field(default_factory=dict)
    forecasts: Sequence[tuple[datetime, Bulletin]] = ()  # with the hour each was known, ascending


@dataclass(slots=True)
class _Rounds:
    """What was ordered and done so far."""

    until: dict[tuple[str, str], datetime] = field(default_factory=dict)  # (section, rule) → when its round is done
    whole: dict[str, datetime] = field(default_factory=dict)  # section → its last round over all roads
    last: dict[str, datetime] = field(default_factory=dict)  # section → its last round over any

    def finished(self, now: datetime) -> dict[str, dict[str, datetime]]:
        """Section → rule → when its last round was done."""
        found: dict[str, dict[str, datetime]] = {}
        for (section, rule), done in self.until.items():
            if done <= now:
                found.setdefault(section, {})[rule] = done
        return found

    def under_way(self, section: str, now: datetime) -> bool:
        return any(one == section and done > now for (one, _), done in self.until.items())


def replay(
    world: World, versions: Sequence[OrderRules], span: tuple[datetime, datetime], practice: Practice | None = None
) -> Winter:
    """Decide every section at every full hour of ``span``. ``versions`` are those of one city."""
    practice = practice or Practice()
    rounds, given, deep = _Rounds(), list[Given](), list[Deep]()
    hours = unknown = 0
    for now in _hours(*span):
        rules = in_force(versions, now)
        for decision in _decided(world, rules, rounds, now) if rules else ():
            hours += 1
            unknown += not decision.picture.gauges
            given += [
                one for verdict in decision.proposals for one in _ordered(decision, verdict, rounds, world, practice)
            ]
        if now.astimezone(JAPAN).time() == practice.by:
            deep += _mornings(world, rounds, now, practice)
    return Winter(
        rules=versions[0].id, given=tuple(given), deep=tuple(deep), section_hours=hours, unknown_hours=unknown
    )


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    now = start.replace(minute=0, second=0, microsecond=0)
    while now <= end:
        if now >= start:
            yield now
        now += _HOUR


def _decided(world: World, rules: OrderRules | None, rounds: _Rounds, now: datetime) -> list[Decision]:
    assert rules is not None
    back = rules.counting.over + 2 * _HOUR
    inputs = Inputs(
        now=now,
        status=Status.ACTUAL,
        series=_until(world.series, now - back, now),
        season=_until(world.series, now - _AIR_H * _HOUR, now),
        passes={section: done for section, done in rounds.whole.items() if done <= now},
    )
    told = Told(finished=rounds.finished(now), foretold=_foretold(world.forecasts, now))
    return [decide(one, rules) for one in pictures(inputs, world.ground, rules, told)]


def _foretold(forecasts: Sequence[tuple[datetime, Bulletin]], now: datetime) -> list[Foretold]:
    """What stood at that hour, of what was known by then."""
    first = bisect_right(forecasts, now - STANDS, key=_known)
    last = bisect_right(forecasts, now, key=_known)
    return standing((one for _, one in forecasts[first:last]), now)


def _known(one: tuple[datetime, Bulletin]) -> datetime:
    return one[0]


def _until(series: Series, since: datetime, now: datetime) -> dict[tuple[str, str], Sequence[Sample]]:
    """Nothing that came after now is seen."""
    return {
        key: some[bisect_left(some, since, key=_at) : bisect_right(some, now, key=_at)] for key, some in series.items()
    }


def _at(sample: Sample) -> datetime:
    return sample.at


def _ordered(
    decision: Decision, verdict: Verdict, rounds: _Rounds, world: World, practice: Practice
) -> Iterator[Given]:
    """The order, unless the rule's last round is still under way. Extra orders need people's reports."""
    section, now = decision.picture.section, decision.picture.at
    key = (section, verdict.rule)
    if verdict.kind is not Kind.PLOW or rounds.until.get(key, now) > now:
        return
    done = now + timedelta(hours=practice.round_h)
    rounds.until[key] = rounds.last[section] = done
    if not verdict.classes:
        rounds.whole[section] = done
    lengths = world.km.get(section)
    km = sum(km for one, km in (lengths or {}).items() if not verdict.classes or one in verdict.classes)
    yield Given(
        at=now,
        section=section,
        rule=verdict.rule,
        reason=verdict.reason,
        have_cm=verdict.have_cm,
        need_cm=verdict.need_cm,
        done_at=done,
        machine_hours=round(km / practice.machine_km_h, 1) if lengths else None,
    )


def _mornings(world: World, rounds: _Rounds, now: datetime, practice: Practice) -> Iterator[Deep]:
    """Sections with deep new snow that no round has cleared, counted alike for every city's rules."""
    here = _until(world.series, now - practice.counting.over - 2 * _HOUR, now)
    worst: dict[str, float] = {}
    for code, station in world.ground.stations.items():
        samples = here.get((code, "snow_depth"), ())
        for area in sections_of(station, world.ground) if samples else ():
            done = rounds.last.get(area.code)
            state = gauge_state(samples, now, done if done and done <= now else None, practice.counting)
            if state is not None and state.lies(practice.counting.lying):
                worst[area.code] = max(worst.get(area.code, 0.0), state.new.cm)
    for section, cm in sorted(worst.items()):
        if cm >= practice.deep_cm:
            done = rounds.last.get(section)
            in_the_night = done is not None and done > now - practice.counting.over
            under_way = rounds.under_way(section, now)
            what = Morning.LATE if under_way else Morning.AGAIN if in_the_night else Morning.MISS
            yield Deep(day=now.astimezone(JAPAN).date(), section=section, new_cm=round(cm, 1), what=what)
