"""Plows: positions cleaned and matched in memory, one to ten times as many; and from the store to passes, live.

Told by CPU time: nothing here waits for anybody, and a crowded machine says nothing about it.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time

from feeds.records import Fix
from feeds.status import Status
from geo.plow.cleaning import clean
from geo.plow.network import Network
from geo.plow.track import Track
from geo.plow.work import Rules, work
from services.bell import Bell
from services.plow import Plow
from services.roads import Roads
from services.store import records
from services.store.engine import Store
from tests.benchmarks.figure import Figure, beside
from tests.benchmarks.fleet import BEGAN, EVERY_S, city, driven, fixes
from tests.benchmarks.scale import Scale
from tests.services.making import SetClock

NAME = "plow"
_TOWN, _QUARTER = 60, 15  # blocks of 100 m along each side; the town has 7,320 segments, 732 km
_HOUR = 3600 // EVERY_S  # fixes
_STORM = 18  # times the fleet of one: with 40 of them Morioka's 733 machines, nearly


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    began = process_time()
    tracemalloc.start()
    side = _TOWN if scale.plows > 1 else _QUARTER
    town = city(side)
    held = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    made_in = process_time() - began
    return [
        Figure(
            bench=NAME, figure=f"network of {len(town):,} segments: made, memory watched", value=made_in, unit="CPU s"
        ),
        Figure(bench=NAME, figure=f"network of {len(town):,} segments: held", value=held, unit="MB"),
        *_in_memory(scale, town, side),
        *await _live(scale, town, side, folder),
    ]


def _in_memory(scale: Scale, town: Network, side: int) -> list[Figure]:
    fleet = [driven(number, _HOUR, side) for number in range(10 * scale.plows)]
    one, cleaned, grown = fleet[: scale.plows], [], []
    for _ in range(min(3, scale.repeats)):
        alone = _rate(one, clean)
        small = _rate(one, lambda raw: work(raw, town, Rules()))
        cleaned.append((small, alone))
        grown.append((_rate(fleet, lambda raw: work(raw, town, Rules())), small))
    return [
        beside(NAME, "cleaned and matched", "fixes/CPU s", "cleaned alone", cleaned),
        beside(NAME, "cleaned and matched, ten times the fleet", "fixes/CPU s", f"{scale.plows} vehicles", grown),
    ]


def _rate(fleet: Sequence[Track], what: Callable[[Track], object]) -> float:
    began = process_time()
    for raw in fleet:
        what(raw)
    return sum(map(len, fleet)) / (process_time() - began)


async def _live(scale: Scale, town: Network, side: int, folder: Path) -> list[Figure]:
    """A fleet that has been out for twenty minutes; then each of its vehicles sends two fixes more."""
    fleet = [next(fixes(number, 120, side)) for number in range(_STORM * scale.plows)]
    clock, store = SetClock(BEGAN + timedelta(minutes=20)), await Store.open(f"sqlite:///{folder / 'plow.db'}")
    try:
        loop = Plow(store, Bell(), clock, roads(town))
        first = [fix for fixes in fleet for fix in fixes[:118]]
        stored, began = await saved(store, first, clock.at), process_time()
        while await loop.step():
            pass
        caught_up = len(first) / (process_time() - began)
        last = [fix for fixes in fleet for fix in fixes[118:]]
        await saved(store, last, clock.at)
        began = process_time()
        while await loop.step():
            pass
        stepped = process_time() - began
    finally:
        await store.close()
    return [
        beside(NAME, "stored to passes, a backlog", "fixes/CPU s", "fixes to the store", [(caught_up, stored)]),
        Figure(bench=NAME, figure=f"two fixes each of {len(fleet)} vehicles: to passes", value=stepped, unit="CPU s"),
    ]


def roads(town: Network) -> Roads:
    return Roads(
        carriageways=town,
        sidewalks=None,
        rules=Rules(within=town.box),
        sidewalk_vehicles=frozenset(),
        statuses=frozenset({Status.ACTUAL}),
    )


async def saved(store: Store, fixes: Sequence[Fix], at: datetime) -> float:
    began = process_time()
    for begin in range(0, len(fixes), 2000):
        async with store.write() as connection:
            await records.save(connection, fixes[begin : begin + 2000], at)
    return len(fixes) / (process_time() - began)
