"""The short form: one busy night on the plant of a city, in which nearly everything goes wrong at least once.

One process per service on PostgreSQL and nats-server, in a time zone that has summer time; then a single process on
SQLite and Mosquitto. `make drill` tries every fault by itself (test_drill.py), and says what each has cost.
"""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from lxml import etree

from services.cli import run
from tests.e2e.process import HubProcess
from tests.faults.fault import Fault, seed, struck
from tests.faults.killed import killed
from tests.faults.lines import lines
from tests.faults.night import RISEN, Night
from tests.faults.outlets import CLOSED, refusing
from tests.faults.plant import OUTLETS, PROCESSES, Plant, plant
from tests.faults.poison import poisoned
from tests.faults.watch import watching
from tests.faults.witness import judge, until_quiet
from tests.postgresql import Cluster

_ELSEWHERE = {"TZ": "America/New_York"}
_PATIENCE = 240.0


@pytest.mark.timeout(900)
async def test_one_night_with_everything(tmp_path: Path, falling: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    number = seed()
    chance = random.Random(number)
    async with plant(tmp_path, "nats", falling, environment=_ELSEWHERE, seed=number) as running:
        night = Night(running, pause=1.0)
        await night.open()
        await _bytes_in_post_and_valid_cap_out(night, tmp_path / "alert.xml", capsys)
        await _each_measures_its_own_stage(running.hubs)
        async with watching(running) as watch, night.busy():
            for fault in _short(chance):
                await struck(night, watch, fault, chance)
        await running.end_leases()
        await until_quiet(running, night.ledger, _PATIENCE)
        await night.close()
        verdict = await judge(running, night.ledger)
        print(verdict)
        await _the_pages_know_who_is_missing(running)


def _short(chance: random.Random) -> list[Fault]:
    """Two of the services with the broker, and one of each other kind, in an order that the seed decides."""
    doomed = chance.sample([name for name in PROCESSES if name != "web"], 2)
    chosen = [
        Fault(f"{' and '.join(doomed)} killed, and the broker", killed(*doomed, "broker")),
        Fault("database killed", killed("database")),
        Fault("lines to the database and the outlets cut", lines("cut", ("database", *OUTLETS)), 2),
        Fault("line to the broker dead", lines("dead", ("broker",)), 2),
        Fault("everything 50 % lost", lines("lossy", ("broker", "database", *OUTLETS)), 2),
        Fault("outlets refuse", refusing(CLOSED), 2),
        Fault("poison", poisoned),
    ]
    chance.shuffle(chosen)
    return chosen


@pytest.mark.timeout(400)
async def test_one_process_on_sqlite_killed_beside_another_broker(tmp_path: Path) -> None:
    number = seed()
    chance = random.Random(number)
    async with plant(tmp_path, "mosquitto", None, environment=_ELSEWHERE, seed=number) as running:
        night = Night(running, pause=0.5)
        await night.open()
        async with watching(running) as watch, night.busy():
            await asyncio.sleep(1)
            await struck(night, watch, Fault("hub killed", killed("hub")), chance)
        await until_quiet(running, night.ledger, _PATIENCE)
        await night.close()
        print(await judge(running, night.ledger))


async def _bytes_in_post_and_valid_cap_out(night: Night, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From a real client over TLS with its own rights to the played X and the played linkage system."""
    await night.warn(warned=[RISEN])
    x, linkage = night.plant.x, night.plant.linkage
    await _until(lambda: bool(x.posts) and bool(linkage.received))
    (received,) = linkage.received
    assert "訓練" in x.posts[0].text and "レベル3" in x.posts[0].text
    assert received.alert.status == "Exercise"
    file.write_bytes(received.document)
    assert await asyncio.to_thread(run, ["cap", "lint", str(file)]) == 0, capsys.readouterr().out
    assert etree.fromstring(received.document).tag == "{urn:oasis:names:tc:emergency:cap:1.2}alert"


async def _each_measures_its_own_stage(hubs: dict[str, HubProcess]) -> None:
    async with ClientSession() as session:
        for name, process in hubs.items():
            async with session.get(f"{process.address}/healthz") as answer:
                assert answer.status == 200
            async with session.get(f"{process.address}/api/v1/alerts") as answer:
                assert answer.status == (200 if name == "web" else 404)
    for name in ("predict", "evaluate", "deliver"):
        deadline = time.monotonic() + _PATIENCE
        while name not in (
            taken := _stepped(await _metrics(hubs[name]))
        ):  # ready is said before the first step is over
            assert time.monotonic() < deadline, (name, taken)
            await asyncio.sleep(0.2)
        assert not taken & (hubs.keys() - {name})


async def _the_pages_know_who_is_missing(running: Plant) -> None:
    hubs = running.hubs
    await _told(hubs["web"], "")
    await hubs["predict"].kill()
    assert (await _ready(hubs["deliver"]))[0] == 200, "a process without pages answers for itself only"
    await hubs["ingest"].stop()
    await _told(hubs["web"], "no process runs ingest")  # it said goodbye
    await _told(hubs["web"], "no process runs predict")


async def _ready(process: HubProcess) -> tuple[int, list[str]]:
    async with ClientSession() as session, session.get(f"{process.address}/readyz") as answer:
        body: dict[str, Any] = await answer.json()
        return answer.status, body["reasons"]


async def _told(process: HubProcess, words: str) -> None:
    """Wait until the process is ready, or with ``words`` until a reason holds them."""
    deadline = time.monotonic() + 60
    while True:
        status, reasons = await _ready(process)
        if (not words and status == 200) or (words and any(words in reason for reason in reasons)):
            return
        assert time.monotonic() < deadline, (words, status, reasons)
        await asyncio.sleep(0.2)


async def _metrics(process: HubProcess) -> str:
    async with ClientSession() as session, session.get(f"{process.address}/metrics") as answer:
        return await answer.text()


def _stepped(text: str) -> set[str]:
    """The loops that have taken a step."""
    lines_ = (
        line for line in text.splitlines() if line.startswith("shirase_steps_total{") and not line.endswith(" 0.0")
    )
    return {line.split('service="')[1].split('"')[0].split(":")[0] for line in lines_}


async def _until(condition: Any) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.05)
