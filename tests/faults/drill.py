"""The long form, for `make drill`: every fault by itself in a busy night, each with its row of the table.

Faults of one kind share a plant of six processes on PostgreSQL and nats-server. SHIRASE_SEED repeats a run, -k chooses.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import pytest

from services.line import SERVICES
from tests.city_broker import KINDS
from tests.faults.clocks import clocks, settable
from tests.faults.cold import HEAD as COLD
from tests.faults.cold import a_cold_standby
from tests.faults.failover import failover
from tests.faults.fault import HEAD, Fault, seed, tried
from tests.faults.frozen import FROZEN
from tests.faults.journal import HEAD as JOURNAL
from tests.faults.journal import a_night_on_the_journal
from tests.faults.killed import SERVER_KILLED, SERVICE_KILLED, again_and_again, killed
from tests.faults.lines import LINES
from tests.faults.night import Night
from tests.faults.outlets import OUTLETS_WRONG
from tests.faults.plant import EMBEDDED, Plant, pair, plant
from tests.faults.poison import POISON
from tests.faults.read_only import READ_ONLY
from tests.faults.standby import FALLS, taken_over
from tests.faults.standby import HEAD as STANDBY
from tests.faults.watch import watching
from tests.postgresql import Cluster

KINDS_OF_FAULT = {
    "killed-service": SERVICE_KILLED,
    "killed-server": SERVER_KILLED,
    "frozen": FROZEN,
    "read-only": READ_ONLY,
    **{f"line-{who}": [one for one in LINES if who in one.name] for who in ("broker", "database", "outlets", "feeds")},
    "outlets": OUTLETS_WRONG,
    "poison": POISON,
}
PAIRS = [*product(("sqlite", "postgresql"), KINDS)]
PAUSE = 1.0  # seconds between the readings of each of sixteen stations


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", KINDS_OF_FAULT)
async def test_one_kind_of_fault(kind: str, tmp_path: Path, falling: Cluster) -> None:
    number = seed()
    async with plant(tmp_path, "nats", falling, SERVICES, seed=number) as running:
        await tried_each(running, KINDS_OF_FAULT[kind], number)


@pytest.mark.timeout(3600)
async def test_the_clock_jumps(tmp_path: Path, falling: Cluster) -> None:
    async with plant(tmp_path, "nats", falling, environment=settable(tmp_path)) as running:
        await tried_each(running, clocks(tmp_path), seed())


@pytest.mark.timeout(3600)
async def test_the_standby_of_the_database_takes_over(tmp_path: Path, falling: Cluster) -> None:
    async with plant(tmp_path, "nats", falling) as running:
        with falling.standby() as standby:
            await tried_each(running, failover(standby), seed())


@pytest.mark.timeout(3600)
async def test_a_standby_hub_takes_over(tmp_path: Path, falling: Cluster) -> None:
    number = seed()
    chance = random.Random(number)
    async with pair(tmp_path, "nats", falling, seed=number) as running, watching(running) as watch:
        night = Night(running, PAUSE)
        await night.open()
        print(STANDBY)
        for fall in FALLS:
            print(await taken_over(running, watch, night, fall, chance))
        await night.close()


@pytest.mark.timeout(1800)
async def test_a_cold_standby_begins_with_the_newest_copy(tmp_path: Path) -> None:
    print(COLD)
    print(await a_cold_standby(tmp_path))


@pytest.mark.timeout(1800)
async def test_minimal_mode_while_the_database_is_gone(tmp_path: Path, falling: Cluster) -> None:
    print(JOURNAL)
    print(await a_night_on_the_journal(tmp_path, falling))


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("engine", "kind"), PAIRS)
async def test_each_store_with_each_broker(
    engine: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    database = request.getfixturevalue("falling") if engine == "postgresql" else None
    async with plant(tmp_path, kind, database) as running:
        hubs = tuple(running.hubs)
        await tried_each(running, [Fault(f"`kill -9` of the hub, {engine} and {kind}", killed(*hubs))], seed())


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("engine", "kind", "kills"), [("postgresql", "nats", 200), ("sqlite", EMBEDDED, 50)])
async def test_killed_again_and_again(
    engine: str, kind: str, kills: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Every part as often as any other, in an order that the seed decides; the embedded broker dies with its hub."""
    database = request.getfixturevalue("falling") if engine == "postgresql" else None
    async with plant(tmp_path, kind, database, SERVICES) as running:
        fault = Fault(f"{kills} kills, {engine} and {kind}", again_and_again(kills))
        await tried_each(running, [fault], seed())


async def tried_each(running: Plant, faults: Iterable[Fault], number: int) -> None:
    """One after the other in the same night, judged after each; the table of them."""
    night, chance = Night(running, PAUSE), random.Random(number)
    await night.open()
    async with watching(running) as watch:
        print(HEAD)
        for fault in faults:
            await tried(running, watch, night, fault, chance)
    await night.close()
