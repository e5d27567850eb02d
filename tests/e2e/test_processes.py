"""Which services a process runs: what is wrong usage, and what SQLite cannot do. Five processes: tests/faults."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from tests import warm
from tests.e2e.process import HubProcess
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX


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


async def test_a_service_that_does_not_exist_is_wrong_usage() -> None:
    ended = await warm.ended(["serve", "ingest", "predikt"])
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
        ended = await warm.ended(["serve", "predict"], {"SHIRASE_DATA_DIR": str(tmp_path), "SHIRASE_PORT": "0"})
        assert ended.returncode == 1
        assert "PostgreSQL" in ended.stderr and "cannot_start" in ended.stderr
        await told(first, "no process runs ingest")  # alone it is not the line, and says so
    finally:
        assert await first.stop() == 0
        await x.stop()
        await linkage.stop()
