"""How long streets wait: from the trigger of an order to the first pass, by class of route and by section.

A street that was not passed while it was looked at has waited longer than any other: leaving it out would make the
figures the better the more streets are forgotten. So a median may be unknown, and is told as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, inf

from geo.plow.coverage import PRACTICE, SNOW_WORK, CoverageConfig, united_m
from geo.plow.passes import Pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """What of a segment matters here."""

    id: str
    section: str
    route_class: int | None
    length_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A section was to be plowed from this time on, in seconds since 1970."""

    section: str
    at: float
    until: float  # streets are looked at until then
    classes: tuple[int, ...] = ()  # of routes; empty: all
    finish: float | None = None  # when the round should have been done


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One street after one trigger. ``seconds`` None: nobody came."""

    street: Street
    trigger: Trigger
    seconds: float | None

    @property
    def in_time(self) -> bool | None:
        """Passed by the finish hour; None where none was set."""
        if self.trigger.finish is None:
            return None
        return self.seconds is not None and self.trigger.at + self.seconds <= self.trigger.finish


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """A group of waits. Seconds; None where so many were not passed that nobody knows."""

    section: str  # empty: all
    route_class: int | None  # None: all, or not told
    streets: int
    passed: int
    median_s: float | None
    p90_s: float | None
    in_time: float | None  # share passed by the finish hour; None where none was set


def waits(
    triggers: Iterable[Trigger],
    streets: Iterable[Street],
    passes: Iterable[Pass],
    config: CoverageConfig = PRACTICE,
) -> list[Wait]:
    """Every street of every triggered section. ``passes`` are all over them from the first trigger on, in any order."""
    by_segment: defaultdict[str, list[Pass]] = defaultdict(list)
    for one in passes:
        if one.activity in SNOW_WORK:
            by_segment[one.segment].append(one)
    by_section: defaultdict[str, list[Street]] = defaultdict(list)
    for street in streets:
        by_section[street.section].append(street)
    found = []
    for trigger in triggers:
        for street in by_section[trigger.section]:
            if not trigger.classes or street.route_class in trigger.classes:
                done = first_done(by_segment[street.id], trigger, config)
                found.append(Wait(street=street, trigger=trigger, seconds=None if done is None else done - trigger.at))
    return found


def first_done(over: Sequence[Pass], trigger: Trigger, config: CoverageConfig = PRACTICE) -> float | None:
    """When the street was first done by passes that began after the trigger; None: not while it was looked at."""
    after = sorted((one for one in over if one.began >= trigger.at and one.ended <= trigger.until), key=_end)
    first = 0
    for place, one in enumerate(after):
        while after[first].ended < one.ended - config.together_s:
            first += 1
        if united_m(after[first : place + 1]) >= config.complete * one.length_m:
            return one.ended
    return None


def fairness(some: Iterable[Wait]) -> list[Fairness]:
    """All streets first, then by class, then by section, then by both."""
    groups: defaultdict[tuple[str, int | None, int], list[Wait]] = defaultdict(list)
    for wait in some:
        street = wait.street
        for key in (("", None, 0), ("", street.route_class, 1), (street.section, None, 2)):
            groups[key].append(wait)
        groups[street.section, street.route_class, 3].append(wait)
    ordered = sorted(groups.items(), key=lambda one: (one[0][2], one[0][0], one[0][1] or 99))
    return [_group(section, route_class, here) for (section, route_class, _), here in ordered]


def _group(section: str, route_class: int | None, some: Sequence[Wait]) -> Fairness:
    seconds = sorted(inf if one.seconds is None else one.seconds for one in some)
    judged = [one.in_time for one in some if one.in_time is not None]
    return Fairness(
        section=section,
        route_class=route_class,
        streets=len(some),
        passed=sum(one < inf for one in seconds),
        median_s=_at(seconds, 0.5),
        p90_s=_at(seconds, 0.9),
        in_time=sum(judged) / len(judged) if judged else None,
    )


def _at(ascending: Sequence[float], share: float) -> float | None:
    """The value that this share does not exceed (nearest rank)."""
    found = ascending[ceil(share * len(ascending)) - 1]
    return None if found == inf else found


def _end(one: Pass) -> float:
    return one.ended
