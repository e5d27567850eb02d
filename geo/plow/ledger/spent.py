"""Time cut at midnight, month end and band borders, and added up by what it was. Whole seconds: sums are exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from feeds.japan import JAPAN
from geo.plow.ledger.book import Book, Machine
from geo.plow.ledger.contract import Contract
from geo.plow.spells import Doing, Spell, cut

_EPOCH = date(1970, 1, 1).toordinal()
_AHEAD_S = int(JAPAN.utcoffset(None).total_seconds())  # all year round


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Key:
    """What a second is added up under."""

    day: date  # Japan's
    doing: Doing
    band: str  # of the contract
    activity: str = ""
    administrator: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A sum."""

    seconds: int
    metres: float = 0.0
    deicer_kg: float | None = None  # None: the vehicle does not tell

    def __add__(self, other: Spent) -> Spent:
        told = [kg for kg in (self.deicer_kg, other.deicer_kg) if kg is not None]
        return Spent(
            seconds=self.seconds + other.seconds,
            metres=self.metres + other.metres,
            deicer_kg=sum(told) if told else None,
        )


def spent(some: Iterable[Spell], machine: Machine, book: Book) -> dict[Key, Spent]:
    """The time of one machine by day, band and what it was; each day by the contract that holds on it."""
    sums: dict[tuple[date, Doing, str, str, str, str], _Sum] = {}
    days: dict[date, tuple[Contract, int, list[int]]] = {}
    for day, one in by_day(some):
        if day not in days:
            contract, midnight = book.contract(machine.contractor, day), second_at(day)
            days[day] = contract, midnight, [midnight + border for band in contract.bands for border in band.borders]
        contract, midnight, borders = days[day]
        for part in cut(one, borders):
            band = contract.band(day, part.began - midnight)
            key = (day, part.doing, band, part.activity, part.administrator, part.section)
            sums.setdefault(key, _Sum()).add(part)
    names = ("day", "doing", "band", "activity", "administrator", "section")
    return {Key(**dict(zip(names, key, strict=True))): one.spent() for key, one in sums.items()}  # type: ignore[arg-type]


class _Sum:
    """A sum that grows: there are hundreds of thousands of spells in a month."""

    __slots__ = ("deicer_kg", "metres", "seconds")

    def __init__(self) -> None:
        self.seconds, self.metres = 0, 0.0
        self.deicer_kg: float | None = None

    def add(self, one: Spell) -> None:
        self.seconds += one.ended - one.began
        self.metres += one.metres
        if one.deicer_kg is not None:
            self.deicer_kg = one.deicer_kg + (self.deicer_kg or 0.0)

    def spent(self) -> Spent:
        return Spent(seconds=self.seconds, metres=self.metres, deicer_kg=self.deicer_kg)


def by_day(some: Iterable[Spell]) -> Iterator[tuple[date, Spell]]:
    """Spells cut at Japan's midnights, each with its day."""
    for one in some:
        first, last = day_at(one.began), day_at(one.ended - 1)
        if first == last:
            yield first, one
            continue
        midnights = [second_at(first + timedelta(days=count)) for count in range((last - first).days + 2)]
        for part in cut(one, midnights):
            yield day_at(part.began), part


def united(devices: Sequence[Sequence[Spell]]) -> list[Spell]:
    """The time of a machine that carries several trackers: where two tell of the same second, the first one counts."""
    found: list[Spell] = []
    for device in devices:
        taken = sorted((one.began, one.ended) for one in found)
        for one in device:
            borders = [border for times in taken for border in times]
            found += [part for part in cut(one, borders) if not any(begin <= part.began < end for begin, end in taken)]
    return sorted(found)


def unseen_s(some: Sequence[Spell], at_most_s: int = 2 * 3600) -> int:
    """Seconds in which nobody saw a machine between two sights of it; they are never credited.

    Of holes no longer than ``at_most_s``: after a longer one it was switched off, and came again.
    """
    holes = (after.began - before.ended for before, after in pairwise(sorted(some)))
    return sum(hole for hole in holes if 0 < hole <= at_most_s)


def paid(key: Key, contract: Contract, rate: str) -> bool:
    """Whether a contract pays a machine of this class for such time at all: for work on its roads, and for standing
    where the class has a rate for that."""
    if key.doing is Doing.STANDBY:
        return rate in contract.standby
    return key.doing is Doing.WORK and key.administrator in contract.pays


def day_at(second: int) -> date:
    """The day in Japan."""
    return date.fromordinal(_EPOCH + (second + _AHEAD_S) // 86_400)


def second_at(day: date) -> int:
    """Its midnight, in seconds since 1970."""
    return int(datetime.combine(day, time(), JAPAN).timestamp())
