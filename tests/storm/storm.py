"""One storm from its first cue to the witness' word."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic, process_time
from typing import Any

from services.clock import CatchUpClock
from tests.storm.books import Books
from tests.storm.crowd import Crowd
from tests.storm.desk import Orders
from tests.storm.gauge import Gauge, grown
from tests.storm.ground import Ground
from tests.storm.oracle import Verdict, judge
from tests.storm.play import Played, play
from tests.storm.plot import Plot
from tests.storm.rivers import Rivers
from tests.storm.sky import Sky
from tests.storm.stage import OFFICERS, Stage, staged
from tests.storm.town import Town
from tests.storm.weather import troubles

_LISTENERS, _ADDRESSES = 6, ("hanako@example.jp", "taro@example.jp", "jiro@example.jp")
_LATER, _LEAVER = "sue@example.jp", "jiro@example.jp"  # who joins after a third, and who leaves after half of it
_QUIET_FOR, _PATIENCE = 6, 240.0  # looks without anything open, a second apart; seconds until that must be so


@dataclass
class Outcome:
    """``faults``: the witness', the crowd's, and what grew."""

    seed: int
    hours: float
    factor: float
    verdict: Verdict
    played: Played
    crowd: Crowd
    gauge: Gauge
    pulses: list[dict[str, Any]]
    cpu_s: float = 0.0  # of the hub
    wall_s: float = 0.0
    player_s: float = 0.0
    faults: list[str] = field(default_factory=list)


def hub_time(clock: CatchUpClock, at: datetime) -> datetime:
    """What the hub's clock showed at a moment of wall time."""
    return min(at, clock.start + (at - clock.began) * clock.speed)


def written(start: datetime, hours: float, seed: int, *, polled: bool = True) -> tuple[Plot, random.Random]:
    """The script of this seed; unless ``polled`` the forecaster's word comes by relay alone."""
    chance = random.Random(seed)
    plot = Plot(start, hours)
    Sky(plot, chance, polled=polled).write()
    Ground(plot, chance).write()
    Town(plot, chance).write()
    Rivers(plot, chance, polled=polled).write()
    Orders(plot).write()
    return plot, chance


async def storm(folder: Path, hours: float, factor: float, seed: int) -> Outcome:
    """Play it all, wait until it is quiet, and hear the witness."""
    began, mine = monotonic(), process_time()
    async with staged(folder, hours, factor) as stage:
        plot, chance = written(stage.fast.start, hours, seed)
        await stage.begin()
        crowd, played = Crowd(stage, plot, chance), Played()
        gauge = Gauge(stage, max(1.0, 600 / factor))
        async with alongside(_round_it(crowd, gauge)):
            await asyncio.gather(*(crowd.join(one) for one in _ADDRESSES), crowd.browser("one"), crowd.browser("two"))
            async with asyncio.TaskGroup() as group:
                group.create_task(_comings(stage, crowd, hours))
                group.create_task(play(stage, plot, list(troubles(stage.fast.start, hours, chance)), played))
            await _until_quiet(gauge)
            books = Books.of(plot, partial(hub_time, stage.fast), factor, crowd)
            books.save(folder / "books.pickle")
            verdict = await judge(books, stage.store_url)
        gauge.save(folder / "samples.jsonl")
        pulses = [json.loads(line) for line in stage.pulse("hub").read_text(encoding="utf-8").splitlines()]
        cpu = _cpu(stage.pids["hub"])
    outcome = Outcome(seed, hours, factor, verdict, played, crowd, gauge, pulses, cpu, monotonic() - began)
    outcome.player_s = process_time() - mine
    outcome.faults = [*verdict.faults, *crowd.faults[:20], *grown(gauge.samples, pulses)]
    return outcome


def _round_it(crowd: Crowd, gauge: Gauge) -> list[Coroutine[Any, Any, None]]:
    officers = [crowd.officer(name, second=bool(number)) for number, name in enumerate(OFFICERS)]
    return [*officers, *(crowd.listener(number) for number in range(_LISTENERS)), crowd.reader(), gauge.run()]


@asynccontextmanager
async def alongside(those: list[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """They go on as long as the block; one that breaks off breaks the storm off."""
    async with AsyncExitStack() as stack:
        tasks = [asyncio.create_task(one) for one in those]
        stack.push_async_callback(_ended, tasks)
        yield


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for one in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(one, asyncio.CancelledError):
            raise AssertionError("somebody around the hub broke off") from (one if isinstance(one, Exception) else None)


async def _comings(stage: Stage, crowd: Crowd, hours: float) -> None:
    await asyncio.sleep(stage.fast.real_seconds_until(stage.fast.start + timedelta(hours=hours / 3)))
    await crowd.join(_LATER)
    await asyncio.sleep(stage.fast.real_seconds_until(stage.fast.start + timedelta(hours=hours / 2)))
    await crowd.leave(_LEAVER)


async def _until_quiet(gauge: Gauge) -> None:
    """Nothing is behind and nothing is open, for a while."""
    deadline, quiet = monotonic() + _PATIENCE, 0
    while quiet < _QUIET_FOR:
        assert monotonic() < deadline, f"not quiet: {gauge.samples[-1]}"
        await asyncio.sleep(1.0)
        quiet = quiet + 1 if gauge.now == (0, 0) else 0


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    parts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / 100
