"""GPS, declared and approved values side by side: what a machine is paid for on a day, and where people differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from geo.plow.ledger.book import Book, Machine
from geo.plow.ledger.contract import Contract
from geo.plow.ledger.spent import Key, Spent, paid
from geo.plow.spells import Doing

_DOINGS = tuple(Doing)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Item:
    """What is declared, approved and paid as one figure."""

    machine: str  # its id
    day: date
    doing: Doing  # work or standby
    band: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody wrote down for an item. Nothing is overwritten; the newest of its kind counts."""

    item: Item
    kind: Literal["declared", "approved"]
    seconds: int
    author: str
    at: datetime
    reason: str = ""
    gps_seconds: int | None = None  # what GPS said at that time


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One item. None: nobody told."""

    item: Item
    gps: int | None
    declared: Entry | None
    approved: Entry | None

    @property
    def counts(self) -> int | None:
        """The seconds that are paid: what was approved, and before that nothing."""
        return self.approved.seconds if self.approved else None

    @property
    def seen(self) -> str:
        """What whoever looks at it sees: the seconds of GPS, declared, approved. An approval says what it has seen."""
        entries = (self.declared, self.approved)
        return "/".join("-" if told is None else str(told) for told in (self.gps, *(e and e.seconds for e in entries)))

    @property
    def difference(self) -> int | None:
        """How much more was declared than GPS saw."""
        return self.declared.seconds - (self.gps or 0) if self.declared else None

    @property
    def since_approval(self) -> int:
        """How much GPS has changed since the approval: late fixes change what is shown, never what was approved."""
        if self.approved is None or self.approved.gps_seconds is None:
            return 0
        return (self.gps or 0) - self.approved.gps_seconds


def in_order(item: Item, book: Book) -> tuple[bool, str, str, date, int, int]:
    """By contractor, machine and day, work before standing, bands as the contract has them; unregistered ones last."""
    machine = book.named(item.machine)
    contractor = machine.contractor if machine else ""
    bands = [band.name for band in book.contract(contractor, item.day).bands]
    place = bands.index(item.band) if item.band in bands else len(bands)
    return (not contractor, contractor, item.machine, item.day, _DOINGS.index(item.doing), place)


def gps_items(machine: Machine, times: Mapping[Key, Spent], contracts: Mapping[date, Contract]) -> dict[Item, int]:
    """The seconds of a machine that its contracts pay for; ``contracts`` by day."""
    found: dict[Item, int] = {}
    for key, one in times.items():
        if paid(key, contracts[key.day], machine.rate):
            item = Item(machine=machine.id, day=key.day, doing=key.doing, band=key.band)
            found[item] = found.get(item, 0) + one.seconds
    return found


def beside(gps: Mapping[Item, int], entries: Iterable[Entry]) -> list[Beside]:
    """All items that anybody knows of, in order. Of several entries the newest counts."""
    newest: dict[tuple[str, Item], Entry] = {}
    for entry in sorted(entries, key=lambda one: one.at):
        newest[entry.kind, entry.item] = entry
    items = sorted({*gps, *(item for _, item in newest)})
    return [
        Beside(
            item=item,
            gps=gps.get(item),
            declared=newest.get(("declared", item)),
            approved=newest.get(("approved", item)),
        )
        for item in items
    ]
