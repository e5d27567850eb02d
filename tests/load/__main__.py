"""``make load``: a prefecture in real time on three nats-servers and PostgreSQL; what it cost, and the nation.

Measured are CPU seconds of each program, what was published and stored, and the bytes; calculated is the last table.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from feeds.japan import JAPAN
from services.broker.client import MqttClient
from services.clock import wall
from services.telemetry import configure_logging
from tests.benchmarks.cpu import cpu_seconds
from tests.benchmarks.workers import SIZE
from tests.e2e.workers import QUICK, begin, jetstream, workers
from tests.load.paper import Costs, rows, table
from tests.load.prefecture import Prefecture
from tests.postgresql import binaries, cluster

_PATIENCE = 300.0
_UNDER_WAY = 20  # messages of each gateway, where it sends as fast as it can


def main() -> int:
    parser = argparse.ArgumentParser(prog="make load", description="A prefecture, played; and the nation on paper.")
    parser.add_argument("--seconds", type=int, default=60, help="of calm, and as many of a storm over a third")
    parser.add_argument("--sensors", type=int, default=20_000)
    parser.add_argument("--ingest", type=int, default=2, help="processes that take in")
    args = parser.parse_args()
    configure_logging("ERROR")
    asyncio.run(_run(args.seconds, args.sensors, args.ingest))
    return 0


async def _run(seconds: int, sensors: int, ingest: int) -> None:
    programs = binaries()
    if programs is None:
        sys.exit("PostgreSQL is needed: several processes share it")
    calm, storm = Prefecture(sensors=sensors), Prefecture(sensors=sensors, storm=1 / 3)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shirase-load-")))
        server = stack.enter_context(cluster(programs))
        url = server.database("prefecture")
        broker = await stack.enter_async_context(jetstream(folder / "nats", calm.gateways))
        hubs = await stack.enter_async_context(workers(folder, broker, url, ingest + 1, calm.gateways))
        judge = hubs[-1]
        judge.services = ("predict", "evaluate", "deliver")
        await begin(*hubs[:-1])
        await judge.start()
        clients = {
            name: MqttClient(broker.login(name, turn % 3), limits=QUICK) for turn, name in enumerate(calm.gateways)
        }
        for client in clients.values():
            await client.start()
            stack.push_async_callback(client.stop)
        database = await asyncpg.connect(url)
        stack.push_async_callback(database.close)
        programs_of = {
            "ingest": lambda: [hub.pid for hub in hubs[:-1]],
            "predict, evaluate, deliver": lambda: [judge.pid],
            "database": lambda: server.pids,
            "broker": lambda: broker.pids,
        }
        for name, land in (("calm", calm), ("storm", storm)):
            await _played(name, land, seconds, clients, database, programs_of)
        stored = await database.fetchval(SIZE)
        busy = {what: _cpu(pids()) for what, pids in programs_of.items()}
        many, took = await _backlog(storm, clients, database)
        each = {what: 1e6 * (_cpu(pids()) - busy[what]) / many for what, pids in programs_of.items()}
        costs = Costs(  # of the backlog: what a record costs where there is no end of them, without what runs anyway
            ingest_us=each["ingest"],
            database_us=each["database"],
            broker_us=each["broker"],
            stored_bytes=float(stored),
            store_rate=many / took,
        )
    backlog = {what: round(value) for what, value in each.items()}
    print(json.dumps({"phase": "backlog", "records": many, "seconds": round(took, 1), "cpu_us_a_record": backlog}))
    print(json.dumps({"bytes_a_record": round(costs.stored_bytes), "records_per_second": round(costs.store_rate)}))
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"\n{table(rows(costs))}\n\n{os.cpu_count()} cores, load {load}; the table is calculated from these figures")


async def _played(
    name: str, land: Prefecture, seconds: int, clients: dict[str, MqttClient], database: Any, programs: dict[str, Any]
) -> None:
    """So many seconds in real time, until all is stored; tells CPU microseconds a record by program."""
    before, cpu = await _count(database), {what: _cpu(pids()) for what, pids in programs.items()}
    began, sent, published = time.monotonic(), 0, 0
    first = wall()
    for second in range(seconds):
        await asyncio.sleep(max(0.0, began + second - time.monotonic()))
        due = list(land.messages(second, (first + timedelta(seconds=second)).astimezone(JAPAN)))
        await asyncio.gather(*(clients[one.gateway].publish(one.topic, one.payload) for one in due))
        sent, published = sent + sum(one.records for one in due), published + len(due)
    acknowledged = time.monotonic() - began
    await _stored(database, before + sent)
    spent = {what: _cpu(pids()) - cpu[what] for what, pids in programs.items()}
    told = {"messages": published, "records": sent, "seconds": round(acknowledged, 1)}
    lag = round(time.monotonic() - began - acknowledged, 2)
    each = {what: 1e6 * value / max(1, sent) for what, value in spent.items()}
    costs = {what: round(value) for what, value in each.items()}
    print(json.dumps({"phase": name, **told, "stored_after_s": lag, "cpu_us_a_record": costs}), flush=True)


async def _backlog(land: Prefecture, clients: dict[str, MqttClient], database: Any) -> tuple[int, float]:
    """Five minutes of the storm at once: how many records, and the seconds until the last was stored."""
    before, first = await _count(database), wall() - timedelta(minutes=12)
    due = [one for second in range(0, 300, 60) for one in _minute(land, first + timedelta(seconds=second))]
    began = time.monotonic()
    turns = {name: iter([one for one in due if one.gateway == name]) for name in clients}

    async def publish(name: str) -> None:
        for one in turns[name]:
            await clients[name].publish(one.topic, one.payload)

    await asyncio.gather(*(publish(name) for name in clients for _ in range(_UNDER_WAY)))
    many = sum(one.records for one in due)
    await _stored(database, before + many)
    return many, time.monotonic() - began


def _minute(land: Prefecture, at: datetime) -> list[Any]:
    """Everything of a minute that is readings."""
    local = at.astimezone(JAPAN)
    found = (one for second in range(60) for one in land.messages(second, local))
    return [one for one in found if one.topic.endswith("/batch")]


async def _stored(database: Any, many: int) -> None:
    async with asyncio.timeout(_PATIENCE):
        while await _count(database) < many:
            await asyncio.sleep(0.1)


async def _count(database: Any) -> int:
    return int(await database.fetchval("SELECT coalesce(max(seq), 0) FROM records"))


def _cpu(pids: list[int]) -> float:
    return sum(map(cpu_seconds, pids))


if __name__ == "__main__":
    sys.exit(main())
