"""The account of some days: every machine's time, and what GPS, contractors and staff say of it side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.ledger.beside import Beside, Item, beside, gps_items
from geo.plow.ledger.book import Book, Machine
from geo.plow.ledger.ordered import beyond
from geo.plow.ledger.pay import Total, totals
from geo.plow.ledger.spent import Key, Spent, second_at, spent, united, unseen_s
from geo.plow.spells import Spell, within
from rules.orders.life import OPEN, Act
from services.store import ledgered, orders, spells

_LONGEST = timedelta(days=3)  # that an order is open


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """One machine's time over the days."""

    machine: Machine
    times: Mapping[Key, Spent]
    unseen_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Days from ``since`` to ``until``, both in it, of one status: a drill is never added to the real thing."""

    status: Status
    since: date
    until: date
    book: Book
    machines: tuple[Worked, ...]
    items: tuple[Beside, ...]
    outside: Mapping[Item, int]  # seconds of GPS outside every order; empty where no orders are kept

    @property
    def totals(self) -> list[Total]:
        """What is approved, added up."""
        return totals(self.items, self.book)

    def gps(self) -> dict[Item, int]:
        """What GPS says of each item."""
        return {one.item: one.gps for one in self.items if one.gps is not None}


async def account(
    connection: AsyncConnection, book: Book, status: Status, days: tuple[date, date], contractor: str = ""
) -> Account:
    """The account of the days; ``contractor`` alone where one is named."""
    since, until = days
    begin, end = second_at(since), second_at(until + timedelta(days=1))
    found = await spells.between(
        connection, status, datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC)
    )
    devices: defaultdict[Machine, list[list[Spell]]] = defaultdict(list)
    for vehicle, some in found.items():
        devices[book.machine(vehicle.gateway, vehicle.name)].append(within(some, begin, end))
    machines = [_worked(machine, some, book) for machine, some in sorted(devices.items())]
    gps: dict[Item, int] = {}
    outside: dict[Item, int] = {}
    windows = await _windows(connection, status, begin, end)
    for one in machines:
        gps |= _items(one.machine, one.times, book)
        if windows:
            apart = beyond(united(devices[one.machine]), windows)
            outside |= _items(one.machine, spent(apart, one.machine, book), book)
    items = beside(gps, await ledgered.between(connection, status, since, until))
    if contractor:
        machines = [one for one in machines if one.machine.contractor == contractor]
        items = [one for one in items if contractor_of(book, one.item) == contractor]
    return Account(
        status=status,
        since=since,
        until=until,
        book=book,
        machines=tuple(machines),
        items=tuple(items),
        outside=outside,
    )


async def _windows(
    connection: AsyncConnection, status: Status, begin: int, end: int
) -> dict[str, list[tuple[int, int]]]:
    """When each section was under orders, in seconds; of orders that were opened some days before, too."""
    since, until = datetime.fromtimestamp(begin, UTC) - _LONGEST, datetime.fromtimestamp(end, UTC)
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in await orders.between(connection, status, since, until):
        given = one.when(Act.ORDER)
        if given is not None:
            over = end if one.state in OPEN else int(one.events[-1].when.timestamp())
            found[one.section].append((int(given.timestamp()), over))
    return found


def _items(machine: Machine, times: Mapping[Key, Spent], book: Book) -> dict[Item, int]:
    return gps_items(machine.id, times, {key.day: book.contract(machine.contractor, key.day) for key in times})


def contractor_of(book: Book, item: Item) -> str:
    """Whose machine it is; empty where it is not registered."""
    machine = book.named(item.machine)
    return machine.contractor if machine else ""


def _worked(machine: Machine, devices: Sequence[Sequence[Spell]], book: Book) -> Worked:
    time = united(devices) if len(devices) > 1 else list(devices[0])
    return Worked(machine=machine, times=spent(time, machine, book), unseen_s=unseen_s(time))
