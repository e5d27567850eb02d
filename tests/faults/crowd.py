"""Gateways that measure at a steady rate while something goes wrong, and the book of what became of each reading."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from services.broker.client import MqttClient
from services.clock import wall
from tests.benchmarks.figure import percentile
from tests.benchmarks.hub import resident_mb

_LOOK = 0.005  # seconds between looks into the store


@dataclass
class Book:
    """By id of a reading, in seconds of the monotonic clock."""

    sent: dict[str, float] = field(default_factory=dict)
    acknowledged: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)  # committed in the store

    @property
    def lost(self) -> set[str]:
        """Acknowledged, and not in the store."""
        return self.acknowledged.keys() - self.seen.keys()

    def delays(self, gateways: tuple[str, ...], since: float, until: float) -> list[float]:
        """Milliseconds from publish to durable of what these sent in this time and that was stored."""
        return [
            1000 * (self.seen[one] - at)
            for one, at in self.sent.items()
            if since <= at < until and one in self.seen and one.partition("/")[0] in gateways
        ]


def in_words(delays: list[float]) -> str:
    whole = f"p50={percentile(delays, 50):.1f} p99={percentile(delays, 99):.1f} worst={max(delays):.1f} ms"
    return f"{whole} of {len(delays)}"


@asynccontextmanager
async def publishing(client: MqttClient, name: str, book: Book, rate: float, at_once: int = 1) -> AsyncIterator[None]:
    """``rate`` readings a second as long as the block lasts, up to ``at_once`` of them without their PUBACK."""
    workers = [asyncio.create_task(_publish(client, f"{name}/{n}", book, at_once / rate)) for n in range(at_once)]
    try:
        yield
    finally:
        for one in workers:
            one.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _publish(client: MqttClient, line: str, book: Book, every: float) -> None:
    gateway, began, turn = line.partition("/")[0], time.monotonic() + random.random() * every, 0
    born = f"{line}/{began:.3f}"
    await asyncio.sleep(began - time.monotonic())  # not all in step
    while True:
        identity = f"{born}/{turn:06d}"
        body = {
            "v": 1,
            "id": identity,
            "station": line.replace("/", "-"),
            "quantity": "snow_depth",
            "value": 20 + turn % 7 / 10,
            "unit": "cm",
            "time": (wall() - timedelta(seconds=5)).isoformat(timespec="milliseconds"),
        }
        book.sent[identity] = time.monotonic()
        await client.publish(f"hub/v1/{gateway}/{body['station']}/snow_depth", json.dumps(body).encode())
        book.acknowledged[identity] = time.monotonic()
        turn += 1
        await asyncio.sleep(max(0.0, began + turn * every - time.monotonic()))


@asynccontextmanager
async def watching(database: Path, book: Book) -> AsyncIterator[None]:
    """Enter into the book what others can see in the store, which is what is on disk, up to 5 ms late."""
    task = asyncio.create_task(_watch(database, book))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _watch(database: Path, book: Book) -> None:
    seq = 0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        while True:
            rows = connection.execute("SELECT seq, key FROM records WHERE seq > ? ORDER BY seq", (seq,)).fetchall()
            now = time.monotonic()
            for seq, key in rows:  # noqa: B007 - the last one counts
                identity = key.partition("#")[2]
                assert identity not in book.seen, f"{identity} is stored twice"
                book.seen[identity] = now
            await asyncio.sleep(_LOOK)


@dataclass
class Memory:
    """Resident memory of a process: the most it ever was, and the most before the trouble."""

    pid: int
    most_mb: float = 0.0
    before_mb: float = 0.0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            self.most_mb = max(self.most_mb, resident_mb(self.pid))
            await asyncio.sleep(0.1)
