"""A cluster of three nats-servers, and ingest processes that share its work: each may be killed under load.

What a gateway had acknowledged lies in the store, once. The short form kills one node and one process; ``make drill``
kills a node or a process twenty times (SHIRASE_DRILL=full).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from services.broker.client import Limits, MqttClient
from services.broker.rights import Gateway
from services.clock import wall
from services.store.engine import Store
from services.store.tables import records
from tests.e2e.process import HubProcess
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX
from tests.nats_cluster import PASSWORD, NatsCluster
from tests.postgresql import Cluster

FULL = os.environ.get("SHIRASE_DRILL") == "full"
KILLS = 20 if FULL else 1
NAMES = ("gw1", "gw2")
QUICK = Limits(first_delay=0.05, most_delay=0.3)
UNDER_WAY = 20  # messages of each gateway


@asynccontextmanager
async def plant(folder: Path, database: str, workers: int) -> AsyncIterator[tuple[NatsCluster, list[HubProcess]]]:
    """A cluster and so many processes that take in, on one database."""
    async with AsyncExitStack() as stack:
        cluster = NatsCluster(folder / "nats", {name: Gateway(password=PASSWORD) for name in NAMES})
        stack.callback(cluster.stop)
        for number in range(3):
            cluster.start(number)
        x, linkage = FakeX(), FakeLinkage()
        for fake in (x, linkage):
            await fake.start()
            stack.push_async_callback(fake.stop)
        hubs = []
        for number in range(workers):
            own = folder / f"worker{number}"
            own.mkdir()
            hub = HubProcess(own, x, linkage, NAMES, database, cluster.settings())
            hub.services = ("ingest",)
            stack.push_async_callback(hub.stop)
            hubs.append(hub)
        await asyncio.gather(*(hub.start() for hub in hubs))
        await asyncio.gather(*(_taking_in(hub) for hub in hubs))
        yield cluster, hubs


async def _taking_in(hub: HubProcess) -> None:
    """Wait until the process pulls: what is published before there is a consumer is kept for nobody."""
    async with asyncio.timeout(60), ClientSession() as session:
        while True:
            async with session.get(f"{hub.address}/readyz") as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.1)


class Load:
    """Gateways that publish without a pause, and remember what was acknowledged to them."""

    def __init__(self, cluster: NatsCluster) -> None:
        self.acknowledged: set[str] = set()
        self._clients = {name: MqttClient(cluster.login(name, first), limits=QUICK) for first, name in enumerate(NAMES)}
        self._tasks: list[asyncio.Task[None]] = []
        self._ended = False

    async def start(self) -> None:
        for name, client in self._clients.items():
            await client.start()
            self._tasks += [asyncio.create_task(self._publish(name, client, turn)) for turn in range(UNDER_WAY)]

    async def until(self, many: int) -> None:
        """Wait until so many more were acknowledged: whatever has happened, the broker takes."""
        wanted = len(self.acknowledged) + many
        async with asyncio.timeout(60):
            while len(self.acknowledged) < wanted:
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        self._ended = True
        await asyncio.wait_for(asyncio.gather(*self._tasks), 60)
        for client in self._clients.values():
            await client.stop()

    async def _publish(self, name: str, client: MqttClient, turn: int) -> None:
        number = 0
        while not self._ended:
            number += 1
            identity = f"{name}-{turn}-{number}"
            body = {"v": 1, "id": identity, "station": f"{name}-{turn}", "quantity": "snow_depth", "value": 20.0}
            whole = {**body, "unit": "cm", "time": wall().isoformat()}
            await client.publish(f"hub/v1/{name}/{name}-{turn}/snow_depth", json.dumps(whole).encode())
            self.acknowledged.add(identity)
            if not FULL:
                await asyncio.sleep(0.02)


async def _stored(store: Store) -> Counter[str]:
    async with store.read() as connection:
        return Counter(key.partition("#")[2] for key in await connection.scalars(select(records.c.key)))


@pytest.mark.timeout(120 + KILLS * 60)
async def test_a_node_and_a_process_are_killed_and_nothing_acknowledged_is_lost(
    tmp_path: Path, postgresql: Cluster
) -> None:
    seed = int(os.environ.get("SHIRASE_SEED", random.SystemRandom().randrange(10**6)))
    print(f"SHIRASE_SEED={seed}")
    chance, database = random.Random(seed), postgresql.database(f"cluster{time.monotonic_ns()}")
    async with plant(tmp_path, database, workers=2) as (cluster, hubs), AsyncExitStack() as stack:
        load = Load(cluster)
        await load.start()
        await load.until(100)
        for _ in range(KILLS):
            node, worker = chance.randrange(3), chance.randrange(2)
            cluster.kill(node)
            await hubs[worker].kill()
            await load.until(100)  # two nodes are enough, and one process is
            cluster.start(node)
            if FULL:
                await hubs[worker].start()
                await asyncio.sleep(chance.uniform(0, 5))
        await load.stop()
        store = await Store.open(database)
        stack.push_async_callback(store.close)
        began = time.monotonic()
        while missing := load.acknowledged - set(await _stored(store)):
            assert time.monotonic() - began < 90, f"{len(missing)} of {len(load.acknowledged)} never came"
            await asyncio.sleep(0.2)
        found = await _stored(store)
    print(f"kills={KILLS} acknowledged={len(load.acknowledged)} stored={len(found)}: none lost, none doubled")
    assert set(found.values()) == {1}
