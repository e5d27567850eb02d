"""Loops go on: woken by the bell or by time, through errors, until they are stopped."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from services import loop as loop_module
from services.bell import Bell
from services.loop import Loop, Loops


async def test_a_bell_wakes_at_once_and_a_ring_between_two_waits_is_not_lost() -> None:
    bell, steps, loops = Bell(), asyncio.Queue[int](), Loops()

    async def step() -> bool:
        steps.put_nowait(1)
        return False

    loops.start(Loop("test", step, bell.listen("go"), lambda: 60.0))
    await asyncio.wait_for(steps.get(), 1)
    bell.ring("go")
    bell.ring("go")
    await asyncio.wait_for(steps.get(), 1)
    await loops.stop()


async def test_without_a_bell_it_polls() -> None:
    count = 0

    async def step() -> bool:
        nonlocal count
        count += 1
        return False

    loops = Loops()
    loops.start(Loop("test", step, Bell().listen("never"), lambda: 0.01))
    await asyncio.sleep(0.2)
    await loops.stop()
    assert count > 3


async def test_an_error_is_shown_while_it_lasts_and_ends_nothing() -> None:
    failing, done = True, asyncio.Event()

    async def step() -> bool:
        if failing:
            raise OSError("disk full")
        done.set()
        return False

    loops = Loops()
    loops.start(Loop("test", step, Bell().listen("never"), lambda: 0.01))
    await asyncio.sleep(0.1)
    assert "disk full" in loops.failing["test"]
    failing = False
    await asyncio.wait_for(done.wait(), 5)
    await asyncio.sleep(0.05)
    assert loops.failing == {}
    await loops.stop()


async def test_a_ring_ends_the_pause_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is back, and says so to everybody; without it the pause would last for an hour."""
    monkeypatch.setattr(loop_module, "_SHORTEST_PAUSE", 0.01)
    monkeypatch.setattr(loop_module, "_LONGEST_PAUSE", 3600.0)
    bell, loops, failures, done = Bell(), Loops(), 0, asyncio.Event()

    async def step() -> bool:
        nonlocal failures
        failures += 1
        if failures < 20:
            bell.ring("go")
            raise OSError("no store")
        done.set()
        return False

    loops.start(Loop("test", step, bell.listen("go"), lambda: 60.0))
    async with asyncio.timeout(30):
        await done.wait()
    await loops.stop()
    assert loops.failing == {}


async def test_a_full_queue_is_worked_off_without_pause() -> None:
    left = [3]

    async def step() -> bool:
        left[0] -= 1
        return left[0] > 0

    loops = Loops()
    loops.start(Loop("test", step, Bell().listen("never"), lambda: 60.0, again=True))
    await asyncio.sleep(0.2)
    await loops.stop()
    assert left == [0]


async def test_a_storm_of_rings_leaves_rest_between_steps() -> None:
    bell, count, loops = Bell(), 0, Loops()

    async def step() -> bool:
        nonlocal count
        count += 1
        return False

    began = asyncio.get_running_loop().time()
    loops.start(Loop("test", step, bell.listen("go"), lambda: 60.0, rest=0.1))
    for _ in range(100):
        bell.ring("go")
        await asyncio.sleep(0.005)
    await loops.stop()
    assert 2 <= count <= (asyncio.get_running_loop().time() - began) / 0.1 + 2, "however long the machine took"


async def test_a_step_that_takes_long_leaves_its_share_of_the_time_to_others() -> None:
    """In the loop's own time, whatever the machine's: three quarters of it nobody steps."""
    bell, spans, loops = Bell(), list[tuple[float, float]](), Loops()

    async def step() -> bool:
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(0.01)
        bell.ring("go")
        spans.append((began, asyncio.get_running_loop().time()))
        return False

    loops.start(Loop("test", step, bell.listen("go"), lambda: 60.0, share=0.25))
    while len(spans) < 4:
        await asyncio.sleep(0.01)
    await loops.stop()
    for (began, ended), (again, _) in itertools.pairwise(spans):
        assert again - began >= 3.9 * (ended - began)


async def test_a_step_that_stood_still_with_its_machine_is_not_rested_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "_LONGEST_REST", 0.01)
    bell, loops, again = Bell(), Loops(), asyncio.Event()
    held = [0.05]

    async def step() -> bool:
        if not held:
            again.set()
        else:
            await asyncio.sleep(held.pop())
            bell.ring("go")
        return False

    loops.start(Loop("test", step, bell.listen("go"), lambda: 60.0, share=1e-6))
    async with asyncio.timeout(30):
        await again.wait()
    await loops.stop()


async def test_a_step_under_way_may_finish_when_the_hub_stops() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def step() -> bool:
        began.set()
        await asyncio.sleep(0.2)
        ended.set()
        return True

    loops = Loops()
    loops.start(Loop("steps", step, Bell().listen("never"), lambda: 30.0, again=True))
    await began.wait()
    async with asyncio.timeout(2):
        await loops.stop()
    assert ended.is_set()


async def test_a_step_that_does_not_finish_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "_STOP_PATIENCE", 0.1)
    loops = Loops()
    loops.start(Loop("hangs", asyncio.Event().wait, Bell().listen("never"), lambda: 30.0))
    await asyncio.sleep(0.01)
    async with asyncio.timeout(2):
        await loops.stop()


def test_what_is_done_soon_rests_no_longer_than_it_worked() -> None:
    async def step() -> bool:
        return True

    loop = Loop("test", step, Bell().listen(), lambda: 1.0, share=0.25, quick=0.02)
    rests = [loop_module._rest(loop, worked) for worked in (0.01, 0.02, 0.03, 0.2, 3600.0)]
    assert rests == pytest.approx([0.01, 0.02, 0.09, 0.6, 1.0])
