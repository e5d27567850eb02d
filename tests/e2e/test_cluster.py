"""Several ingest processes on one broker, each killed under load: what was acknowledged is stored, and once.

The short form kills once; ``make drill`` kills a node and a process twenty times each (SHIRASE_DRILL=full).
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from pathlib import Path

import pytest

from tests.e2e.workers import Load, all_stored, begin, jetstream, shared, workers
from tests.postgresql import Cluster

FULL = os.environ.get("SHIRASE_DRILL") == "full"
KILLS = 20 if FULL else 1
UNDER_WAY, PAUSE = (10, 0.05) if FULL else (5, 0.02)  # messages of each gateway: no more than two processes take in
SO_MANY = 1000 if FULL else 60


@pytest.fixture
def chance() -> random.Random:
    seed = int(os.environ.get("SHIRASE_SEED", random.SystemRandom().randrange(10**6)))
    print(f"SHIRASE_SEED={seed}")
    return random.Random(seed)


@pytest.mark.timeout(180 + KILLS * 60)
async def test_a_node_and_a_process_are_killed(tmp_path: Path, postgresql: Cluster, chance: random.Random) -> None:
    """Three nats-servers: two are enough, and one process is."""
    database = postgresql.database(f"cluster{time.monotonic_ns()}")
    async with jetstream(tmp_path / "nats") as cluster, workers(tmp_path, cluster, database, 2) as hubs:
        await begin(*hubs)
        load = Load(cluster, UNDER_WAY, PAUSE)
        await load.start()
        await load.until(SO_MANY)
        for _ in range(KILLS):
            node, hub = chance.randrange(3), chance.choice(hubs)
            cluster.kill(node)
            await hub.kill()
            await load.until(SO_MANY)
            cluster.start(node)
            if FULL:
                await begin(hub)
                await asyncio.sleep(chance.uniform(0, 5))
        await load.stop()
        found = await all_stored(database, load.acknowledged)
    print(f"kills={KILLS} acknowledged={len(load.acknowledged)} stored={len(found)}, none lost, none doubled")
    assert set(found.values()) == {1}


@pytest.mark.timeout(180 + KILLS * 60)
async def _a_process_on_a_shared_subscription_is_killed(
    tmp_path: Path, postgresql: Cluster, chance: random.Random
) -> None:
    """What was dealt to it waits for it at the broker, and nothing that the others have does."""
    database = postgresql.database(f"shared{time.monotonic_ns()}")
    async with shared(tmp_path / "mosquitto") as broker, workers(tmp_path, broker, database, 2) as hubs:
        await begin(*hubs)
        load = Load(broker, UNDER_WAY, PAUSE)
        await load.start()
        await load.until(SO_MANY)
        for _ in range(KILLS):
            hub = chance.choice(hubs)
            await hub.kill()
            await load.until(SO_MANY)
            await begin(hub)
        await load.stop()
        found = await all_stored(database, load.acknowledged)
    print(f"kills={KILLS} acknowledged={len(load.acknowledged)} stored={len(found)}, none lost, none doubled")
    assert set(found.values()) == {1}


if FULL:  # a process takes seconds to start; the short form is tests/services/test_shared_door.py
    test_a_process_on_a_shared_subscription_is_killed = _a_process_on_a_shared_subscription_is_killed
