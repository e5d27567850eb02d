"""A day of a city's whole fleet: 733 machines at a fix every ten seconds are 6.3 million fixes.

In memory: matched, told as passes and time, and covered, for a tenth of the fleet and for all of it. Through the store:
saved in the order in which they come, quarter by quarter, and worked out by the loop. Told by CPU time.
"""

from __future__ import annotations

import resource
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from time import process_time

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
from tests.benchmarks.plow import BEGAN, EVERY_S, driven, fixes, roads, saved
from tests.benchmarks.scale import Scale
from tests.geo.plow.streets import grid
from tests.services.making import SetClock

NAME = "plow_day"
_TOWN, _SMALL = 60, 15  # blocks of 100 m along each side
_QUARTER = 900 // EVERY_S  # fixes


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    side = _TOWN if scale.fleet > 100 else _SMALL
    town, count = grid(side, side), round(scale.fleet_hours * 3600 / EVERY_S)
    tenth, small = _matched(range(max(1, scale.fleet // 10)), count, town, side), _peak_mb()
    whole, large = _matched(range(scale.fleet), count, town, side), _peak_mb()
    what, baseline = f"{scale.fleet} machines, {scale.fleet_hours:g} h", "a tenth of the fleet"
    return [
        beside(NAME, f"passes, time and coverage of {what}", "fixes/CPU s", baseline, [(whole, tenth)]),
        beside(NAME, "the process at its largest then", "MB", baseline, [(large, small)]),
        *await _live(scale, count, town, side, folder),
    ]


def _matched(fleet: Iterable[int], count: int, town: Network, side: int) -> float:
    """Fixes a CPU second; making them is not counted."""
    passes: list[Pass] = []
    times: dict[Key, Spent] = {}
    took, total, book = 0.0, 0, Book()
    for number in fleet:
        raw = driven(number, count, side)
        began = process_time()
        found = work(raw, town, Rules())
        passes += found.passes
        for key, one in spent(found.spells, Machine(id=f"p{number}"), book).items():
            times[key] = times[key] + one if key in times else one
        took += process_time() - began
        total += len(raw)
    began = process_time()
    covered = coverage(passes)
    took += process_time() - began
    assert covered and sum(one.seconds for one in times.values()) > 0
    return total / took


async def _live(scale: Scale, count: int, town: Network, side: int, folder: Path) -> list[Figure]:
    """Every quarter of an hour what came in it is saved and worked out."""
    fleet = [fixes(number, count, side) for number in range(scale.fleet)]
    clock, store = SetClock(BEGAN), await Store.open(f"sqlite:///{folder / 'day.db'}")
    storing = working = 0.0
    try:
        loop = Plow(store, Bell(), clock, roads(town))
        for begin in range(0, count, _QUARTER):
            clock.at = BEGAN + timedelta(seconds=EVERY_S * (begin + _QUARTER))
            came = [fix for some in fleet for fix in some[begin : begin + _QUARTER]]
            storing += len(came) / await saved(store, came, clock.at)
            began = process_time()
            while await loop.step():
                pass
            working += process_time() - began
    finally:
        await store.close()
    total = sum(map(len, fleet))
    size = sum(path.stat().st_size for path in folder.glob("day.db*")) / 1e6
    return [
        beside(
            NAME,
            "from the store to passes, time, coverage",
            "fixes/CPU s",
            "stored",
            [(total / working, total / storing)],
        ),
        Figure(bench=NAME, figure=f"the store after {total:,} fixes", value=size, unit="MB"),
        Figure(bench=NAME, figure="the process at its largest", value=_peak_mb(), unit="MB"),
    ]


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
