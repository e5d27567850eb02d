"""A store that is slow: another process takes its lock again and again, so that a commit that takes milliseconds takes
seconds, as on a disk that cannot keep up. Nothing acknowledged is lost, and memory has its bounds.

The short form does so for seconds; ``make drill`` for three minutes and holds it once for longer than the store's own
patience, while more comes in than the hub may hold (SHIRASE_DRILL=full).
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import time
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from tests.e2e.process import hub_process
from tests.faults.crowd import Book, Memory, in_words, publishing, watching

FULL = os.environ.get("SHIRASE_DRILL") == "full"
SECONDS, LONG = (120.0, 60.0) if FULL else (4.0, 2.0)
GATEWAYS = ("gw1", "gw2", "gw3", "gw4")
RATE = 150.0 if FULL else 25.0  # readings a second of each
SETTINGS = "[flood]\nallowance = 1000\n"


@pytest.mark.timeout(240 + SECONDS + LONG)
async def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    database, book = tmp_path / "shirase.db", Book()
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(hub_process(tmp_path, GATEWAYS, SETTINGS))
        memory = Memory(hub.pid)
        await stack.enter_async_context(watching(database, book))
        await stack.enter_async_context(memory.watched())
        async with AsyncExitStack() as load:
            for name in GATEWAYS:
                client = hub.gateway(name)
                await client.start()
                stack.push_async_callback(client.stop)
                await load.enter_async_context(publishing(client, name, book, RATE, at_once=8))
            await asyncio.sleep(2)
            memory.before_mb = memory.most_mb
            slow = time.monotonic()
            await asyncio.to_thread(_held_in_bursts, database)
            await asyncio.to_thread(_held, database, LONG)
            over = time.monotonic()
            waiting = len(book.lost)
        drained = await _drained(book, over)
    delays = book.delays(GATEWAYS, slow, over)
    print(
        f"slow for {over - slow:.0f} s: acknowledged={len(book.acknowledged)} lost={len(book.lost)}; "
        f"to durable meanwhile {in_words(delays)}; waited at its end={waiting}, stored {drained:.1f} s later; "
        f"rss most={memory.most_mb:.0f} MB, before {memory.before_mb:.0f}"
    )
    assert not book.lost
    assert max(delays) > 1000, "the store was not slow, so this shows nothing"
    assert memory.most_mb < memory.before_mb + 150


def _held_in_bursts(database: Path) -> None:
    """In half of the time, in pieces of up to two seconds."""
    chance, end = random.Random(int(os.environ.get("SHIRASE_SEED", "4"))), time.monotonic() + SECONDS
    while time.monotonic() < end:
        pause = chance.uniform(0.1, 2.0)
        _held(database, pause)
        time.sleep(pause)


def _held(database: Path, seconds: float) -> None:
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")


async def _drained(book: Book, since: float) -> float:
    """Seconds until all that was acknowledged is stored."""
    while book.lost and time.monotonic() < since + 120:
        await asyncio.sleep(0.05)
    return time.monotonic() - since
