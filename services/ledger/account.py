"""The account of some days: every machine's time, and what GPS, contractors and staff say of it side by side."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from geo.plow.ledger.beside import Beside, Item, beside, gps_items, in_order
from geo.plow.ledger.book import Book, Machine
from geo.plow.ledger.ordered import Windows, beyond
from geo.plow.ledger.pay import Total, totals
from geo.plow.ledger.spent import Key, Spent, second_at, spent, united, unseen_s
from geo.plow.spells import Spell, within
from rules.orders.life import OPEN, Act, How, Order
from services.store import ledgered, orders, spells
from services.store.plowed import Vehicle

_DAY = timedelta(days=1)
_LAST_STREETS = timedelta(hours=2)  # of a round: positions call an order done when 80 % of the section is


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """One machine's time over the days."""

    machine: Machine
    times: Mapping[Key, Spent]
    unseen_s: int  # within each day


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Days from ``since`` to ``until``, both in it, of one status: a drill is never added to the real thing."""

    status: Status
    since: date
    until: date
    book: Book
    machines: tuple[Worked, ...]
    items: tuple[Beside, ...]
    outside: Mapping[Item, int]  # seconds of GPS outside every order; without a word of items that had none
    orders_since: date | None  # the first day of which it is known what was ordered; None: no orders are kept
    names: Mapping[str, str] = field(default_factory=dict)  # what sections are called, by code

    @property
    def totals(self) -> list[Total]:
        """What is approved, added up."""
        return totals(self.items, self.book)

    @property
    def open(self) -> list[Beside]:
        """What somebody has to approve before the account is whole: of registered machines, and any time."""
        return [
            one
            for one in self.items
            if one.approved is None
            and self.book.named(one.item.machine)
            and (one.gps or (one.declared and one.declared.seconds))
        ]

    @property
    def changed(self) -> list[Beside]:
        """Approved, and GPS has told something else since."""
        return [one for one in self.items if one.since_approval]

    def not_ordered(self, item: Item) -> int | None:
        """Seconds of GPS outside every order for the section; None where nobody knows what was ordered."""
        if self.orders_since is None or item.day < self.orders_since:
            return None
        return self.outside.get(item, 0)

    def gps(self) -> dict[Item, int]:
        """What GPS says of each item."""
        return {one.item: one.gps for one in self.items if one.gps is not None}


async def account(
    connection: AsyncConnection, book: Book, status: Status, days: tuple[date, date], contractor: str = ""
) -> Account:
    """The account of the days; ``contractor`` alone where one is named.

    Worked out day by day beside the event loop: a month of a big fleet takes seconds, and others are served meanwhile.
    """
    since, until = days
    first = await orders.first_at(connection, status)
    kept = await _windows(connection, status, second_at(since), second_at(until + _DAY)) if first else None
    sums = _Sums(book, kept, contractor)
    for count in range((until - since).days + 1):
        begin, end = (second_at(since + each * _DAY) for each in (count, count + 1))
        times = (datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC))
        seen = await spells.between(connection, status, *times)
        await asyncio.to_thread(sums.add, seen, begin, end)
    found = beside(sums.gps, await ledgered.between(connection, status, since, until))
    items = sorted(found, key=lambda one: in_order(one.item, book))
    return Account(
        status=status,
        since=since,
        until=until,
        book=book,
        machines=sums.machines(),
        items=tuple(one for one in items if not contractor or contractor_of(book, one.item) == contractor),
        outside=sums.outside,
        orders_since=first and first.astimezone(JAPAN).date(),
    )


class _Sums:
    """What days come to, one after the other."""

    def __init__(self, book: Book, windows: Windows | None, contractor: str) -> None:
        self._book, self._windows, self._contractor = book, windows, contractor
        self._times: defaultdict[Machine, dict[Key, Spent]] = defaultdict(dict)
        self._unseen = Counter[Machine]()
        self.gps: dict[Item, int] = {}
        self.outside: dict[Item, int] = {}

    def add(self, found: Mapping[Vehicle, Sequence[Spell]], begin: int, end: int) -> None:
        """One day of all vehicles, cut at its ends."""
        devices: defaultdict[Machine, list[list[Spell]]] = defaultdict(list)
        for vehicle, some in found.items():
            machine = self._book.machine(vehicle.gateway, vehicle.name)
            if self._contractor in ("", machine.contractor):
                devices[machine].append(within(some, begin, end))
        for machine, several in devices.items():
            time = united(several) if len(several) > 1 else several[0]
            times = spent(time, machine, self._book)
            self._times[machine] |= times  # a key holds its day
            self._unseen[machine] += unseen_s(time)
            self.gps |= self._items(machine, times)
            if self._windows is not None:
                apart = spent(beyond(time, self._windows), machine, self._book)
                self.outside |= self._items(machine, apart)

    def machines(self) -> tuple[Worked, ...]:
        """Every machine that was seen, in order."""
        return tuple(
            Worked(machine=machine, times=times, unseen_s=self._unseen[machine])
            for machine, times in sorted(self._times.items(), key=lambda one: (not one[0].contractor, one[0]))
        )

    def _items(self, machine: Machine, times: Mapping[Key, Spent]) -> dict[Item, int]:
        contracts = {key.day: self._book.contract(machine.contractor, key.day) for key in times}
        return gps_items(machine, times, contracts)


async def _windows(
    connection: AsyncConnection, status: Status, begin: int, end: int
) -> dict[str, list[tuple[int, int]]]:
    """When each section was under orders, in seconds."""
    since, until = datetime.fromtimestamp(begin, UTC) - _LAST_STREETS, datetime.fromtimestamp(end, UTC)
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in await orders.overlapping(connection, status, since, until):
        given = one.when(Act.ORDER)
        if given is not None:
            over = end if one.state in OPEN else int(_over(one).timestamp())
            found[one.section].append((int(given.timestamp()), over))
    return found


def _over(one: Order) -> datetime:
    """Until when work is work for this closed order: the machines go on to the last streets."""
    finish = one.last(Act.FINISH)
    seen = finish is not None and finish.how is How.PASSES
    done = [event for event in one.events if event.act is not Act.NOTE]  # notes are taken the next morning, too
    return done[-1].when + (_LAST_STREETS if seen else timedelta(0))


def contractor_of(book: Book, item: Item) -> str:
    """Whose machine it is; empty where it is not registered."""
    machine = book.named(item.machine)
    return machine.contractor if machine else ""
