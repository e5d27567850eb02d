"""When a snow dump will be full: what lies there, what comes in a day, and how far either may be wrong.

What lies is what was measured last, and a load for each visit since. A load is known to about a third, unless two
measurements with visits between them tell what loads come to here. What comes is the mean of the last fortnight, days
without hauling among them. Snow is hauled in runs of days, so days are not independent: their scatter counts as if each
run were one throw. The figures of a run and of a load are assumptions of practice that a city may set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import hypot, sqrt
from statistics import fmean, pstdev


class Why(StrEnum):
    """What the outlook is worth."""

    FORESEEN = "foreseen"
    FULL = "full"  # what lies has reached the capacity
    AHEAD = "ahead"  # not within the days that are looked at
    IDLE = "idle"  # nothing came in a fortnight
    NO_CAPACITY = "no_capacity"  # a chute, or nobody has written it down
    TOO_NEW = "too_new"  # fewer than three days are on record


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What lay there as a person measured it."""

    on: date
    volume_m3: float
    before: int = 0  # visits of that day that had come by then: they are in the figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How the outlook counts."""

    load_m3: float = 6.0  # what a visit leaves, as it lies in the heap
    load_spread: float = 0.33  # part by which that may be wrong, eight times of ten
    survey_spread: float = 0.1  # the same of a measurement
    lately_days: int = 14  # of which the rate is the mean
    run_days: float = 2.0  # hauling days that hang together
    ahead_days: int = 14
    z: float = 1.28  # eight of ten
    few: int = 20  # visits between two measurements that tell nothing of a load


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What lies in a dump and when it will be full; volumes in cubic metres, each with its eight-of-ten bounds."""

    why: Why
    volume_m3: float
    low_m3: float
    high_m3: float
    share: float | None  # of the capacity; None: it has none
    a_day_m3: float
    early: date | None = None  # hardly before
    likely: date | None = None
    late: date | None = None  # None beside an ``early``: it may also last longer than is looked ahead


def outlook(
    capacity_m3: float, measured: Sequence[Measured], counts: Mapping[date, int], today: date, how: Filling
) -> Outlook:
    """The outlook in the course of ``today``. ``counts`` are visits by day, days without any left out or 0;
    ``measured`` in order of time, empty: it was empty before the first visit. ``capacity_m3`` 0: none is known."""
    load, spread = _load(measured, counts, how)
    base = measured[-1].volume_m3 if measured else 0.0
    came = load * _since(measured[-1] if measured else None, counts)
    off = hypot(base * how.survey_spread, came * spread)
    volume = base + came
    days = _lately(measured, counts, today, how)
    a_day, scatter = (load * fmean(days), load * pstdev(days)) if days else (0.0, 0.0)
    rest = max(0.0, a_day - load * counts.get(today, 0))
    ahead = _Ahead(volume, volume + rest, off, a_day, scatter, spread, len(days))
    why, dates = _when(capacity_m3, ahead, today, how)
    return Outlook(
        why=why,
        volume_m3=volume,
        low_m3=max(0.0, volume - off),
        high_m3=volume + off,
        share=volume / capacity_m3 if capacity_m3 > 0 else None,
        a_day_m3=a_day,
        early=dates[0],
        likely=dates[1],
        late=dates[2],
    )


def _load(measured: Sequence[Measured], counts: Mapping[date, int], how: Filling) -> tuple[float, float]:
    """Cubic metres a visit, and by what part that may be wrong."""
    if len(measured) < 2:
        return how.load_m3, how.load_spread
    before, after = measured[-2:]
    many = _since(before, counts) - _since(after, counts)
    grown = after.volume_m3 - before.volume_m3
    if many < how.few or grown <= 0:
        return how.load_m3, how.load_spread
    wrong = how.survey_spread * hypot(before.volume_m3, after.volume_m3) / grown
    return (grown / many, wrong) if wrong < how.load_spread else (how.load_m3, how.load_spread)


def _since(one: Measured | None, counts: Mapping[date, int]) -> int:
    """Visits after a measurement; all of them where there is none."""
    if one is None:
        return sum(counts.values())
    return max(0, sum(many for day, many in counts.items() if day >= one.on) - one.before)


def _lately(measured: Sequence[Measured], counts: Mapping[date, int], today: date, how: Filling) -> list[int]:
    """Visits of each of the last whole days on record, days without any among them."""
    first = min([*counts, *(one.on for one in measured)], default=today)
    days = min(how.lately_days, (today - first).days)
    return [counts.get(today - timedelta(days=back), 0) for back in range(1, days + 1)]


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What the coming days are made of."""

    volume: float
    tonight: float  # what lies at the end of today, where the day goes on as days do
    off: float
    a_day: float
    scatter: float
    spread: float  # of a load
    days: int  # on record

    def off_after(self, days: int, how: Filling) -> float:
        """By how much the volume after so many days may be wrong: what lies, loads, days to come, and their mean."""
        to_come = self.scatter * sqrt(how.run_days * days)
        mean = self.scatter * days * sqrt(how.run_days / self.days)
        loads = self.a_day * days * self.spread
        return hypot(self.off + loads, how.z * to_come, how.z * mean)  # a load that is wrong is wrong in both


_NEVER = (None, None, None)


def _when(
    capacity: float, ahead: _Ahead, today: date, how: Filling
) -> tuple[Why, tuple[date | None, date | None, date | None]]:
    if capacity <= 0:
        return Why.NO_CAPACITY, _NEVER
    if ahead.volume >= capacity:
        return Why.FULL, _NEVER
    if ahead.days < 3:
        return Why.TOO_NEW, _NEVER
    if ahead.a_day == 0:
        return Why.IDLE, _NEVER
    early = likely = late = None
    for days in range(how.ahead_days):
        day, mean, off = (
            today + timedelta(days=days),
            ahead.tonight + ahead.a_day * days,
            ahead.off_after(days + 1, how),
        )
        early = early or (day if mean + off >= capacity else None)
        likely = likely or (day if mean >= capacity else None)
        late = late or (day if mean - off >= capacity else None)
    return (Why.FORESEEN if likely else Why.AHEAD), (early, likely, late)
