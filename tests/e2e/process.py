"""A hub in a process of its own that tests may kill, with the outside world played by fakes that survive it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from services.broker.client import Limits, MqttClient
from services.broker.login import Login
from tests import warm
from tests.fakes.accounts import accounts
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX

PASSWORD = "only-for-this-test"
RULES = Path(__file__).resolve().parents[1] / "data" / "rules"
FULL = os.environ.get("SHIRASE_DRILL") == "full"  # whoever has an hour starts each as a city does


class HubProcess:
    """Start, kill, start again: the data directory is what stays, and the database where it lies elsewhere.

    ``more`` is TOML at the end of the settings.
    """

    services: tuple[str, ...] = ()  # all of them
    command: tuple[str, ...] = ("serve",)  # of `shirase`
    environment: Mapping[str, str] = {}  # beside ours

    def __init__(
        self,
        data_dir: Path,
        x: FakeX,
        linkage: FakeLinkage,
        gateways: tuple[str, ...],
        database: str = "",
        more: str = "",
    ) -> None:
        self.data_dir, self.x, self.linkage = data_dir, x, linkage
        self.database_url = database or f"sqlite+aiosqlite:///{data_dir / 'shirase.db'}"
        self.address = ""
        self._settings = data_dir / "settings.toml"
        text = f"database = {json.dumps(self.database_url)}\n" + _settings(data_dir, x, linkage, gateways) + more
        self._settings.write_text(text, encoding="utf-8")
        self._process: warm.Warm | Process | None = None

    async def start(self) -> None:
        words = [*self.command, *self.services, "--settings", str(self._settings)]
        with (self.data_dir / "hub.log").open("ab") as log:
            self._process = await (_from_nothing if FULL else warm.start)(words, log, self.environment)
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 300)  # six at once, on a busy machine
        assert line, self._last_words()
        self.address = json.loads(line)["ready"]

    @property
    def started(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def kill(self) -> None:
        """``kill -9``: no goodbye, no clean-up."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM, and the exit code. One that does not end has said in its log what it waits for."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        try:
            return await asyncio.wait_for(self._process.wait(), 120)
        except TimeoutError:
            raise AssertionError(f"{self.services or 'the hub'} does not end: {self._last_words()}") from None

    def _last_words(self) -> str:
        return (self.data_dir / "hub.log").read_text(encoding="utf-8")[-8000:]

    def gateway(self, name: str) -> MqttClient:
        """A gateway with the broker's address; it connects again by itself after each kill."""
        address = json.loads((self.data_dir / "broker" / "address.json").read_text(encoding="utf-8"))
        login = Login(
            host=address["host"], port=address["port"], client_id=f"test-{name}", user=name, password=PASSWORD
        )
        return MqttClient(login, limits=Limits(first_delay=0.1, most_delay=0.5))


@asynccontextmanager
async def hub_process(data_dir: Path, gateways: tuple[str, ...], more: str = "") -> AsyncIterator[HubProcess]:
    """A running hub and its outside world; both end with the block."""
    x, linkage = FakeX(rate_limit=100_000), FakeLinkage()
    await x.start()
    await linkage.start()
    hub = HubProcess(data_dir, x, linkage, gateways, more=more)
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()
        await x.stop()
        await linkage.stop()


async def _from_nothing(words: Sequence[str], stderr: IO[bytes], environment: Mapping[str, str]) -> Process:
    command = [sys.executable, "-m", "services", *words]
    return await create_subprocess_exec(*command, stdout=PIPE, stderr=stderr, env={**os.environ, **environment})


def _settings(data_dir: Path, x: FakeX, linkage: FakeLinkage, gateways: tuple[str, ...]) -> str:
    q = json.dumps
    doors = "\n".join(
        f"[gateways.{name}]\npassword = {q(PASSWORD)}\nstatus = 'Exercise'\ntelegram = true" for name in gateways
    )
    return f"""
data_dir = {q(str(data_dir))}
rules = [{q(str(RULES))}]
public_exercise = true
log_level = "WARNING"
[web]
port = 0
{accounts(x, linkage)}
{doors}
"""
