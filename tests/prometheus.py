"""A real Prometheus of the test's own, set up as docs/observability.md says, and what the hub is asked by it."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import subprocess
import textwrap
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import yaml
from aiohttp import ClientConnectionError, ClientSession

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
BOARD = ROOT / "deploy" / "grafana" / "shirase.json"
PROMETHEUS = shutil.which("prometheus")
WANTED = "no prometheus here: install the distribution's"
OF_SPEED = {"ShiraseLoopFull", "ShiraseWebSlow", "ShiraseWriteQueueLong"}  # a busy machine makes them hold
_PATIENCE = 90.0


def setups() -> list[dict[str, Any]]:
    """The configurations that the page gives, in its order: one process, by role, in containers."""
    text = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
    found = re.findall(r"^    rule_files:.*\n(?:(?:    .*)?\n)+?(?=\S)", text, re.MULTILINE)
    return [yaml.safe_load(textwrap.dedent(one)) for one in found]


def asked() -> list[tuple[str, str]]:
    """(title, expression) of every panel; Grafana's own variable is what it is for a scrape every second."""
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    return [
        (panel["title"], target["expr"].replace("$__rate_interval", "30s"))
        for panel in board["panels"]
        for target in panel.get("targets", [])
    ]


class Prometheus:
    """One that runs."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def ask(self, expression: str) -> list[dict[str, Any]]:
        """The series that answer now: ``metric`` (labels) and ``value`` (time, text)."""
        async with self._session.get(f"{self._url}/api/v1/query", params={"query": expression}) as answer:
            body = await answer.json()
            assert answer.status == 200 and not body.get("warnings"), (expression, body)
            found: list[dict[str, Any]] = body["data"]["result"]
            return found

    async def until(self, expression: str, what: str) -> list[dict[str, Any]]:
        """Wait until somebody answers."""
        deadline = time.monotonic() + _PATIENCE
        while not (found := await self.ask(expression)):
            assert time.monotonic() < deadline, what
            await asyncio.sleep(0.2)
        return found

    async def rules(self) -> list[dict[str, Any]]:
        """Each rule as it was last evaluated."""
        async with self._session.get(f"{self._url}/api/v1/rules") as answer:
            groups = (await answer.json())["data"]["groups"]
            return [rule for group in groups for rule in group["rules"]]


@asynccontextmanager
async def prometheus(folder: Path, setup: dict[str, Any], targets: Sequence[str]) -> AsyncIterator[Prometheus]:
    """``setup`` as it stands in the docs but for where everything lies here, and a scrape each second."""
    (job,) = setup["scrape_configs"]
    (static,) = job["static_configs"]
    assert len(static["targets"]) == len(targets)
    job |= {"scrape_interval": "1s", "static_configs": [{**static, "targets": list(targets)}]}
    whole = {**setup, "global": {"evaluation_interval": "1s"}, "rule_files": [str(RULES)]}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(PROMETHEUS), f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen([*command, f"--web.listen-address={address}"], stderr=log)
    try:
        async with ClientSession() as session:
            await _ready(session, f"http://{address}", folder / "prometheus.log")
            yield Prometheus(session, f"http://{address}")
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 60)


async def _ready(session: ClientSession, url: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with suppress(ClientConnectionError):  # not yet
            async with session.get(f"{url}/-/ready") as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8")[-2000:])
