"""A backlog: what gateways published while the hub stood still, and how fast it is worked off afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from contextlib import AsyncExitStack, closing
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.benchmarks.gateways import Order, gateways_at
from tests.benchmarks.hub import HubUnderTest, hub_under_test
from tests.benchmarks.scale import Scale

NAME = "backlog"
_LOOK = 0.02  # seconds between looks into the store
_PATIENCE = 120.0
_TICKS = os.sysconf("SC_CLK_TCK")


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """The hub's process is stopped, not ended: its broker goes on and keeps what comes, one reading a message."""
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(hub_under_test(folder / "hub"))
        gateways = await stack.enter_async_context(gateways_at(*hub.door))
        await hub.take(gateways, Order(tag="warm", readings=scale.paced))
        os.kill(hub.pid, signal.SIGSTOP)
        try:
            sent = await gateways.publish(Order(tag="backlog", readings=scale.backlog))
        finally:
            os.kill(hub.pid, signal.SIGCONT)
        began, before = time.monotonic(), _cpu_seconds(hub.pid)
        await _stored(hub, scale.paced + len(sent))
        spent, cpu = time.monotonic() - began, _cpu_seconds(hub.pid) - before
        memory = hub.rss_mb
    return [
        Figure(bench=NAME, figure="waiting", value=len(sent), unit="readings"),
        Figure(bench=NAME, figure="worked off at", value=len(sent) / spent, unit="readings/s"),
        Figure(bench=NAME, figure="CPU of the hub's process", value=1e6 * cpu / len(sent), unit="µs/reading"),
        Figure(bench=NAME, figure="memory afterwards", value=memory, unit="MB"),
    ]


async def _stored(hub: HubUnderTest, many: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    with closing(sqlite3.connect(f"file:{hub.data_dir / 'shirase.db'}?mode=ro", uri=True)) as database:
        while database.execute("SELECT count(*) FROM records").fetchone()[0] < many:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the backlog was not worked off within {_PATIENCE:.0f} s")
            await asyncio.sleep(_LOOK)


def _cpu_seconds(pid: int) -> float:
    """User and system time of all threads of the process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
