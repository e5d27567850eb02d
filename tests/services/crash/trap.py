"""A coroutine that is stopped at its n-th await: killed, cancelled, or told that what it awaits has failed.

Between two awaits a process does nothing that the world could see: what it asks of the store, of a socket, of a clock
it asks by waiting for it. So whoever has stopped it at every await has stopped it everywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from enum import StrEnum
from typing import Any

_SETTLED_S = 0.05  # an answer of a stand-in on this machine takes a tenth of that


class Way(StrEnum):
    """How it ends."""

    KILLED_BEFORE = "killed before"  # no signal, no clean-up; what it waits for may never have begun
    KILLED_AFTER = "killed after"  # what it waits for was done, and nobody learned of it
    CANCELLED = "cancelled"  # the hub stops, and has no patience left
    FAILED = "failed"  # the disk or the line says no, once; the process lives on


class Killed(BaseException):
    """Thrown into what is left of a dead process, so that its frames go away. Nothing may catch it."""


class Trap:
    """Runs ``work``, and springs at its await number ``at`` (from 1). ``await`` it: the result, or what ended it."""

    def __init__(self, work: Coroutine[Any, Any, None], at: int, way: Way, cut: Callable[[], Awaitable[None]]) -> None:
        self._work, self._at, self._way, self._cut = work, at, way, cut
        self.awaits = 0
        self.sprung = False

    async def run(self) -> None:
        """In a task of its own, for a cancellation is the task's. Raises what the work raises, but not its death."""
        task = asyncio.create_task(self._body())
        try:
            await task
        except (Killed, asyncio.CancelledError):
            if not self.sprung:
                raise
        except Exception:
            if not self._dead:  # what a dead process cries about its closed store is heard by nobody
                raise

    @property
    def _dead(self) -> bool:
        return self.sprung and self._way is not Way.FAILED

    async def _body(self) -> None:
        await _Driven(self)

    def _steps(self) -> Generator[Any, None, None]:
        throw: BaseException | None = None
        while True:
            try:
                waits_for = self._work.send(None) if throw is None else self._work.throw(throw)
            except StopIteration:
                return
            throw = None
            self.awaits += 1
            if self.awaits == self._at:
                self.sprung = True
                throw = yield from self._spring(waits_for)
            elif self._dead and self._way is not Way.CANCELLED:
                throw = Killed()
            else:
                throw = yield from _passed_on(waits_for)

    def _spring(self, waits_for: Any) -> Generator[Any, None, BaseException | None]:
        match self._way:
            case Way.CANCELLED:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
                return (yield from _passed_on(waits_for))
            case Way.FAILED:
                _let_go(waits_for)
                return OSError(5, "ordered by the test")
            case Way.KILLED_AFTER:
                yield from _done(waits_for).__await__()
        _let_go(waits_for)
        yield from self._end().__await__()
        return Killed()

    async def _end(self) -> None:
        await self._cut()


class _Driven:
    def __init__(self, trap: Trap) -> None:
        self._trap = trap

    def __await__(self) -> Generator[Any, None, None]:
        return self._trap._steps()


def _passed_on(waits_for: Any) -> Generator[Any, None, BaseException | None]:
    """Let the loop wait for it; what the loop throws in is handed to the work."""
    try:
        yield waits_for
    except BaseException as error:  # noqa: BLE001 - a cancellation, in the main
        return error
    return None


def _let_go(waits_for: Any) -> None:
    if asyncio.isfuture(waits_for):
        waits_for._asyncio_future_blocking = False  # nobody waits for it any more


async def _done(waits_for: Any) -> None:
    if asyncio.isfuture(waits_for):
        waits_for._asyncio_future_blocking = False
        await asyncio.wait([waits_for], timeout=_SETTLED_S)
