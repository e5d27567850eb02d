"""Running the loops: one task each, woken by a bell or by time, never ended by an error."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import structlog

from services.bell import Listener
from services.cost import Cost, costed
from services.ending import cancelled
from services.figures import STEP_SECONDS, STEPS

log = structlog.get_logger()
_SHORTEST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0  # after a failure, in seconds
_LONGEST_REST = 1.0  # where a step took an hour because the machine stood still, two more would not help anybody
_LONGEST_WAY = 1.0  # for those that go first: one of them may hang
_STOP_PATIENCE = 5.0  # seconds for a step under way when the hub stops


@dataclass(frozen=True, slots=True)
class Loop:
    """A verb to repeat. ``step`` returns True when it did something."""

    name: str
    step: Callable[[], Awaitable[bool]]
    wake: Listener
    pace: Callable[[], float]  # seconds between polls
    again: bool = False  # step again at once after a True: there may be more in the queue
    rest: float = 0.0  # seconds between two starts at the least: under a storm of rings others need the store too
    share: Callable[[], float] = lambda: 1.0  # of the processor, for the same reason; it rests a second at the most
    quick: float = 0.0  # seconds of it: who takes so little is in nobody's way, and rests no longer than it worked
    after: Collection[str] = ()  # loops that go first where they are at work or called: they work on what this one made


class Loops:
    """Keeps loops running. A step that raises is logged once, tried again with a growing pause, and shown."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.failing: dict[str, str] = {}  # loop → what it failed with
        self._stepping: set[str] = set()
        self._wakes: dict[str, Listener] = {}
        self._stepped = asyncio.Event()
        self._stopping = False

    def start(self, loop: Loop) -> None:
        STEPS.labels(loop.name, "failed")  # at nought: the first failure must be seen as a rise
        self._wakes[loop.name] = loop.wake
        self._tasks[loop.name] = asyncio.create_task(self._run(loop), name=loop.name)

    async def stop(self) -> None:
        """End every loop where it waits. A step under way may finish; if it takes too long it is cancelled too.

        Cancelling inside a statement would leave SQLite's lock to a connection that is closed but not gone.
        """
        self._stopping = True
        self._stepped.set()
        for name, task in self._tasks.items():
            if name not in self._stepping:
                task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=_STOP_PATIENCE)
            await cancelled(late)

    async def _run(self, loop: Loop) -> None:
        failures, rests, ended = 0, Rests(loop), perf_counter()
        with loop.wake:
            while not self._stopping:
                began = perf_counter()
                idle, cost = began - ended, Cost()
                try:
                    busy = await costed(self._step(loop), cost)
                    failures = 0
                except Exception as error:  # noqa: BLE001 - whatever it is, the loop goes on and says so
                    failures += 1
                    await self._after_failure(loop, error, failures)
                    continue
                ended = perf_counter()
                next_at = max(began + loop.rest, ended + rests.after(idle, cost.seconds))
                if not (self._stopping or (busy and loop.again)):
                    await loop.wake.wait(loop.pace())
                if not self._stopping:
                    await asyncio.sleep(max(0.0, next_at - perf_counter()))
                    await self._give_way(loop)

    async def _give_way(self, loop: Loop) -> None:
        """Let those go first that are at work, or called, on what this loop made."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_WAY):
                while not self._stopping and any(map(self._busy, loop.after)):
                    self._stepped.clear()
                    await self._stepped.wait()

    def _busy(self, name: str) -> bool:
        return name in self._stepping or (name in self._wakes and self._wakes[name].called)

    async def _step(self, loop: Loop) -> bool:
        began = perf_counter()
        self._stepping.add(loop.name)
        try:
            busy = await loop.step()
        finally:
            self._stepping.discard(loop.name)
            self._stepped.set()
        STEPS.labels(loop.name, "ok").inc()
        STEP_SECONDS.labels(loop.name).observe(perf_counter() - began)
        if self.failing.pop(loop.name, None):
            log.info("loop recovered", loop=loop.name)
        return busy

    async def _after_failure(self, loop: Loop, error: Exception, failures: int) -> None:
        """The first failure of a kind is logged whole, repeats only count. A ring ends the pause, after a second of it:
        when the store is back, everybody is rung, and nobody shall sleep on.
        """
        STEPS.labels(loop.name, "failed").inc()
        if self.failing.get(loop.name) != repr(error):
            log.error("loop failed", loop=loop.name, exc_info=error)
        self.failing[loop.name] = repr(error)
        pause = min(_LONGEST_PAUSE, 0.5 * 2 ** min(failures, 8))
        pause = random.uniform(pause / 2, pause)  # noqa: S311 - jitter, not a secret
        at_least = min(pause, _SHORTEST_PAUSE)
        await asyncio.sleep(at_least)
        await loop.wake.wait(pause - at_least)


class Rests:
    """What a loop leaves to the others. Whatever time it does nothing pays for it, also while it waits for a ring.

    Where nothing is owed a dear step may be followed by another at once, and both are paid for after that: so one look
    at everything holds nothing up, and a storm of them leaves the others their share.
    """

    def __init__(self, loop: Loop) -> None:
        self._loop, self._owed = loop, 0.0

    def after(self, idle: float, worked: float) -> float:
        """Seconds to rest after a step that cost ``worked`` and began when ``idle`` had passed since the last."""
        due = worked * (1 / self._loop.share() - 1)
        before = self._owed = max(0.0, self._owed - idle)
        if worked <= self._loop.quick:
            return min(due, worked)
        self._owed = min(before + due, _LONGEST_REST)
        return self._owed if before else 0.0
