"""Digests: minor things gather, and one alert at fixed times names them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from geo.hazard import Hazard
from rules.noise.quiet import last_time, next_time
from rules.source import Table, duration

HIGHEST = 2  # no digest keeps what is graver
WINDOW = timedelta(hours=1)  # a digest that could not be said by then is told with the next
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Digest:
    """When, Japanese time, and up to which level hazards wait for it. What is above breaks out at once."""

    times: tuple[time, ...]
    up_to: int = HIGHEST

    def last(self, now: datetime) -> datetime:
        return last_time(now, self.times)

    def next(self, now: datetime) -> datetime:
        return next_time(now, self.times)

    def open(self, now: datetime, told_at: datetime | None) -> bool:
        """True where a digest is due now and its words have not been said yet."""
        due = self.last(now)
        return now < due + WINDOW and (told_at is None or told_at < due)

    def breaks_out(self, hazard: Hazard) -> bool:
        return hazard.alert_level or hazard.level > self.up_to


@dataclass(frozen=True, slots=True)
class Gathered:
    """The hazards of one kind and level, for the wording of a digest."""

    kind: str
    level: int
    hazards: tuple[Hazard, ...]
    places: tuple[str, ...]  # names of the areas, each once


def gathered(hazards: Sequence[Hazard], names: dict[str, str]) -> tuple[Gathered, ...]:
    """The hazards by kind, the gravest kind first; ``names`` are those of the areas in the language."""
    kinds = dict.fromkeys(hazard.kind for hazard in sorted(hazards, key=lambda one: (-one.level, one.kind)))
    groups = []
    for kind in kinds:
        mine = tuple(hazard for hazard in hazards if hazard.kind == kind)
        places = tuple(dict.fromkeys(names.get(hazard.area, hazard.area_name) for hazard in mine))
        groups.append(Gathered(kind, max(hazard.level for hazard in mine), mine, places))
    return tuple(groups)


def parse_digest(table: Table) -> Digest | None:
    """``digest = { at = ["06:30", "17:00"], up_to = 2 }``, or ``{ every = "PT3H" }``; None where there is none."""
    inner = table.table("digest")
    if inner is None:
        return None
    at, every = "at" in inner, "every" in inner
    if at == every:
        inner.fault("at", "both" if at else "neither", 'at = ["06:30", "17:00"] or every = "PT3H"')
    times = _clocks(inner) if at else _spread(inner) if every else ()
    up_to = int(inner.number("up_to", 0, HIGHEST, whole=True)) if "up_to" in inner else HIGHEST
    inner.finish("at", "every", "up_to")
    return Digest(times or (time(0),), up_to)


def _clocks(table: Table) -> tuple[time, ...]:
    found = []
    for text in table.texts("at"):
        try:
            found.append(time.fromisoformat(text))
        except ValueError:
            table.fault("at", text, "times of day such as 06:30, Japanese time")
    return tuple(sorted(set(found)))


def _spread(table: Table) -> tuple[time, ...]:
    """From midnight on; the interval must divide the day, lest the times wander."""
    length = duration(table.data["every"]) or timedelta()
    table.duration("every")
    if length < timedelta(minutes=15) or _DAY % length:
        table.fault("every", table.data["every"], "15 minutes or more, and a whole part of the day: PT1H, PT3H, PT6H")
        return ()
    midnight = datetime(2000, 1, 1)  # noqa: DTZ001 - only the time of day is taken
    return tuple((midnight + n * length).time() for n in range(_DAY // length))
