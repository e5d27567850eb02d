"""A fault: what it does to a running plant and undoes, how that is tried, and the row of the table that comes of it."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic

from tests.faults.night import Night
from tests.faults.plant import Plant
from tests.faults.watch import Watch, until_has
from tests.faults.witness import Verdict, judge, until_quiet

FULL = os.environ.get("SHIRASE_DRILL") == "full"
PATIENCE = 240.0  # seconds until all is well again; on a machine where eight others work
_SEES = 3  # times that something new is told before it counts as told again
Does = Callable[[Night, random.Random], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """``does`` breaks something when it is entered and mends it when it is left; it stays so for ``lasts_s``."""

    name: str
    does: Does
    lasts_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """Of one fault; counts are since the fault before. Seconds, but for ``most_mb``."""

    fault: str
    lasted: float
    stored_again: float  # from its end until something measured after it was stored
    told_again: float  # … until something new stood at X and at the linkage system
    stall: float  # the longest time in which nothing was stored, from its begin to the end of both
    quiet: float  # from the end of the load until everything was done
    most_mb: float  # resident memory of all processes of the hub together
    acknowledged: int
    stored: int
    quarantined: int
    lost: int
    posts: int
    doubled: int


async def struck(night: Night, watch: Watch, fault: Fault, chance: random.Random) -> tuple[float, float]:
    """One fault in a busy night; when it began and when it ended. Comes back when what is measured is stored again."""
    await asyncio.sleep(chance.uniform(0.05, 1.5))
    began = monotonic()
    async with fault.does(night, chance):
        await asyncio.sleep(fault.lasts_s)
    over = monotonic()
    key = await asyncio.wait_for(night.measure("gw1", "after"), PATIENCE)
    await until_has(watch, key, PATIENCE)
    return began, over


async def tried(plant: Plant, watch: Watch, night: Night, fault: Fault, chance: random.Random) -> Row:
    """A busy night with the fault in it, the quiet after it, and the witness' word."""
    before = await judge(plant, night.ledger) if night.ledger.acknowledged else None
    watch.most_mb = 0.0
    async with night.busy():
        await asyncio.sleep(3)
        began, over = await struck(night, watch, fault, chance)
        stored = monotonic()
        told = await _told(watch, over)
        stall = watch.stall(began, monotonic())
    quiet = await until_quiet(plant, night.ledger, PATIENCE)
    verdict = since(before, await judge(plant, night.ledger))
    row = Row(
        fault=fault.name,
        lasted=over - began,
        stored_again=stored - over,
        told_again=told - over,
        stall=stall,
        quiet=quiet,
        most_mb=watch.most_mb,
        **{name: value for name, value in asdict(verdict).items() if name != "deliveries"},
    )
    note(row)
    return row


def since(before: Verdict | None, after: Verdict) -> Verdict:
    """What came of one fault."""
    if before is None:
        return after
    counts = {name: getattr(after, name) - value for name, value in asdict(before).items() if name != "deliveries"}
    return replace(after, **counts, deliveries=after.deliveries - before.deliveries)


async def _told(watch: Watch, over: float) -> float:
    """When both outlets had something that they had not at that moment; comes back when they go on having more.

    The first may have been on its way already. A rise and a fall and a rise show that the rules decide.
    """
    deadline = monotonic() + PATIENCE
    while watch.told_again(over, _SEES) is None:
        watch.require_open_eyes()
        assert monotonic() < deadline, f"nothing new was told {_SEES} times: {watch.told_again(over)}"
        await asyncio.sleep(0.1)
    told = watch.told_again(over)
    assert told is not None
    return told


def note(row: Row) -> None:
    """Print it, and where SHIRASE_FAULTS names a file add it there: `make drill` makes the table of it."""
    print(line_of(row))
    if named := os.environ.get("SHIRASE_FAULTS"):
        with Path(named).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


HEAD = (
    "| fault | lasted | stored again | told again | longest stall | all done | PUBACK / stored / quarantined / lost "
    "| told / twice | memory |\n|---|---|---|---|---|---|---|---|---|"
)


def line_of(row: Row) -> str:
    """Of the table in docs/reliability.md."""
    times = (row.lasted, row.stored_again, row.told_again, row.stall, row.quiet)
    kept = f"{row.acknowledged:,} / {row.stored:,} / {row.quarantined:,} / {row.lost:,}"
    seconds = " | ".join(f"{one:.1f} s" for one in times)
    return f"| {row.fault} | {seconds} | {kept} | {row.posts:,} / {row.doubled} | {row.most_mb:.0f} MB |"


def seed() -> int:
    """Of this run; SHIRASE_SEED repeats another."""
    found = int(os.environ.get("SHIRASE_SEED", random.SystemRandom().randrange(10**6)))
    print(f"SHIRASE_SEED={found}")
    return found
