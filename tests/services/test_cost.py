"""What a piece of work costs is its own: not what others do meanwhile, and with what its threads compute."""

from __future__ import annotations

import asyncio
from threading import get_ident
from time import thread_time

import pytest

from services.cost import Cost, costed, in_passing, in_thread


def busy(seconds: float) -> None:
    """At work for so long by the processor's clock, whatever the machine's."""
    until = thread_time() + seconds
    while thread_time() < until:
        pass


async def test_it_counts_its_own_steps_and_threads_and_nobody_elses() -> None:
    async def work() -> str:
        busy(0.01)
        await asyncio.sleep(0)
        busy(0.01)
        await in_thread(busy, 0.01)
        return "done"

    async def other() -> None:
        for _ in range(5):
            busy(0.05)
            await asyncio.sleep(0)

    cost = Cost()
    done, _ = await asyncio.gather(costed(work(), cost), other())
    assert done == "done"
    assert 0.03 <= cost.seconds < 0.1


async def test_a_few_are_done_at_once_and_many_in_a_thread() -> None:
    here = get_ident()
    assert await in_passing(True, get_ident) == here
    assert await in_passing(False, get_ident) != here
    cost = Cost()
    await costed(in_passing(True, busy, 0.01), cost)
    assert cost.seconds >= 0.01


async def test_what_the_work_raises_comes_out_and_a_cancellation_goes_in() -> None:
    cost, heard = Cost(), list[str]()

    async def fails() -> None:
        await asyncio.sleep(0)
        raise OSError("disk full")

    async def waits() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            heard.append("cancelled")
            raise

    with pytest.raises(OSError, match="disk full"):
        await costed(fails(), cost)
    task = asyncio.ensure_future(costed(waits(), cost))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == ["cancelled"]


async def test_a_thread_that_nobody_asked_the_cost_of_is_only_a_thread() -> None:
    assert await in_thread(max, 1, 2) == 2
