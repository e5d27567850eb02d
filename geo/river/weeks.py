"""A city's own past, week by week: what can be learned from it, and whether it is enough.

A week is what is left out together when something is tried. What it says ends with it, so that no week knows what
became of the one that follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from geo.river.forecast import LEADS
from geo.river.levels import HOUR, STEP, Levels
from geo.river.observed import MEMORY
from geo.river.rows import UP, Rows, taken, together
from geo.river.signs import signs

WEEK = timedelta(days=7)
LEAST_HOURS, LEAST_FLOODS = 720, 3  # of levels at one gauge; weeks with a flood
_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
_UP_HOURS = 3  # with so many a week has a flood


@dataclass(frozen=True, slots=True, eq=False)
class Week:
    """Rows by hours of lead; ``up``: hours with a gauge that is up, of all gauges together."""

    begin: datetime
    up: int
    rows: Mapping[int, Rows]

    @property
    def flood(self) -> bool:
        return self.up >= _UP_HOURS


def weeks(levels: Levels, leads: Sequence[int] = LEADS) -> list[Week]:
    """Every week of ``levels``, beginning on Mondays, 00:00 UTC. The same each time."""
    first = (levels.begin - _MONDAY) // WEEK
    last = (levels.time(len(levels.values) - 1) - _MONDAY) // WEEK
    return [_week(levels, number, leads) for number in range(first, last + 1)]


def _week(levels: Levels, number: int, leads: Sequence[int]) -> Week:
    begin = _MONDAY + number * WEEK
    start = max(0, (begin - levels.begin) // STEP)
    end = min(len(levels.values), (begin + WEEK - levels.begin) // STEP)
    context = max(0, start - MEMORY // STEP)
    own = levels.between(context, end)
    known = signs(own)
    random = np.random.default_rng(number % 2**32)
    rows = {lead: taken(own, known, lead, random, start - context) for lead in leads}
    up = (known[start - context :, :, 0] >= UP) & own.on_the_hour[start - context :, None]
    return Week(begin, int(up.sum()), rows)


def of_weeks(some: Sequence[Week], lead: int) -> Rows:
    """The rows of these weeks, each a part; named so that those with most floods are dealt out first."""
    ranked = sorted(some, key=lambda week: (-week.up, week.begin))
    parts = [week.rows[lead] for week in ranked]
    return together([replace(one, part=[f"{rank:05d}"] * len(one)) for rank, one in enumerate(parts)])


def with_normals(levels: Levels) -> Levels:
    """The ordinary level of each gauge that has none yet: the median of all its full hours."""
    hours = levels.values[levels.on_the_hour]
    found = [
        replace(gauge, normal=float(np.nanmedian(column)))
        if np.isnan(gauge.normal) and not np.isnan(column).all()
        else gauge
        for gauge, column in zip(levels.gauges, hours.T, strict=True)
    ]
    return replace(levels, gauges=tuple(found))


def shortfall(levels: Levels, some: Sequence[Week]) -> str:
    """What is missing for learning, gauge by gauge; empty where there is enough."""
    hours = dict(zip((gauge.code for gauge in levels.gauges), _hours(levels), strict=True))
    floods = sum(week.flood for week in some)
    lacks = []
    if max(hours.values(), default=0) < LEAST_HOURS:
        lacks.append(f"{LEAST_HOURS} hours of levels each ten minutes at one gauge at the least")
    if floods < LEAST_FLOODS:
        lacks.append(f"floods ({UP} m above the ordinary level) in {LEAST_FLOODS} different weeks, here are {floods}")
    if not lacks:
        return ""
    ups = dict(zip(hours, _ups(levels), strict=True))
    each = "; ".join(f"{code}: {count} hours, {ups[code]} of them up" for code, count in hours.items())
    return f"wanted are {' and '.join(lacks)} ({each})"


def _hours(levels: Levels) -> list[int]:
    """By reports each ten minutes: of a gauge that reports once an hour, what became of its levels is not known."""
    return [int(count) // HOUR for count in np.count_nonzero(~np.isnan(levels.values), axis=0)]


def _ups(levels: Levels) -> list[int]:
    normal = np.array([gauge.normal for gauge in levels.gauges])
    return [int(count) for count in np.count_nonzero(levels.held[::HOUR] >= normal + UP, axis=0)]
