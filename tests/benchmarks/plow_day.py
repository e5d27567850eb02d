"""A day of a city's whole fleet: 733 machines at a fix every ten seconds are 6.3 million fixes.

In memory an hour of it, for a tenth of the fleet and for all of it: matched, told as passes and time, and covered.
Through the store the whole of it: every quarter of an hour each machine's fixes come, are saved, and are worked out by
the loop. Rates are told by CPU time; the fixes are made as they are needed, so the memory told is the hub's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from os import getloadavg, getpid
from pathlib import Path
from time import process_time

from feeds.records import Fix
from geo.plow.coverage import coverage
from geo.plow.ledger.book import Book, Machine
from geo.plow.ledger.spent import Key, Spent, spent
from geo.plow.network import Network
from geo.plow.passes import Pass
from geo.plow.work import Rules, work
from services.bell import Bell
from services.plow import Plow
from services.store.engine import Store
from tests.benchmarks.figure import Figure, beside
from tests.benchmarks.fleet import BEGAN, EVERY_S, city, driven, fixes
from tests.benchmarks.hub import resident_mb
from tests.benchmarks.plow import roads, saved
from tests.benchmarks.scale import Scale
from tests.services.making import SetClock

NAME = "plow_day"
_TOWN, _SMALL = 60, 15  # blocks of 100 m along each side
_QUARTER, _HOUR = 900 // EVERY_S, 3600 // EVERY_S  # fixes
_AT_ONCE = 20  # machines whose quarters are saved together
_WORDS = "from the store to passes, time, coverage, rounds"


@dataclass(frozen=True, slots=True)
class Quarter:
    """What a quarter of an hour of the fleet took: CPU seconds, and MB that the process had at the most."""

    fixes: int
    storing: float
    working: float
    resident: float


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    side = _TOWN if scale.fleet > 100 else _SMALL
    streets, count = city(side), round(scale.fleet_hours * _HOUR)
    tenth = max(1, scale.fleet // 10)
    before = resident_mb(getpid())
    small = await _live(streets, tenth, count, side, folder / "tenth.db")
    large = await _live(streets, scale.fleet, count, side, folder / "day.db")
    return [*_told(large, small, before, folder), *_in_memory(scale.fleet, tenth, min(count, _HOUR), streets, side)]


async def _live(streets: Network, machines: int, count: int, side: int, path: Path) -> list[Quarter]:
    fleet = [fixes(number, _QUARTER, side) for number in range(machines)]
    clock, store, found = SetClock(BEGAN), await Store.open(f"sqlite:///{path}"), list[Quarter]()
    try:
        loop = Plow(store, Bell(), clock, roads(streets))
        for begin in range(0, count, _QUARTER):
            clock.at = BEGAN + timedelta(seconds=EVERY_S * (begin + _QUARTER))
            found.append(await _quarter(store, loop, clock, fleet))
            if (begin + _QUARTER) % _HOUR == 0:
                _progress(machines, found)
    finally:
        await store.close()
    return found


async def _quarter(store: Store, loop: Plow, clock: SetClock, fleet: Sequence[Iterator[list[Fix]]]) -> Quarter:
    """What came in a quarter of an hour is saved and worked out."""
    stored, storing, resident, machines = 0, 0.0, 0.0, iter(fleet)
    while some := list(islice(machines, _AT_ONCE)):
        came = [fix for one in some for fix in next(one)]
        stored += len(came)
        storing += len(came) / await saved(store, came, clock.at)
    began, more = process_time(), True
    while more:
        more = await loop.step()
        resident = max(resident, resident_mb(getpid()))
    return Quarter(stored, storing, process_time() - began, resident)


def _progress(machines: int, found: Sequence[Quarter]) -> None:
    """Somebody waits for this for an hour."""
    stored, worked = _rates(found[-4:])
    text = (
        f"{machines} machines, hour {len(found) // 4}: stored at {stored:,.0f}, worked out at {worked:,.0f} fixes/CPU s"
    )
    print(f"{text}; {found[-1].resident:.0f} MB; load {getloadavg()[0]:.1f}", file=sys.stderr, flush=True)


def _rates(some: Sequence[Quarter]) -> tuple[float, float]:
    """Fixes a CPU second: stored, and worked out."""
    total = sum(one.fixes for one in some)
    return total / sum(one.storing for one in some), total / sum(one.working for one in some)


def _told(large: Sequence[Quarter], small: Sequence[Quarter], before: float, folder: Path) -> list[Figure]:
    stored, worked = _rates(large)
    total = sum(one.fixes for one in large)
    size = sum(path.stat().st_size for path in folder.glob("day.db*")) / 1e6
    ends = _rates(large[-4:])[1], _rates(large[:4])[1]
    memory = max(one.resident for one in large), before
    return [
        beside(NAME, _WORDS, "fixes/CPU s", "stored", [(worked, stored)]),
        beside(NAME, _WORDS, "fixes/CPU s", "a tenth of the fleet", [(worked, _rates(small)[1])]),
        beside(NAME, "the same in the last hour", "fixes/CPU s", "in the first", [ends]),
        beside(NAME, "the process with the loop, at its largest", "MB", "before the first fix", [memory]),
        Figure(bench=NAME, figure=f"the store after {total:,} fixes", value=size, unit="MB"),
    ]


def _in_memory(machines: int, tenth: int, count: int, streets: Network, side: int) -> list[Figure]:
    few, some = _matched(range(tenth), count, streets, side)
    all_, most = _matched(range(machines), count, streets, side)
    what, baseline = f"{machines} machines for {count * EVERY_S / 3600:g} h", "a tenth of the fleet"
    return [
        beside(NAME, f"in memory, passes, time and coverage of {what}", "fixes/CPU s", baseline, [(all_, few)]),
        beside(NAME, "the process with all passes of it", "MB", baseline, [(most, some)]),
    ]


def _matched(fleet: Iterable[int], count: int, streets: Network, side: int) -> tuple[float, float]:
    """Fixes a CPU second, without making them; and MB of the process at the end."""
    passes: list[Pass] = []
    times: dict[Key, Spent] = {}
    took, total, book = 0.0, 0, Book()
    for number in fleet:
        raw = driven(number, count, side)
        began = process_time()
        found = work(raw, streets, Rules())
        passes += found.passes
        for key, one in spent(found.spells, Machine(id=f"p{number}"), book).items():
            times[key] = times[key] + one if key in times else one
        took += process_time() - began
        total += len(raw)
    began = process_time()
    covered = coverage(passes)
    took += process_time() - began
    assert covered and sum(one.seconds for one in times.values()) > 0
    return total / took, resident_mb(getpid())
