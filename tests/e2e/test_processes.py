"""One process per service: the same line as in one, and each process tells the truth about itself and the others."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from services.line import SERVICES
from tests.e2e.process import HubProcess
from tests.e2e.test_postgresql import WARNING, publish, until
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX
from tests.postgresql import Cluster

VERBS = tuple(name for name in SERVICES if name != "poll")


@pytest.fixture
async def hub(tmp_path: Path, postgresql: Cluster) -> AsyncIterator[dict[str, HubProcess]]:
    """A started process per service, by its name."""
    database = postgresql.database(f"parts{time.monotonic_ns()}")
    x, linkage = FakeX(rate_limit=100_000), FakeLinkage()
    await x.start()
    await linkage.start()
    made = {}
    for name in VERBS:
        (tmp_path / name).mkdir()
        made[name] = HubProcess(tmp_path / name, x, linkage, ("jma-relay",), database)
        made[name].services = (name,)
    await asyncio.gather(*(process.start() for process in made.values()))
    yield made
    codes = [await process.stop() for process in made.values()]
    assert set(codes) <= {0, -9}, "an orderly stop ends with 0"
    await x.stop()
    await linkage.stop()


async def ready(process: HubProcess) -> tuple[int, list[str]]:
    async with ClientSession() as session, session.get(f"{process.address}/readyz") as answer:
        body: dict[str, Any] = await answer.json()
        return answer.status, body["reasons"]


async def told(process: HubProcess, words: str, patience: float = 20) -> None:
    """Wait until the process is ready, or with ``words`` until a reason holds them."""
    deadline = time.monotonic() + patience
    while True:
        status, reasons = await ready(process)
        if (not words and status == 200) or (words and any(words in reason for reason in reasons)):
            return
        assert time.monotonic() < deadline, (words, status, reasons)
        await asyncio.sleep(0.2)


async def each_measures_its_own_stage(hub: dict[str, HubProcess]) -> None:
    async with ClientSession() as session:
        for name, process in hub.items():
            async with session.get(f"{process.address}/healthz") as answer:
                assert answer.status == 200
            async with session.get(f"{process.address}/api/v1/alerts") as answer:
                assert answer.status == (200 if name == "web" else 404)
    for name in ("predict", "evaluate", "deliver"):
        of_others = set(VERBS) - {name}
        deadline = time.monotonic() + 20
        while name not in (taken := stepped(await metrics(hub[name]))):  # ready is said before the first step is over
            assert time.monotonic() < deadline, (name, taken)
            await asyncio.sleep(0.2)
        assert not taken & of_others
    assert "shirase_oldest_delivery_seconds 0.0" in await metrics(hub["web"])


async def metrics(process: HubProcess) -> str:
    async with ClientSession() as session, session.get(f"{process.address}/metrics") as answer:
        return await answer.text()


def stepped(text: str) -> set[str]:
    """The loops that have taken a step."""
    lines = (line for line in text.splitlines() if line.startswith("shirase_steps_total{"))
    return {line.split('service="')[1].split('"')[0].split(":")[0] for line in lines}


@pytest.mark.timeout(120)
async def test_five_processes_are_one_line_and_the_pages_know_who_is_missing(hub: dict[str, HubProcess]) -> None:
    x, linkage = hub["web"].x, hub["web"].linkage
    await told(hub["web"], "")
    await each_measures_its_own_stage(hub)
    await publish(hub["ingest"], "【訓練】五つ", WARNING)
    await until(lambda: len(linkage.received) == 1 and len(x.posts) >= 1, 30, "bytes in, post and CAP out")

    await hub["predict"].kill()
    await told(hub["web"], "no process runs predict")
    assert (await ready(hub["deliver"]))[0] == 200, "a process without pages answers for itself only"
    await hub["predict"].start()
    await told(hub["web"], "")

    await hub["ingest"].stop()
    await told(hub["web"], "no process runs ingest", patience=8)  # it said goodbye


def serve(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services", "serve", *words]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_service_that_does_not_exist_is_wrong_usage() -> None:
    ended = serve("ingest", "predikt")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "predikt" in ended.stderr and "predict" in ended.stderr


async def test_on_sqlite_a_second_process_is_refused_and_told_what_it_takes(tmp_path: Path) -> None:
    x, linkage = FakeX(), FakeLinkage()
    await x.start()
    await linkage.start()
    first = HubProcess(tmp_path, x, linkage, ("jma-relay",))
    first.services = ("web",)
    await first.start()
    try:
        ended = await asyncio.to_thread(serve, "predict", SHIRASE_DATA_DIR=str(tmp_path), SHIRASE_PORT="0")
        assert ended.returncode == 1
        assert "PostgreSQL" in ended.stderr and "cannot_start" in ended.stderr
        await told(first, "no process runs ingest")  # alone it is not the line, and says so
    finally:
        assert await first.stop() == 0
        await x.stop()
        await linkage.stop()
