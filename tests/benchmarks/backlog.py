"""A backlog: what gateways published while the hub stood still, and how fast it is worked off afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from contextlib import AsyncExitStack, closing
from pathlib import Path

from tests.benchmarks.cpu import cpu_seconds
from tests.benchmarks.figure import Figure
from tests.benchmarks.gateways import Gateways, Order, gateways_at
from tests.benchmarks.hub import HubUnderTest, hub_under_test
from tests.benchmarks.ingest import BATCH
from tests.benchmarks.scale import Scale

NAME = "backlog"
_LOOK = 0.02  # seconds between looks into the store
_PATIENCE = 120.0
_SO_MANY_MORE = 10  # readings in batches as alone


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """The hub's process is stopped, not ended: its broker goes on and keeps what comes."""
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(hub_under_test(folder / "hub"))
        gateways = await stack.enter_async_context(gateways_at(*hub.door))
        await hub.take(gateways, Order(tag="warm", readings=scale.paced))
        alone = await _worked_off(hub, gateways, Order(tag="alone", readings=scale.backlog))
        batches = Order(tag="batches", readings=_SO_MANY_MORE * scale.backlog, batch=BATCH)
        return [*alone, *await _worked_off(hub, gateways, batches)]


async def _worked_off(hub: HubUnderTest, gateways: Gateways, order: Order) -> list[Figure]:
    before = _count(hub)
    os.kill(hub.pid, signal.SIGSTOP)
    try:
        sent = await gateways.publish(order)
    finally:
        os.kill(hub.pid, signal.SIGCONT)
    began, cpu_before = time.monotonic(), cpu_seconds(hub.pid)
    await _stored(hub, before + len(sent))
    spent, cpu = time.monotonic() - began, cpu_seconds(hub.pid) - cpu_before
    how = "one a message" if order.batch == 1 else f"{order.batch} a message"
    return [
        Figure(bench=NAME, figure=f"{how}: waiting", value=len(sent), unit="readings"),
        Figure(bench=NAME, figure=f"{how}: worked off at", value=len(sent) / spent, unit="readings/s"),
        Figure(bench=NAME, figure=f"{how}: CPU of the hub's process", value=1e6 * cpu / len(sent), unit="µs/reading"),
        Figure(bench=NAME, figure=f"{how}: memory afterwards", value=hub.rss_mb, unit="MB"),
    ]


async def _stored(hub: HubUnderTest, many: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while _count(hub) < many:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the backlog was not worked off within {_PATIENCE:.0f} s")
        await asyncio.sleep(_LOOK)


def _count(hub: HubUnderTest) -> int:
    """Records are never deleted, so the newest number is their count."""
    with closing(sqlite3.connect(f"file:{hub.data_dir / 'shirase.db'}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT coalesce(max(seq), 0) FROM records").fetchone()[0])
