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
from geo.plow.ledger.pay import Total, totals
from geo.plow.ledger.spent import Key, Spent, second_at, spent, united, unseen_s
from geo.plow.spells import Spell, within
from services.store import ledgered, spells


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
    for one in machines:
        contracts = {key.day: book.contract(one.machine.contractor, key.day) for key in one.times}
        gps |= gps_items(one.machine.id, one.times, contracts)
    items = beside(gps, await ledgered.between(connection, status, since, until))
    if contractor:
        machines = [one for one in machines if one.machine.contractor == contractor]
        items = [one for one in items if contractor_of(book, one.item) == contractor]
    return Account(status=status, since=since, until=until, book=book, machines=tuple(machines), items=tuple(items))


def contractor_of(book: Book, item: Item) -> str:
    """Whose machine it is; empty where it is not registered."""
    machine = book.named(item.machine)
    return machine.contractor if machine else ""


def _worked(machine: Machine, devices: Sequence[Sequence[Spell]], book: Book) -> Worked:
    time = united(devices) if len(devices) > 1 else list(devices[0])
    return Worked(machine=machine, times=spent(time, machine, book), unseen_s=unseen_s(time))
