"""A gateway that floods at a hundred times its rate: it costs little, and of the others' readings none is lost.

The short form floods for seconds; ``make drill`` for two minutes (SHIRASE_DRILL=full).
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import time
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from feeds.status import Status
from geo.gateway import GatewayState
from services.broker.client import MqttClient
from services.clock import wall
from services.store import packs, vitals
from services.store.engine import Store
from tests.benchmarks.cpu import cpu_seconds
from tests.benchmarks.figure import percentile
from tests.e2e.process import hub_process
from tests.faults.crowd import Book, Memory, in_words, publishing, watching

FULL = os.environ.get("SHIRASE_DRILL") == "full"
RATE, SECONDS = 2.0, 120.0 if FULL else 5.0  # readings a second of each; a flood is a hundred times that
CALM = 60.0 if FULL else 3.0
OTHERS = tuple(f"gw{number}" for number in range(1, 10))
FLOODER = "gw10"
SETTINGS = f"[flood]\nallowance = {RATE / 2}\n"  # its bucket is empty after seconds; the others' lasts


@pytest.mark.timeout(120 + CALM + SECONDS)
async def test_the_others_notice_nothing(tmp_path: Path) -> None:
    database = tmp_path / "shirase.db"
    await _all_known(database)
    book = Book()
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(hub_process(tmp_path, (*OTHERS, FLOODER), SETTINGS))
        clients = {name: hub.gateway(name) for name in (*OTHERS, FLOODER)}
        for client in clients.values():
            await client.start()
            stack.push_async_callback(client.stop)
        await stack.enter_async_context(watching(database, book))
        course = await _flood(clients, book, Memory(hub.pid))
        packed, hazards = await _settled(database, book)
    memory = course.memory
    quiet = book.delays(OTHERS, course.calm, course.flood)
    loud = book.delays(OTHERS, course.flood, course.over)
    lost = [one for one in book.lost if not one.startswith(FLOODER)]
    of_flooder = {one for one in book.acknowledged if one.startswith(FLOODER)}
    print(
        f"others calm: {in_words(quiet)}; in the flood: {in_words(loud)}; lost={len(lost)}; "
        f"flooder: acknowledged={len(of_flooder)} ({(len(of_flooder) - RATE * CALM) / SECONDS:.0f}/s) "
        f"stored={len(of_flooder & book.seen.keys())} packed={packed}; rss most={memory.most_mb:.0f} MB, "
        f"before the flood {memory.before_mb:.0f}; CPU of the hub a reading in the calm {1e6 * course.alone_s:.0f} µs, "
        f"a message of the flood {1e6 * course.more_s:.0f} µs"
    )
    assert not lost
    assert packed >= len(book.lost), "what is not among the records is in packs"
    assert packed > 0
    assert hazards == [f"allowance:{FLOODER}"]
    # A machine that has time gives each message of the flood a transaction of its own, and the others notice nothing.
    # One that has none makes everybody wait, however good the hub is: there a message of the flood may cost little.
    unnoticed = percentile(loud, 99) < max(10 * percentile(quiet, 99), 1000)
    assert unnoticed or course.more_s < course.alone_s / 10
    assert memory.most_mb < memory.before_mb + 100


@dataclass(frozen=True, kw_only=True)
class Course:
    """When the calm began, the flood, and its end, by the monotonic clock; and what the hub's CPU did."""

    calm: float
    flood: float
    over: float
    memory: Memory
    alone_s: float  # CPU seconds a reading of the calm, with all that runs anyway
    more_s: float  # … a message of the flood, above those


async def _flood(clients: dict[str, MqttClient], book: Book, memory: Memory) -> Course:
    """All others publish throughout."""
    async with AsyncExitStack() as steady:
        for name in OTHERS:
            await steady.enter_async_context(publishing(clients[name], name, book, RATE))
        await asyncio.sleep(6)  # the canary is back: the hub knows that it is level
        await steady.enter_async_context(memory.watched())
        calm, cpu, sent = time.monotonic(), cpu_seconds(memory.pid), len(book.acknowledged)
        async with publishing(clients[FLOODER], FLOODER, book, RATE):
            await asyncio.sleep(CALM)
        memory.before_mb = memory.most_mb
        quiet_s, quiet = cpu_seconds(memory.pid) - cpu, len(book.acknowledged) - sent
        flood, cpu, sent = time.monotonic(), cpu_seconds(memory.pid), len(book.acknowledged)
        async with publishing(clients[FLOODER], FLOODER, book, 100 * RATE, at_once=40):
            await asyncio.sleep(SECONDS)
        over, loud_s, loud = time.monotonic(), cpu_seconds(memory.pid) - cpu, len(book.acknowledged) - sent
    more_s = (loud_s - quiet_s * (over - flood) / (flood - calm)) / loud
    return Course(calm=calm, flood=flood, over=over, memory=memory, alone_s=quiet_s / quiet, more_s=max(0.0, more_s))


async def _all_known(database: Path) -> None:
    """From an earlier life: a gateway that nobody knows may bring a whole day at once."""
    store, now = await Store.open(f"sqlite:///{database}"), wall()
    known = GatewayState(name="", status=Status.EXERCISE, checked_at=now, watched_since=now, seen_at=now)
    async with store.write() as connection:
        await vitals.put(connection, [replace(known, name=name) for name in (*OTHERS, FLOODER)])
    await store.close()


async def _settled(database: Path, book: Book) -> tuple[int, list[str]]:
    """Wait until all is stored or packed, and until staff are told: how many are packed, and the hazards there are."""
    packed, hazards = 0, list[str]()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        for _ in range(300):
            of_code = "SELECT coalesce(sum(times), 0) FROM quarantine WHERE code = ?"
            ((packed,),) = connection.execute(of_code, (packs.KEPT,)).fetchall()
            told = connection.execute("SELECT body FROM hazards WHERE current AND level > 0").fetchall()
            hazards = [json.loads(body)["source"] for (body,) in told]
            if packed >= len(book.lost) and hazards:
                break
            await asyncio.sleep(0.1)
    return packed, hazards
