"""A full disk: nothing is acknowledged that is not kept, the hub says so, and goes on by itself when there is room.

The short form fills it once for seconds; ``make drill`` five times for twenty seconds each (SHIRASE_DRILL=full).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.faults.crowd import Book, publishing
from tests.faults.small_disk import SmallDisk, small_disk

FULL = os.environ.get("SHIRASE_DRILL") == "full"
TIMES, SECONDS = (5, 20.0) if FULL else (1, 5.0)
GATEWAYS = ("gw1", "gw2", "gw3")
RATE = 100.0 if FULL else 10.0  # readings a second of each
_RECOVERY = 60.0  # seconds at the most


@pytest.mark.timeout(180 + TIMES * (SECONDS + _RECOVERY))
@pytest.mark.parametrize("with_broker", [True, False], ids=["broker-and-store", "store"])
async def test_nothing_acknowledged_is_lost(tmp_path: Path, with_broker: bool) -> None:
    book, most_mb, back = Book(), 0.0, list[float]()
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(
            small_disk(tmp_path, GATEWAYS, size_mb=96, with_broker=with_broker),
        )
        async with AsyncExitStack() as load:
            for name in GATEWAYS:
                client = hub.gateway(name)
                await client.start()
                stack.push_async_callback(client.stop)
                await load.enter_async_context(publishing(client, name, book, RATE, at_once=4))
            await asyncio.sleep(2)
            for _ in range(TIMES):
                back.append(await _full_for_a_while(hub, book, with_broker))
                most_mb = max(most_mb, hub.rss_mb)
            await asyncio.sleep(1)
        stored = await _all_stored(hub, book)
        assert await _until_ready(hub, 30), await hub.reasons()
    lost = book.acknowledged.keys() - stored.keys()
    print(
        f"full {TIMES} times for {SECONDS:.0f} s, {'broker and store' if with_broker else 'store'}: "
        f"acknowledged={len(book.acknowledged)} lost={len(lost)} doubled={sum(stored.values()) - len(stored)}; "
        f"stored again after {max(back):.1f} s at the most; rss most={most_mb:.0f} MB"
    )
    assert not lost
    assert max(stored.values()) == 1
    assert most_mb < 400


async def _full_for_a_while(hub: SmallDisk, book: Book, with_broker: bool) -> float:
    """Fill, wait, clear; seconds from then until something new is stored."""
    hub.fill()
    await asyncio.sleep(2)
    acknowledged = len(book.acknowledged)
    await asyncio.sleep(SECONDS)
    assert hub.alive
    before = len(await hub.stored())
    said = " ".join(await hub.reasons())
    if with_broker:
        assert len(book.acknowledged) == acknowledged, "the broker cannot keep it, so it acknowledges nothing"
        assert "disk nearly full" in said
    else:
        assert len(book.acknowledged) > acknowledged, "the broker keeps what the hub cannot"
        assert "ingest stopped since" in said and "full" in said
    hub.clear()
    cleared = time.monotonic()
    while len(await hub.stored()) == before:
        assert time.monotonic() - cleared < _RECOVERY, await hub.reasons()
        await asyncio.sleep(0.1)
    return time.monotonic() - cleared


async def _all_stored(hub: SmallDisk, book: Book) -> Counter[str]:
    stored = Counter(await hub.stored())
    deadline = time.monotonic() + 60
    while book.acknowledged.keys() - stored.keys() and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        stored = Counter(await hub.stored())
    return stored


async def _until_ready(hub: SmallDisk, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while await hub.reasons():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.2)
    return True
