"""Loops go on: woken by the bell or by time, through errors, until they are stopped."""

from __future__ import annotations

import asyncio

import pytest

from services import loop as loop_module
from services.bell import Bell
from services.loop import Loop, Loops, Rests


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


def rests(share: float, quick: float = 0.0) -> Rests:
    async def step() -> bool:
        return True

    return Rests(Loop("test", step, Bell().listen(), lambda: 1.0, share=lambda: share, quick=quick))


def test_a_storm_of_dear_steps_leaves_the_others_their_share() -> None:
    """What one owes is paid with the next."""
    loop, slept = rests(share=0.25), 0.0
    found = []
    for _ in range(4):
        slept = loop.after(slept, worked=0.02)
        found.append(slept)
    assert found == pytest.approx([0.0, 0.12, 0.0, 0.12])
    assert sum(found) == pytest.approx(4 * 0.02 * 3), "three quarters of the time are the others'"


def test_one_dear_step_among_many_cheap_ones_holds_nothing_up() -> None:
    loop = rests(share=0.1, quick=0.01)
    assert loop.after(1.0, worked=0.06) == 0.0
    assert loop.after(0.02, worked=0.004) == pytest.approx(0.004), "who is done soon rests no longer than it worked"
    assert loop.after(0.6, worked=0.004) == pytest.approx(0.004)
    assert loop.after(0.02, worked=0.06) == 0.0, "what was owed has been paid by waiting"
    assert loop.after(0.02, worked=0.06) == pytest.approx(1.0), "and never more than a second is rested"


async def test_who_works_on_what_a_loop_made_goes_before_its_next_step() -> None:
    """A loop that is called all the time steps only where the one behind it is done with what it was called to."""
    bell, loops, told = Bell(), Loops(), list[str]()
    done = asyncio.Event()

    async def make() -> bool:
        told.append("made")
        bell.ring("made")
        bell.ring("more")
        return True

    async def judge() -> bool:
        told.append("begun")
        await asyncio.sleep(0.01)
        told.append("judged")
        if len(told) > 12:
            done.set()
        return False

    loops.start(Loop("judge", judge, bell.listen("made"), lambda: 60.0))
    loops.start(Loop("make", make, bell.listen("more"), lambda: 60.0, after=("judge", "elsewhere")))
    async with asyncio.timeout(30):
        await done.wait()
    await loops.stop()
    steps = " ".join(told[told.index("judged") + 1 :])
    assert "made made" not in steps and "begun made" not in steps, steps


async def test_who_goes_first_and_hangs_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "_LONGEST_WAY", 0.01)
    monkeypatch.setattr(loop_module, "_STOP_PATIENCE", 0.01)
    bell, loops, made = Bell(), Loops(), asyncio.Queue[int]()

    async def make() -> bool:
        made.put_nowait(1)
        bell.ring("more")
        return True

    loops.start(Loop("hangs", asyncio.Event().wait, bell.listen("made"), lambda: 60.0))
    loops.start(Loop("make", make, bell.listen("more"), lambda: 60.0, after=("hangs",)))
    async with asyncio.timeout(30):
        for _ in range(3):
            await made.get()
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
