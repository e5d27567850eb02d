"""What approved time comes to in yen. Only totals are rounded, each once, by the contract's rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from geo.plow.ledger.beside import Beside, Item, in_order
from geo.plow.ledger.book import Book
from geo.plow.spells import Doing


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Total:
    """One machine's time in one band under one contract, over all the days asked for."""

    contractor: str
    machine: str
    doing: Doing
    band: str
    contract: str  # its name
    seconds: int
    paid_seconds: int  # rounded
    yen_an_hour: int | None  # None: the contract has no rate for it
    yen: int | None


def totals(items: Iterable[Beside], book: Book) -> list[Total]:
    """Totals of what is approved. A contract that changes within the month makes two."""
    seconds, of = Counter[tuple[str, Item]](), {}
    for one in items:
        if one.counts is None:
            continue
        machine = book.named(one.item.machine)
        contract = book.contract(machine.contractor if machine else "", one.item.day)
        key = (
            contract.name,
            Item(machine=one.item.machine, day=contract.since, doing=one.item.doing, band=one.item.band),
        )
        seconds[key] += one.counts
        of[key] = contract, machine
    found = []
    for key, whole in sorted(seconds.items(), key=lambda one: in_order(one[0][1], book)):
        (contract, machine), item = of[key], key[1]
        rounded = contract.rounded(whole)
        rate = contract.yen_an_hour(machine.rate if machine else "", item.band, item.doing is Doing.STANDBY)
        found.append(
            Total(
                contractor=contract.contractor,
                machine=item.machine,
                doing=item.doing,
                band=item.band,
                contract=contract.name,
                seconds=whole,
                paid_seconds=rounded,
                yen_an_hour=rate,
                yen=None if rate is None else rounded * rate // 3600,
            )
        )
    return found
