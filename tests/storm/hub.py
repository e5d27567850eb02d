"""A hub on a fast clock, in a process of its own that says how it feels: ``python -m tests.storm.hub``.

It is the hub as a city runs it (no exercise: what is real is real), but for its clock, which the hub takes from whoever
runs it; when the storm begins is told by a line on stdin. Every so often it writes down what cannot be seen from
outside: tasks, objects, garbage.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

from services.app import Hub
from services.cli.serve import settle
from services.clock import CatchUpClock, Clock
from services.line import SERVICES
from services.settings import load
from services.telemetry import configure_logging
from tests.storm import census as look

_POOL = min(32, (os.cpu_count() or 1) + 4)  # threads of asyncio's own pool (concurrent.futures)
_CENSUS_EVERY = 12  # pulses: counting half a million objects holds everything up for a moment


class Held(Clock):
    """Stands still until it is let go: a hub takes its time to start, and the storm waits for it."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._running: CatchUpClock | None = None

    def let_go(self, running: CatchUpClock) -> None:
        self._running = running

    @property
    def hurried(self) -> bool:
        return self._running is None or self._running.hurried

    def now(self) -> datetime:
        return self._start if self._running is None else self._running.now()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.storm.hub")
    parser.add_argument("services", nargs="*")
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--start", type=datetime.fromisoformat, required=True)
    parser.add_argument("--speed", type=float, required=True)
    parser.add_argument("--pulse", type=Path, required=True)
    parser.add_argument("--every", type=float, default=5.0)
    args = parser.parse_args()
    gc.set_threshold(20_000)  # as the console script does
    configure_logging("WARNING")
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    clock = Held(args.start)
    async with Hub.running(load([args.settings]), clock, args.services or SERVICES) as hub:
        await _fill_the_pool()
        settle()
        print(json.dumps({"ready": hub.address, "services": hub.services}), flush=True)
        began = await asyncio.to_thread(sys.stdin.readline)
        clock.let_go(CatchUpClock(args.start, args.speed, datetime.fromisoformat(began.strip())))
        with args.pulse.open("w", encoding="utf-8") as file:
            number = 0
            while not stop.is_set():
                pulse = _pulse(clock, census=number % _CENSUS_EVERY == 0)
                file.write(json.dumps(pulse) + "\n")
                file.flush()
                number += 1
                try:
                    await asyncio.wait_for(stop.wait(), args.every)
                except TimeoutError:
                    continue
    return 0


async def _fill_the_pool() -> None:
    """All of the pool's threads begin now: they stay once they are there, and the first evening on which one more was
    wanted at once would look like growth.
    """
    together = threading.Barrier(_POOL)
    await asyncio.gather(*(asyncio.to_thread(together.wait) for _ in range(_POOL)))


def _pulse(clock: Clock, *, census: bool) -> dict[str, object]:
    told: dict[str, object] = {
        "at": clock.now().isoformat(),
        "tasks": len(asyncio.all_tasks()),
        "garbage": len(gc.garbage),
        "memory": look.memory(),
    }
    if census:
        told["objects"], told["census"] = look.objects()
        if of := os.environ.get("STORM_HOLDERS", ""):
            told["holders"] = look.holders(of.split(","))
    return told


if __name__ == "__main__":
    sys.exit(main())
