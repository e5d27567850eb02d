"""What a piece of work costs: processor time of its coroutine, and of what it has threads compute.

Time on the clock says as much of who else was at work. What the driver of the store does in its threads is not counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextvars import ContextVar
from time import thread_time
from types import coroutine
from typing import Any, ParamSpec, TypeVar

_T = TypeVar("_T")
_P = ParamSpec("_P")


class Cost:
    """Seconds so far."""

    def __init__(self) -> None:
        self.seconds = 0.0


_COST: ContextVar[Cost | None] = ContextVar("cost", default=None)  # of the work that is under way


async def costed(work: Awaitable[_T], cost: Cost) -> _T:
    """``await work``, and tell ``cost`` what it took."""
    token = _COST.set(cost)
    try:
        return await _driven(work, cost)
    finally:
        _COST.reset(token)


@coroutine
def _driven(work: Awaitable[_T], cost: Cost) -> Generator[Any, Any, _T]:
    """What ``await`` does, with a look at the clock before and after each piece."""
    steps: Any = work.__await__()
    error: BaseException | None = None
    while True:
        began = thread_time()
        try:
            waits_for = next(steps) if error is None else steps.throw(error)
        except StopIteration as end:
            result: _T = end.value
            return result
        finally:
            cost.seconds += thread_time() - began
        try:
            yield waits_for
            error = None
        except BaseException as raised:  # noqa: BLE001 - a cancellation, too, is the work's to answer
            error = raised


async def in_passing(few: bool, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """At once where there are ``few`` things to compute over, some milliseconds of work, else as :func:`in_thread`.

    A thread would take the same from whoever waits, for one interpreter runs both, and the changes between them more.
    """
    return function(*args, **kwargs) if few else await in_thread(function, *args, **kwargs)


async def in_thread(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """As :func:`asyncio.to_thread`; what it takes there counts for the work that asked."""
    cost = _COST.get()

    def told() -> _T:
        began = thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            if cost is not None:
                cost.seconds += thread_time() - began

    return await asyncio.to_thread(told)
