"""A task that lost the first word is asked again; an end that does not come about says what it waits for."""

from __future__ import annotations

import asyncio
import threading

import pytest
from structlog.testing import capture_logs

from services.ending import cancelled
from services.slow_end import told_after

pytestmark = pytest.mark.one_engine


async def test_one_that_lost_the_first_word_ends_all_the_same() -> None:
    lost = []

    async def deaf_once() -> None:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                if lost:
                    raise
                lost.append("a word")

    task = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)
    await cancelled([task])
    assert task.cancelled() and lost


async def test_what_one_failed_with_is_told_and_holds_up_nobody() -> None:
    async def failing() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            raise OSError("the line is gone")

    tasks = [asyncio.create_task(failing(), name="reader"), asyncio.create_task(asyncio.sleep(3600))]
    await asyncio.sleep(0)
    with capture_logs() as told:
        await cancelled(tasks)
    assert [line["task"] for line in told] == ["reader"] and all(task.done() for task in tasks)


async def test_whoever_waits_for_the_end_is_still_cut_off_by_a_word_of_its_own() -> None:
    """To end one's own task is no reason to lose a cancellation that is meant for oneself."""

    async def deaf() -> None:
        while not enough.is_set():
            try:
                await enough.wait()
            except asyncio.CancelledError:
                continue

    enough = asyncio.Event()
    task = asyncio.create_task(deaf())
    waiting = asyncio.create_task(cancelled([task]))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    enough.set()
    await task


async def test_a_slow_end_names_the_task_and_the_place_where_it_waits() -> None:
    blocked = threading.Event()
    thread = threading.Thread(target=blocked.wait, name="a reader that blocks")
    thread.start()
    with capture_logs() as told:
        task = asyncio.create_task(_outer(), name="relay")
        await asyncio.sleep(0)  # it waits where it will be seen, however early the timer comes
        timer = told_after(0.01)
        await asyncio.to_thread(timer.join)
    task.cancel()
    blocked.set()
    thread.join()
    (line,) = told
    assert line["event"] == "the end takes long"
    outer, inner, *_ = line["tasks"]["relay"]
    assert outer.startswith("test_ending.py:") and outer.endswith("_outer") and inner.endswith("_inner")
    assert any("wait" in place for place in line["threads"]["a reader that blocks"])


async def _outer() -> None:
    await _inner()


async def _inner() -> None:
    await asyncio.sleep(3600)
