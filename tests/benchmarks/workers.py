"""Ingest processes that share the work: how much two do more than one, and what a reading costs each program.

The processes are stopped, not ended, while gateways publish; then they go on, and a look into the database each 20 ms
tells when all is stored. So neither their start nor the publishing is in a figure.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from services.broker.client import MqttClient
from tests.benchmarks.cpu import TICK, cpu_seconds
from tests.benchmarks.figure import Figure
from tests.benchmarks.gateways import IN_FLIGHT, Order, messages
from tests.benchmarks.ingest import BATCH
from tests.benchmarks.scale import Scale
from tests.e2e.process import HubProcess
from tests.e2e.workers import NAMES, QUICK, begin, jetstream, shared, workers
from tests.postgresql import Cluster, binaries, cluster

NAME = "workers"
SIZE = "SELECT pg_total_relation_size('records') / greatest(1, count(*)) FROM records"
_LOOK = 0.02  # seconds between looks into the store
_PATIENCE = 180.0
_Open = Callable[[Path], AbstractAsyncContextManager[Any]]
DOORS: dict[str, _Open] = {"jetstream, three nodes": jetstream, "mosquitto, shared subscription": shared}


@dataclass(frozen=True, slots=True)
class Run:
    """One backlog, by one process or two. CPU in seconds."""

    readings: int
    seconds: float
    ingest: float
    database: float
    broker: float

    @property
    def rate(self) -> float:
        return self.readings / self.seconds


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """Nothing where there is no PostgreSQL: several processes need one."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("several processes share a PostgreSQL: install the distribution's postgresql")
    found = []
    with cluster(programs) as server:
        for number, (name, door) in enumerate(DOORS.items()):
            found += await _through(name, door, server, scale, folder / str(number))
    return found


async def _through(name: str, door: _Open, server: Cluster, scale: Scale, folder: Path) -> list[Figure]:
    folder.mkdir()
    url = server.database(f"workers{time.monotonic_ns()}")
    async with door(folder / "broker") as broker, workers(folder, broker, url, 2) as hubs:
        await begin(hubs[0])
        publish = await _gateways(broker)
        await _backlog(hubs[:1], broker, server, url, publish, Order(tag="warm", readings=BATCH * 20, batch=BATCH))
        turns = []
        for many in (1, 2):
            if many == 2:
                await begin(hubs[1])
            for repeat in range(scale.repeats):
                order = Order(tag=f"n{many}r{repeat}", readings=scale.backlog, batch=BATCH)
                turns.append((many, await _backlog(hubs[:many], broker, server, url, publish, order)))
        await publish.stop()
        size = int(
            server.sql("SELECT pg_total_relation_size('records') / greatest(1, count(*)) FROM records", _name(url))
        )
    one, two = ([run for count, run in turns if count == many] for many in (1, 2))
    stored = Figure(bench=NAME, figure=f"{name}: a reading in the store", value=size, unit="bytes")
    return [*_figures(name, one, two), stored]


def _figures(name: str, one: list[Run], two: list[Run]) -> list[Figure]:
    rate = median(run.rate for run in one)
    both = median(run.rate for run in two)
    found = [
        Figure(bench=NAME, figure=f"{name}: one process", value=rate, unit="readings/s"),
        Figure(
            bench=NAME,
            figure=f"{name}: two processes",
            value=both,
            unit="readings/s",
            baseline="one process",
            baseline_value=rate,
            ratio=both / rate,
        ),
    ]
    for what in ("ingest", "database", "broker"):
        alone, beside = (median(1e6 * getattr(run, what) / run.readings for run in runs) for runs in (one, two))
        found.append(
            Figure(
                bench=NAME,
                figure=f"{name}: CPU of {what}, two processes",
                value=beside,
                unit="µs/reading",
                baseline="one process",
                baseline_value=alone,
                ratio=beside / alone,
            )
        )
    return found


class Publisher:
    """The gateways, connected over TLS."""

    def __init__(self, clients: dict[str, MqttClient]) -> None:
        self._clients = clients

    async def __call__(self, order: Order) -> int:
        """Publish the order as fast as it is acknowledged; how many readings that were."""
        sent = 0

        async def worker(client: MqttClient, share: Iterable[Any]) -> None:
            nonlocal sent
            for one in share:
                await client.publish(one.topic, one.payload)
                sent += len(one.identities)

        shares = [(client, messages(order, name)) for name, client in self._clients.items()]
        await asyncio.gather(*(worker(client, share) for client, share in shares for _ in range(IN_FLIGHT)))
        return sent

    async def stop(self) -> None:
        for client in self._clients.values():
            await client.stop()


async def _gateways(broker: Any) -> Publisher:
    clients = {name: MqttClient(broker.login(name, turn % 3), limits=QUICK) for turn, name in enumerate(NAMES)}
    for client in clients.values():
        await client.start()
    return Publisher(clients)


async def _backlog(
    hubs: list[HubProcess], broker: Any, server: Cluster, url: str, publish: Publisher, order: Order
) -> Run:
    database = await asyncpg.connect(url)
    try:
        before = await _count(database)
        for hub in hubs:
            os.kill(hub.pid, signal.SIGSTOP)
        try:
            sent = await publish(order)
        finally:
            cpu = _spent(hubs, broker, server)
            began = time.monotonic()
            for hub in hubs:
                os.kill(hub.pid, signal.SIGCONT)
        while await _count(database) < before + sent:
            if time.monotonic() - began > _PATIENCE:
                raise RuntimeError(f"the backlog was not worked off within {_PATIENCE:.0f} s")
            await asyncio.sleep(_LOOK)
        seconds = time.monotonic() - began
        after = _spent(hubs, broker, server)
    finally:
        await database.close()
    return Run(sent, seconds, *(max(TICK, late - early) for late, early in zip(after, cpu, strict=True)))


async def _count(database: Any) -> int:
    return int(await database.fetchval("SELECT count(*) FROM records"))


def _spent(hubs: list[HubProcess], broker: Any, server: Cluster) -> tuple[float, float, float]:
    """CPU seconds so far of ingest, database and broker."""
    return (
        sum(cpu_seconds(hub.pid) for hub in hubs),
        sum(map(cpu_seconds, server.pids)),
        sum(map(cpu_seconds, broker.pids)),
    )


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]
