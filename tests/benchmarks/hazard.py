"""One reading to its hazard: a gateway publishes, and the danger it tells of stands in the store for all to see.

Alone, and while a city's other sensors report: then the models are at work already when the reading comes.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from services.broker.client import MqttClient
from services.clock import wall
from tests.benchmarks.figure import Figure, percentile
from tests.benchmarks.gateways import PASSWORD, Order, gateways_at
from tests.benchmarks.hub import hub_under_test
from tests.benchmarks.ingest import PACE
from tests.benchmarks.scale import Scale

NAME = "hazard"
_GATEWAY = "gauge"
_STATION, _STARTS_AT = "8200000091", 121.9  # a gauge of the bundled profile; m, above the first of its thresholds
_LOOK = 0.002  # seconds between looks into the store
_APART = (0.15, 0.45)  # seconds between two readings, at random: the loops' own turns are at every phase
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class _Delay:
    durable: float  # seconds from the publish until the reading is on disk
    hazard: float  # … until a hazard that names it as its evidence is


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """The river rises by a centimetre with each reading, so each is a new hazard of five districts."""
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(hub_under_test(folder / "hub", _settings()))
        others = await stack.enter_async_context(gateways_at(*hub.door))
        database = stack.enter_context(
            closing(sqlite3.connect(f"file:{hub.data_dir / 'shirase.db'}?mode=ro", uri=True))
        )
        gauge = MqttClient(hub.login(_GATEWAY))
        await gauge.start()
        stack.push_async_callback(gauge.stop)
        await _one(gauge, database, 0)  # the first meets layers that were never asked
        quiet = await _some(gauge, database, range(1, scale.single + 1))
        seconds = scale.single * (sum(_APART) / 2 + 0.2)
        busy = asyncio.create_task(others.publish(Order(tag="others", readings=int(PACE * seconds), pace=PACE)))
        crowded = await _some(gauge, database, range(scale.single + 1, 2 * scale.single + 1))
        await busy
    return [*_figures("alone", quiet), *_figures(f"beside {PACE:.0f} others/s", crowded)]


async def _some(gauge: MqttClient, database: sqlite3.Connection, numbers: range) -> list[_Delay]:
    delays = []
    for number in numbers:
        await asyncio.sleep(random.uniform(*_APART))
        delays.append(await _one(gauge, database, number))
    return delays


async def _one(gauge: MqttClient, database: sqlite3.Connection, number: int) -> _Delay:
    """Publish, and look from outside every 2 ms; SQLite shows others only what is on disk."""
    reading = {"v": 1, "id": f"rise-{number}", "station": _STATION, "quantity": "water_level", "unit": "m"}
    reading |= {"value": round(_STARTS_AT + number / 100, 2), "time": wall().isoformat(timespec="milliseconds")}
    key = f"{_GATEWAY}#rise-{number}"
    (before,) = database.execute("SELECT coalesce(max(seq), 0) FROM hazards").fetchone()
    began, durable = time.monotonic(), 0.0
    publishing = asyncio.create_task(
        gauge.publish(f"hub/v1/{_GATEWAY}/{_STATION}/water_level", json.dumps(reading).encode())
    )
    while time.monotonic() - began < _PATIENCE:
        if not durable and database.execute("SELECT 1 FROM records WHERE key = ?", (key,)).fetchone():
            durable = time.monotonic() - began
        told = "SELECT 1 FROM hazards WHERE seq > ? AND instr(body, ?)"
        if durable and database.execute(told, (before, f'"{key}"')).fetchone():
            await publishing
            return _Delay(durable, time.monotonic() - began)
        await asyncio.sleep(_LOOK)
    raise RuntimeError(f"reading {number} made no hazard within {_PATIENCE:.0f} s")


def _figures(what: str, delays: list[_Delay]) -> list[Figure]:
    """Beside the same readings on disk: the difference is the models' share."""
    told = []
    for percent in (50, 99):
        value = 1000 * percentile([one.hazard for one in delays], percent)
        base = 1000 * percentile([one.durable for one in delays], percent)
        told.append(
            Figure(
                bench=NAME,
                figure=f"{what}: reading to hazard p{percent}",
                value=value,
                unit="ms",
                baseline="the same readings on disk",
                baseline_value=base,
                ratio=value / base,
            )
        )
    return told


def _settings() -> str:
    return f"[gateways.{_GATEWAY}]\npassword = '{PASSWORD}'\nstatus = 'Exercise'\n"
