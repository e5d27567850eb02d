"""What the hub takes: memory at rest and after a burst, and the time until it is ready."""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import create_subprocess_exec
from pathlib import Path

from tests.benchmarks.figure import Figure, beside
from tests.benchmarks.gateways import Order, gateways_at
from tests.benchmarks.hub import hub_under_test
from tests.benchmarks.ingest import BATCH
from tests.benchmarks.scale import Scale

NAME = "memory"
_WORK = 5  # times the readings of a burst
_BARE = "python -c 'import geopandas'"


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """Fresh data at every start; the last start's hub is the one that works. Its broker is counted apart."""
    starts = []
    for number in range(scale.starts - 1):
        bare = await _import()
        async with hub_under_test(folder / f"start{number}") as hub:
            starts.append((hub.start_seconds, bare))
    bare = await _import()
    async with hub_under_test(folder / "worked") as hub:
        starts.append((hub.start_seconds, bare))
        await asyncio.sleep(1)
        idle, idle_broker = hub.rss_mb, hub.broker_rss_mb
        async with gateways_at(*hub.door) as gateways:
            await hub.take(gateways, Order(tag="memory", readings=_WORK * scale.readings, batch=BATCH))
        after, after_broker = hub.rss_mb, hub.broker_rss_mb
    return [
        beside(NAME, "start until ready", "s", _BARE, starts),
        beside(NAME, f"hub after {_WORK * scale.readings} readings", "MB", "hub at rest", [(after, idle)]),
        beside(
            NAME,
            f"broker after {_WORK * scale.readings} readings",
            "MB",
            "broker at rest",
            [(after_broker, idle_broker)],
        ),
    ]


async def _import() -> float:
    began = time.monotonic()
    process = await create_subprocess_exec(sys.executable, "-c", "import geopandas")
    if await process.wait():
        raise RuntimeError("geopandas cannot be imported: run make install")
    return time.monotonic() - began
