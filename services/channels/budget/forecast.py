"""What the rest of the season will cost: by the city's own days of that time of year, and by winters of the past.

Pure. Amounts are in the measure of the channel: millionths of a currency, or messages.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import quantiles

_WEEK = timedelta(days=7)
_AROUND = 21  # days before and after, of any year, whose weeks stand for a week to come
_LEAST = 14  # days on record, below which nothing is foretold from them
_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Range:
    """Of the rest of the season: one in ten is below ``low``, half below ``middle``, one in ten above ``high``."""

    low: int
    middle: int
    high: int
    days: int  # on record, that it rests on


@dataclass(frozen=True, slots=True)
class Winter:
    """One kind of winter: how many days of heavy snow each month has."""

    name: str  # mild, normal, hard
    snow_days: Mapping[int, int]  # month → days


def season_of(today: date) -> tuple[date, date]:
    """First day and day after the last: October to March, or April to September."""
    if 4 <= today.month <= 9:
        return date(today.year, 4, 1), date(today.year, 10, 1)
    year = today.year if today.month >= 10 else today.year - 1
    return date(year, 10, 1), date(year + 1, 4, 1)


def by_the_past(spent: Mapping[date, int], first: date, today: date, until: date) -> Range | None:
    """From days on record, ``first`` to yesterday; those missing in ``spent`` were free. None where they are too few.

    Weeks are drawn whole from the same time of year, because snow comes in spells: days drawn one by one would make
    the range too narrow. The draws are the same each time for the same record.
    """
    known = [first + timedelta(days=n) for n in range((today - first).days)]
    if len(known) < _LEAST:
        return None
    weeks = [day for day in known if day + _WEEK <= today]
    dice = random.Random(today.toordinal())  # noqa: S311 - a draw that anybody can repeat
    ahead = list(_ahead(spent, weeks, today, until))
    sums = [sum(dice.choice(alike) for alike in ahead) for _ in range(_DRAWS)]
    tenths = quantiles(sums, n=10, method="inclusive") if sums else [0.0] * 9
    return Range(low=round(tenths[0]), middle=round(tenths[4]), high=round(tenths[8]), days=len(known))


def by_winter(winter: Winter, cost_a_snow_day: float, today: date, until: date) -> int:
    """What the snow days that such a winter still has would cost; this month's share by its days that are left."""
    total, day = 0.0, today
    while day < until:
        month = _days_of(day)
        total += winter.snow_days.get(day.month, 0) / month * cost_a_snow_day
        day += timedelta(days=1)
    return round(total)


def winters(depths: Sequence[tuple[date, float]], rise_cm: float) -> dict[int, dict[int, int]]:
    """Days on which the depth rose by so much since the day before: year in which the winter began → month → days.

    A day without the one before it counts as none. Winters run from October to April.
    """
    known, found = dict(depths), dict[int, dict[int, int]]()
    for day, depth in depths:
        if 5 <= day.month <= 9:
            continue
        months = found.setdefault(day.year if day.month >= 10 else day.year - 1, {})
        before = known.get(day - timedelta(days=1))
        if before is not None and depth - before >= rise_cm:
            months[day.month] = months.get(day.month, 0) + 1
    return found


def three_kinds(found: Mapping[int, Mapping[int, int]]) -> tuple[tuple[int, Winter], ...]:
    """The mildest, the middle and the hardest of some winters, with the year each began. Needs three of them."""
    if len(found) < 3:
        raise ValueError(f"{len(found)} winters are too few to tell mild from hard; give at least three whole ones")
    order = sorted(found, key=lambda year: (sum(found[year].values()), year))
    chosen = (order[0], order[(len(order) - 1) // 2], order[-1])
    names = ("mild", "normal", "hard")
    return tuple((year, Winter(name, found[year])) for name, year in zip(names, chosen, strict=True))


def _ahead(spent: Mapping[date, int], weeks: Sequence[date], today: date, until: date) -> Iterator[list[int]]:
    """For each week to come, the last perhaps shorter: what each week on record that may stand for it cost."""
    day = today
    while day < until:
        near = [week for week in weeks if _apart(week, day) <= _AROUND] or weeks
        length = min(7, (until - day).days)
        yield [sum(spent.get(begin + timedelta(days=n), 0) for n in range(length)) for begin in near]
        day += _WEEK


def _apart(one: date, other: date) -> int:
    """Days between two days of the year, whichever the years."""
    around = abs(one.timetuple().tm_yday - other.timetuple().tm_yday)
    return min(around, 365 - around)


def _days_of(day: date) -> int:
    following = day.replace(day=28) + timedelta(days=4)
    return (following - timedelta(days=following.day)).day
