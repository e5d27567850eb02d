"""Residents whose pages stay open: a reading arrives, and every live stream is told.

The hub is one process with all its loops and an embedded broker, the clients another, a gateway a third.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from services.broker.child import dies_with_parent
from tests.benchmarks.figure import Figure, beside, percentile
from tests.benchmarks.gateways import Gateways, Order, gateways_at
from tests.benchmarks.hub import HubUnderTest, hub_under_test, resident_mb
from tests.benchmarks.scale import Scale

NAME = "streams"
_PATH = "/api/v1/events"
_PATIENCE = 60.0
_APART = 2.5  # seconds between two events: the hub merges what comes within one
_SETTINGS = "public_exercise = true\n"


@dataclass(frozen=True, slots=True)
class _Crowd:
    """What one server did with so many clients."""

    waits: list[float]  # of each event: seconds until the last client had it
    spreads: list[float]  # from the first client to the last
    each_kb: float  # memory for each client
    event: str


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    async with hub_under_test(folder / "hub", _SETTINGS) as hub, gateways_at(*hub.door) as gateways:
        ours = await _of_hub(hub, gateways, scale)
    bare = await _of_bare(scale, ours.event)
    pairs = list(zip(ours.spreads, bare.waits, strict=True))
    size, what = scale.streams, "a bare queue for each client, its own event"
    return [
        Figure(bench=NAME, figure="clients told of every event", value=size, unit="streams"),
        beside(NAME, "first client to last", "ms", what, [(1000 * one, 1000 * other) for one, other in pairs]),
        Figure(bench=NAME, figure="reading published to the last client p50", value=_ms(ours.waits, 50), unit="ms"),
        Figure(bench=NAME, figure="reading published to the last client p99", value=_ms(ours.waits, 99), unit="ms"),
        beside(NAME, "memory of a client", "kB", "a bare queue for each client", [(ours.each_kb, bare.each_kb)]),
    ]


async def _of_hub(hub: HubUnderTest, gateways: Gateways, scale: Scale) -> _Crowd:
    await _publish(gateways, "first")  # what is made once for all is there before anybody is counted
    before = hub.rss_mb
    async with _listening("127.0.0.1", urlsplit(hub.url).port or 80, _PATH, scale.streams) as crowd:
        each_kb = 1000 * (hub.rss_mb - before) / scale.streams
        waits, spreads, event = [], [], ""
        for number in range(scale.rounds):
            await asyncio.sleep(_APART)
            waiting = asyncio.create_task(_told(crowd))
            sent = await _publish(gateways, f"round{number}")
            times, event = await waiting
            waits.append(max(times) - sent)
            spreads.append(max(times) - min(times))
    return _Crowd(waits, spreads, each_kb, event)


async def _of_bare(scale: Scale, event: str) -> _Crowd:
    """The same event, as often, from a server that does nothing else."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(_child("tests.benchmarks.bare_stream"))
        port = int(await _line(server))
        before = resident_mb(server.pid)
        crowd = await stack.enter_async_context(_listening("127.0.0.1", port, "/events", scale.streams))
        each_kb = 1000 * (resident_mb(server.pid) - before) / scale.streams
        waits, spreads = [], []
        for _ in range(scale.rounds):
            waiting = asyncio.create_task(_told(crowd))
            await asyncio.sleep(0.1)
            _say(server, json.dumps(event))
            sent = float(await _line(server))
            times, _ = await waiting
            waits.append(max(times) - sent)
            spreads.append(max(times) - min(times))
    return _Crowd(waits, spreads, each_kb, event)


async def _publish(gateways: Gateways, tag: str) -> float:
    """One reading; when it was handed to its connection."""
    return min((await gateways.publish(Order(tag=tag, readings=1))).values())


@asynccontextmanager
async def _listening(host: str, port: int, path: str, size: int) -> AsyncIterator[Process]:
    async with _child("tests.benchmarks.listeners", host, str(port), path, str(size)) as crowd:
        if await _line(crowd) != "ready":
            raise RuntimeError("the listeners could not all connect; their words are above")
        yield crowd


async def _told(crowd: Process) -> tuple[list[float], str]:
    _say(crowd, str(_PATIENCE))
    times, event = json.loads(await _line(crowd))
    return times, event


@asynccontextmanager
async def _child(module: str, *words: str) -> AsyncIterator[Process]:
    command = [sys.executable, "-m", module, *words]
    process = await create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, limit=2**24, preexec_fn=dies_with_parent()
    )
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


def _say(process: Process, line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line.encode() + b"\n")


async def _line(process: Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 2 * _PATIENCE)
    if not line:
        raise RuntimeError("a process of the benchmark ended; its words are above")
    return line.decode().strip()


def _ms(values: list[float], percent: float) -> float:
    return 1000 * percentile(values, percent)
