"""``kill -9`` at random moments under load: nothing that was acknowledged is lost, nothing is sent twice.

The short form kills twice; ``make drill`` kills fifty times (SHIRASE_DRILL=full). The embedded broker dies with
the hub, so every kill is a kill of both.
"""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import pytest

from tests.e2e.night import GATEWAYS, Ledger, judge, load, until_quiet
from tests.e2e.process import HubProcess, hub_process

FULL = os.environ.get("SHIRASE_DRILL") == "full"
KILLS = 50 if FULL else 2
PAUSE = 0.0 if FULL else 0.05  # seconds between a station's readings: the short form has the cores for others, too


@pytest.mark.timeout(60 + KILLS * 25)
async def test_killed_at_random_under_load(tmp_path: Path) -> None:
    seed = int(os.environ.get("SHIRASE_SEED", random.SystemRandom().randrange(10**6)))
    print(f"SHIRASE_SEED={seed}")
    ledger = Ledger()
    async with hub_process(tmp_path, GATEWAYS) as hub:
        clients = {name: hub.gateway(name) for name in GATEWAYS}
        for client in clients.values():
            await client.start()
        async with load(clients, ledger, PAUSE):
            await _kill_often(hub, random.Random(seed))
        await until_quiet(hub.database_url, ledger)
        for client in clients.values():
            await client.stop()
        assert await hub.stop() == 0
        assert await judge(hub.database_url, hub.x, hub.linkage, ledger, f"kills={KILLS}") == 0


async def _kill_often(hub: HubProcess, chance: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.05, 2.5))
        await hub.kill()
        await hub.start()
    await asyncio.sleep(2)
