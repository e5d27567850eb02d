"""Which machine belongs to whom, and by which contract its time is counted on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from geo.plow.ledger.contract import NONE, Contract

MACHINES = ("grader", "dozer", "loader", "rotary", "truck", "sidewalk", "spreader", "dump", "other")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Machine:
    """One machine of the fleet. Its plate is nowhere."""

    id: str  # as its tracker calls it
    kind: str = "other"  # one of MACHINES
    contractor: str = ""
    rate: str = ""  # rate class of the contract
    gateways: tuple[str, ...] = ()  # that its trackers send by; empty: any


class Book:
    """Machines and contracts. A machine that is not in it is shown, and nobody is paid for it."""

    def __init__(self, machines: Iterable[Machine] = (), contracts: Iterable[Contract] = ()) -> None:
        self.machines = tuple(machines)
        self._by_id = {one.id: one for one in reversed(self.machines)}  # asked for every item of a month
        self.contracts = tuple(contracts)

    def machine(self, gateway: str, name: str) -> Machine:
        """The machine that a gateway's vehicle is; one of its own where none is registered."""
        found = self.named(name)
        if found is None or (found.gateways and gateway not in found.gateways):
            return Machine(id=f"{gateway}/{name}")
        return found

    def named(self, id_: str) -> Machine | None:
        """The registered machine of that id."""
        return self._by_id.get(id_)

    def contract(self, contractor: str, day: date) -> Contract:
        """The contract that holds on a day; one without rates where there is none."""
        found = (one for one in self.contracts if one.contractor == contractor and one.since <= day <= one.until)
        return next(found, NONE)
