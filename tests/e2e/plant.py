"""The hub as a city runs it: one process per service, PostgreSQL, and a broker with TLS; each may be killed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sqlalchemy import update

from feeds.registry import topic_filters
from services.broker import export
from services.broker.client import Limits, MqttClient
from services.broker.rights import Gateway
from services.clock import wall
from services.line import SERVICES
from services.store.engine import Store
from services.store.tables import outbox
from tests.city_broker import CityBroker, city_broker
from tests.e2e.night import GATEWAYS
from tests.e2e.process import PASSWORD, HubProcess
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX
from tests.postgresql import Cluster

PROCESSES = tuple(name for name in SERVICES if name != "poll")


class Plant:
    """``hubs`` by name: one per service, or a single one that runs everything."""

    def __init__(self, broker: CityBroker, database: Cluster | None, hubs: dict[str, HubProcess]) -> None:
        self.broker, self.database, self.hubs = broker, database, hubs
        one = next(iter(hubs.values()))
        self.x, self.linkage, self.database_url = one.x, one.linkage, one.database_url

    @property
    def parts(self) -> tuple[str, ...]:
        """Everything that can be killed."""
        return (*self.hubs, "broker", *(["database"] if self.database else []))

    async def kill(self, part: str) -> None:
        """``kill -9``."""
        if part == "broker":
            self.broker.kill()
        elif part == "database":
            assert self.database
            await asyncio.to_thread(self.database.kill)
        else:
            await self.hubs[part].kill()

    async def start(self, part: str) -> None:
        if part == "broker":
            await asyncio.to_thread(self.broker.start)
        elif part == "database":
            assert self.database
            await asyncio.to_thread(self.database.start)
        else:
            await self.hubs[part].start()

    async def end_leases(self) -> None:
        """What 90 seconds would do to a delivery whose sender was killed."""
        store = await Store.open(self.database_url)
        async with store.write() as connection:
            await connection.execute(update(outbox).where(outbox.c.state == "sending").values(lease_until=wall()))
        await store.close()

    def gateway(self, name: str) -> MqttClient:
        """A gateway over TLS with its own password; it connects again by itself after each kill."""
        return MqttClient(self.broker.login(name, PASSWORD), limits=Limits(first_delay=0.1, most_delay=0.5))


@asynccontextmanager
async def plant(
    folder: Path, kind: str, database: Cluster | None, services: tuple[str, ...] = PROCESSES
) -> AsyncIterator[Plant]:
    """A running plant with its outside world. Without ``database`` it is SQLite and one process."""
    async with AsyncExitStack() as stack:
        x, linkage = FakeX(rate_limit=100_000), FakeLinkage()
        for fake in (x, linkage):
            await fake.start()
            stack.push_async_callback(fake.stop)
        broker = city_broker(kind, folder / "broker")
        gateways = {name: Gateway(password=PASSWORD, telegram=name == "jma-relay") for name in GATEWAYS}
        export.write(broker.folder, export.files(kind, broker.site, PASSWORD, gateways, topic_filters()))
        broker.start()
        stack.callback(broker.stop)
        url = database.database(f"plant{kind}{wall():%H%M%S%f}") if database else ""
        hubs = {}
        for name in services if database else ("hub",):
            (folder / name).mkdir()
            hubs[name] = HubProcess(folder / name, x, linkage, GATEWAYS, url, _broker_settings(broker))
            hubs[name].services = (name,) if database else ()
            stack.push_async_callback(hubs[name].stop)
        await asyncio.gather(*(hub.start() for hub in hubs.values()))
        yield Plant(broker, database, hubs)


def _broker_settings(broker: CityBroker) -> str:
    q = json.dumps
    return f"""
[broker]
host = "localhost"
port = {broker.port}
username = "hub"
password = {q(PASSWORD)}
ca = {q(str(broker.folder / "ca.pem"))}
"""
