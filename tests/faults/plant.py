"""The hub as a city runs it, and everything that can be broken: its processes, its broker, its database, its lines.

On PostgreSQL it is one process per service, on SQLite a single one. Every neighbour is reached over a line of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.engine import make_url

from feeds.registry import topic_filters
from services.broker import export
from services.broker.client import Limits, MqttClient
from services.broker.rights import Gateway
from services.clock import wall
from services.line import SERVICES
from services.store.engine import Store
from services.store.tables import outbox
from tests.city_broker import CityBroker, city_broker
from tests.e2e.process import PASSWORD, HubProcess
from tests.fakes.jma import FakeJma
from tests.fakes.linkage import FakeLinkage
from tests.fakes.webhook import FakePartner
from tests.fakes.x import FakeX
from tests.faults.line import Far, Line, to_port, to_socket
from tests.postgresql import Cluster

GATEWAYS = ("gw1", "gw2", "jma-relay")
PROCESSES = tuple(name for name in SERVICES if name != "poll")
OUTLETS = ("x", "linkage")
PAIR = ("one", "other")  # two whole hubs
EMBEDDED = "embedded"  # the broker that the hub brings along, and that dies with it


class Plant:
    """``hubs`` by name: one per service, or each of them whole. ``store_url`` goes past every line.

    ``broker`` is None where it is the hub's own.
    """

    def __init__(
        self, broker: CityBroker | None, database: Cluster | None, hubs: dict[str, HubProcess], world: World
    ) -> None:
        self.broker, self.database, self.hubs = broker, database, hubs
        self.x, self.linkage, self.partner, self.jma = world.x, world.linkage, world.partner, world.jma
        self.lines, self.store_url = world.lines, next(iter(hubs.values())).database_url
        self._frozen: set[int] = set()

    @property
    def polls(self) -> bool:
        """Whether anybody asks the forecaster."""
        return "poll" in self.hubs or any(name in self.hubs for name in PAIR)

    @property
    def parts(self) -> tuple[str, ...]:
        """Everything that can be killed."""
        more = {"broker": self.broker, "database": self.database}
        return (*self.hubs, *(name for name, one in more.items() if one is not None))

    async def kill(self, part: str) -> None:
        """``kill -9``."""
        if part == "broker":
            assert self.broker
            self.broker.kill()
        elif part == "database":
            assert self.database
            await asyncio.to_thread(self.database.kill)
        else:
            await self.hubs[part].kill()

    async def start(self, part: str) -> None:
        if part == "broker":
            assert self.broker
            await asyncio.to_thread(self.broker.start)
        elif part == "database":
            assert self.database
            await asyncio.to_thread(self.database.start)
        else:
            await self.hubs[part].start()

    def freeze(self, part: str) -> None:
        """SIGSTOP: it is there, and does nothing."""
        self._frozen.update(self.pids(part))
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)
        self._frozen.clear()

    def pids(self, part: str) -> list[int]:
        """The processes of a part, now."""
        if part == "database":
            assert self.database
            return self.database.pids
        if part == "broker":
            assert self.broker and self.broker.process
            return [self.broker.process.pid]
        return [self.hubs[part].pid]

    def fail_over(self, standby: Cluster) -> None:
        """The database is felled, its standby takes its place, and the line leads there."""
        assert self.database
        name = str(make_url(self.store_url).database)
        self.database.kill()
        standby.promote()
        self.lines["database"].far = to_socket(standby.socket)
        self.database, self.store_url = standby, standby.url(name)

    async def end_leases(self) -> None:
        """What 90 seconds would do to a delivery whose sender was killed."""
        store = await Store.open(self.store_url)
        async with store.write() as connection:
            await connection.execute(update(outbox).where(outbox.c.state == "sending").values(lease_until=wall()))
        await store.close()

    def gateway(self, name: str) -> MqttClient:
        """A gateway with its own password, over TLS to a broker of the city's; it connects again by itself."""
        if self.broker is None:
            return self.hubs["hub"].gateway(name)
        return MqttClient(self.broker.login(name, PASSWORD), limits=Limits(first_delay=0.1, most_delay=0.5))

    def _signal(self, number: int) -> None:
        for pid in self._frozen:
            os.kill(pid, number)


class World:
    """Everybody outside, and the lines to them. ``partner`` takes what is real only: no drill may ever reach it."""

    def __init__(self, chance: random.Random) -> None:
        self.x, self.linkage = FakeX(rate_limit=1_000_000), FakeLinkage()
        self.partner, self.jma = FakePartner(), FakeJma()
        self.lines: dict[str, Line] = {}
        self._chance = chance

    async def start(self, stack: AsyncExitStack) -> None:
        for fake in (self.x, self.linkage, self.partner, self.jma):
            await fake.start()
            stack.push_async_callback(fake.stop)
        self.x.url = await self.over_line(stack, "x", self.x.url)
        self.linkage.url = await self.over_line(stack, "linkage", self.linkage.url)
        self.jma.base = await self.over_line(stack, "feeds", self.jma.base)

    async def over_line(self, stack: AsyncExitStack, name: str, url: str) -> str:
        """The same address, at the near end of a new line."""
        port = int(url.split(":")[2].partition("/")[0])
        line = await self.line(stack, name, to_port(port))
        return url.replace(f":{port}", f":{line.port}")

    async def line(self, stack: AsyncExitStack, name: str, far: Far) -> Line:
        made = self.lines[name] = Line(far, self._chance)
        await made.start()
        stack.push_async_callback(made.cut)
        return made


@asynccontextmanager
async def plant(
    folder: Path,
    kind: str,
    database: Cluster | None,
    services: Iterable[str] = PROCESSES,
    environment: Mapping[str, str] | None = None,
    seed: int = 0,
) -> AsyncIterator[Plant]:
    """A running plant with its outside world. Without ``database`` it is SQLite and one process."""
    async with AsyncExitStack() as stack:
        world = World(random.Random(seed))
        await world.start(stack)
        broker = None if kind == EMBEDDED else await _broker(stack, world, kind, folder / "broker")
        url, store_url = ("", "") if database is None else await _database(stack, world, database)
        hubs = {}
        for name in services if database else ("hub",):
            (folder / name).mkdir()
            more = _settings(broker, world, polls=name == "poll")
            hub = hubs[name] = HubProcess(folder / name, world.x, world.linkage, GATEWAYS, url, more)
            hub.services = (name,) if database else ()
            hub.environment = dict(environment or {})
        yield await _running(stack, broker, database, hubs, world, store_url)


@asynccontextmanager
async def lone(folder: Path, kind: str, database: Cluster, more: str) -> AsyncIterator[Plant]:
    """One whole hub on PostgreSQL and a broker of the city's. ``more`` is TOML at the end of its settings."""
    async with AsyncExitStack() as stack:
        world = World(random.Random(0))
        await world.start(stack)
        broker = await _broker(stack, world, kind, folder / "broker")
        url, past = await _database(stack, world, database)
        (folder / "hub").mkdir()
        settings = _settings(broker, world, polls=False) + more
        hub = HubProcess(folder / "hub", world.x, world.linkage, GATEWAYS, url, settings)
        yield await _running(stack, broker, database, {"hub": hub}, world, past)


@asynccontextmanager
async def pair(folder: Path, kind: str, database: Cluster, seed: int = 0) -> AsyncIterator[Plant]:
    """Two whole hubs on one store and one broker, each with a session and a line to the store of its own."""
    async with AsyncExitStack() as stack:
        world = World(random.Random(seed))
        await world.start(stack)
        broker = await _broker(stack, world, kind, folder / "broker")
        name = f"plant{wall():%H%M%S%f}"
        past = database.database(name)
        hubs = {}
        for hub in PAIR:
            (folder / hub).mkdir()
            line = await world.line(stack, f"database of {hub}", to_socket(database.socket))
            url = f"postgresql://shirase@127.0.0.1:{line.port}/{name}"
            more = _settings(broker, world, polls=True, client_id=f"shirase-{hub}")
            hubs[hub] = HubProcess(folder / hub, world.x, world.linkage, GATEWAYS, url, more)
        yield await _running(stack, broker, database, hubs, world, past)


async def _running(
    stack: AsyncExitStack,
    broker: CityBroker | None,
    database: Cluster | None,
    hubs: dict[str, HubProcess],
    world: World,
    store_url: str,
) -> Plant:
    first, *others = hubs.values()  # it makes the tables, for which the others would wait, and not for ever
    await _started(stack, first)
    await asyncio.gather(*(_started(stack, hub) for hub in others))
    made = Plant(broker, database, hubs, world)
    made.store_url = store_url or made.store_url
    stack.callback(made.thaw)
    return made


async def _started(stack: AsyncExitStack, hub: HubProcess) -> None:
    await hub.start()
    stack.push_async_callback(hub.stop)


async def _broker(stack: AsyncExitStack, world: World, kind: str, folder: Path) -> CityBroker:
    made = city_broker(kind, folder)
    gateways = {name: Gateway(password=PASSWORD, telegram=name == "jma-relay") for name in GATEWAYS}
    export.write(made.folder, export.files(kind, made.site, PASSWORD, gateways, topic_filters()))
    made.start()
    stack.callback(made.stop)
    await world.line(stack, "broker", to_port(made.port))
    return made


async def _database(stack: AsyncExitStack, world: World, cluster: Cluster) -> tuple[str, str]:
    """A new database's address over its line, and past it."""
    name = f"plant{wall():%H%M%S%f}"
    past = cluster.database(name)
    line = await world.line(stack, "database", to_socket(cluster.socket))
    return f"postgresql://shirase@127.0.0.1:{line.port}/{name}", past


def _settings(broker: CityBroker | None, world: World, *, polls: bool, client_id: str = "shirase-hub") -> str:
    q = json.dumps
    door = ""
    if broker is not None:
        door = f"""
[broker]
host = "localhost"
port = {world.lines["broker"].port}
username = "hub"
client_id = {q(client_id)}
password = {q(PASSWORD)}
ca = {q(str(broker.folder / "ca.pem"))}
"""
    asks = f"[poll]\nbase = {q(world.jma.base)}\nfeeds = ['extra']\nevery_s = 20\ntimeout_s = 5\n" if polls else ""
    return f"""
[channels.webhook]
url = {q(world.partner.url + "/hook")}
secret = {q(world.partner.secret)}
{door}{asks}"""
