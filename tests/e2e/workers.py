"""Ingest processes that share one broker's work and one database: each of them, and each node, may be killed."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest
from aiohttp import ClientSession, ClientTimeout
from sqlalchemy import select

from feeds.registry import topic_filters
from services.broker import export
from services.broker.client import Limits, MqttClient
from services.broker.login import Login
from services.broker.rights import HUB_USER, Gateway
from services.clock import wall
from services.store.engine import Store
from services.store.tables import records
from tests.city_broker import city_broker
from tests.e2e.process import HubProcess
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX
from tests.nats_cluster import PASSWORD, NatsCluster

NAMES = ("gw1", "gw2", "gw3", "gw4")
_PATIENCE = 240.0  # seconds until one takes in; on a machine where eight others work
QUICK = Limits(first_delay=0.05, most_delay=0.3)


class Broker(Protocol):
    """Whatever the processes share."""

    @property
    def pids(self) -> list[int]:
        """Of its processes."""

    def login(self, user: str, first: int = 0) -> Login:
        """How somebody comes by MQTT; where there are several nodes, to this one first."""

    def settings(self, worker: int) -> str:
        """``[broker]`` of the process of this number."""


class Shared:
    """Mosquitto, and a shared subscription."""

    def __init__(self, folder: Path) -> None:
        made = self.broker = city_broker("mosquitto", folder)
        gateways = {name: Gateway(password=PASSWORD) for name in NAMES}
        export.write(made.folder, export.files("mosquitto", made.site, PASSWORD, gateways, topic_filters()))

    @property
    def pids(self) -> list[int]:
        return [self.broker.process.pid] if self.broker.process else []

    def login(self, user: str, first: int = 0) -> Login:
        return self.broker.login(user, PASSWORD)

    def settings(self, worker: int) -> str:
        return f"""
[broker]
door = "shared"
worker = "{worker}"
protocol = "5"
host = "localhost"
port = {self.broker.port}
username = "{HUB_USER}"
password = "{PASSWORD}"
ca = "{self.broker.folder / "ca.pem"}"
[flood]
allowance = 1000000
"""


@asynccontextmanager
async def jetstream(folder: Path, names: Sequence[str] = NAMES) -> AsyncIterator[NatsCluster]:
    """A started cluster of three."""
    made = NatsCluster(folder, {name: Gateway(password=PASSWORD) for name in names})
    try:
        for number in range(3):
            made.start(number)
        yield made
    finally:
        made.stop()


@asynccontextmanager
async def shared(folder: Path) -> AsyncIterator[Shared]:
    """A started mosquitto."""
    made = Shared(folder)
    made.broker.start()
    try:
        yield made
    finally:
        made.broker.stop()


@asynccontextmanager
async def workers(
    folder: Path, broker: Broker, database: str, many: int, names: Sequence[str] = NAMES
) -> AsyncIterator[list[HubProcess]]:
    """So many processes; none is started."""
    async with AsyncExitStack() as stack:
        x, linkage = FakeX(), FakeLinkage()
        for fake in (x, linkage):
            await fake.start()
            stack.push_async_callback(fake.stop)
        made = []
        for number in range(many):
            own = folder / f"worker{number}"
            own.mkdir(parents=True)
            hub = HubProcess(own, x, linkage, tuple(names), database, broker.settings(number))
            hub.services = ("ingest",)
            made.append(hub)
        try:
            yield made
        finally:
            await asyncio.gather(*(hub.stop() for hub in made if hub.started))


async def begin(*hubs: HubProcess) -> None:
    """Start them, and wait until they take in: what is published before there is anybody is kept for nobody."""
    await asyncio.gather(*(hub.start() for hub in hubs))
    await asyncio.gather(*(_taking_in(hub) for hub in hubs))


async def _taking_in(hub: HubProcess) -> None:
    deadline, said = time.monotonic() + _PATIENCE, ""
    async with ClientSession(timeout=ClientTimeout(total=_PATIENCE)) as session:
        while time.monotonic() < deadline:
            async with session.get(f"{hub.address}/readyz") as answer:
                if answer.status == 200:
                    return
                said = await answer.text()
            await asyncio.sleep(0.1)
    pytest.fail(f"not ready after {_PATIENCE:.0f} s: {said[:500]}")


class Load:
    """Gateways that publish one after the other, and remember what was acknowledged to them."""

    def __init__(self, broker: Broker, under_way: int, pause: float) -> None:
        self.acknowledged: set[str] = set()
        self._under_way, self._pause = under_way, pause
        self._clients = {
            name: MqttClient(broker.login(name, turn % 3), limits=QUICK) for turn, name in enumerate(NAMES)
        }
        self._tasks: list[asyncio.Task[None]] = []
        self._ended = False

    async def start(self) -> None:
        for name, client in self._clients.items():
            await client.start()
            self._tasks += [asyncio.create_task(self._publish(name, client, turn)) for turn in range(self._under_way)]

    async def until(self, many: int) -> None:
        """Wait until so many more were acknowledged: whatever has happened, the broker takes."""
        wanted = len(self.acknowledged) + many
        async with asyncio.timeout(90):
            while len(self.acknowledged) < wanted:
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        self._ended = True
        await asyncio.wait_for(asyncio.gather(*self._tasks), 90)
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
            await asyncio.sleep(self._pause)


async def all_stored(database: str, wanted: set[str], patience: float = 120.0) -> Counter[str]:
    """Wait until all of these are in the store; how often each is."""
    store = await Store.open(database)
    try:
        async with asyncio.timeout(patience):
            while missing := wanted - set(found := await _stored(store)):
                print(f"{len(missing)} of {len(wanted)} are still to come")
                await asyncio.sleep(0.5)
    finally:
        await store.close()
    return found


async def _stored(store: Store) -> Counter[str]:
    async with store.read() as connection:
        return Counter(key.partition("#")[2] for key in await connection.scalars(select(records.c.key)))
