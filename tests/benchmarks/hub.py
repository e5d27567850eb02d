"""The hub under test: a process of its own with fresh data, watched only from outside."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import IO

from services.broker.child import dies_with_parent
from services.broker.login import Login
from tests.benchmarks.gateways import NAMES, PASSWORD, Gateways, Order
from tests.benchmarks.times import Times
from tests.warm import Warm

_LOOK = 0.002  # seconds between looks into the store
_PATIENCE = 60.0
RELAY = "jma-relay"


class HubUnderTest:
    """``url`` of its pages; ``start_seconds``: from the start of the process until they answer."""

    def __init__(self, process: Process | Warm, data_dir: Path, url: str, start_seconds: float) -> None:
        self.pid, self.start_seconds = process.pid, start_seconds
        self.data_dir, self.url = data_dir, url

    @property
    def rss_mb(self) -> float:
        """Resident memory of the hub without its broker, in MB."""
        return resident_mb(self.pid)

    @property
    def broker_rss_mb(self) -> float:
        return resident_mb(int((self.data_dir / "broker" / "nats-server.pid").read_text()))

    @property
    def door(self) -> tuple[str, int]:
        """Host and port of its broker."""
        address = json.loads((self.data_dir / "broker" / "address.json").read_text(encoding="utf-8"))
        return address["host"], address["port"]

    def login(self, user: str) -> Login:
        """A gateway's way in."""
        host, port = self.door
        return Login(host=host, port=port, client_id=f"bench-{user}", user=user, password=PASSWORD)

    async def take(self, gateways: Gateways, order: Order) -> Times:
        """Publish and wait until all is durable: id → time published, id → time first seen committed.

        The store is looked into from outside every 2 ms: SQLite shows a transaction to others only once it is on
        disk, so what is seen here is durable, up to 2 ms late.
        """
        publishing = asyncio.create_task(gateways.publish(order))
        with closing(sqlite3.connect(f"file:{self.data_dir / 'shirase.db'}?mode=ro", uri=True)) as database:
            (before,) = database.execute("SELECT coalesce(max(seq), 0) FROM records").fetchone()
            seen = await _seen(database, before, publishing)
        return Times(await publishing, seen)


async def _seen(
    database: sqlite3.Connection, seq: int, publishing: asyncio.Task[Mapping[str, float]]
) -> dict[str, float]:
    """Every record behind ``seq`` with the time it was first seen, until all that was published is there."""
    seen: dict[str, float] = {}
    deadline = time.monotonic() + _PATIENCE
    while not (publishing.done() and (publishing.exception() or len(seen) >= len(publishing.result()))):
        rows = database.execute("SELECT seq, key FROM records WHERE seq > ? ORDER BY seq", (seq,)).fetchall()
        now = time.monotonic()
        seen |= {key.partition("#")[2]: now for _, key in rows}
        if rows:
            seq, deadline = rows[-1][0], now + _PATIENCE
        elif now > deadline:
            raise RuntimeError(f"the hub stored {len(seen)} readings and then nothing for {_PATIENCE:.0f} s")
        await asyncio.sleep(_LOOK)
    return seen


async def from_nothing(words: Sequence[str], stderr: IO[bytes]) -> Process:
    """``shirase`` as whoever runs a hub starts it: what the figures are of."""
    command = [sys.executable, "-m", "services", *words]
    return await create_subprocess_exec(*command, stdout=PIPE, stderr=stderr, preexec_fn=dies_with_parent())


begin: Callable[[Sequence[str], IO[bytes]], Awaitable[Process | Warm]] = from_nothing


@asynccontextmanager
async def hub_under_test(data_dir: Path, settings: str = "") -> AsyncIterator[HubUnderTest]:
    """A hub with the city's profile, the benchmark's gateways and whatever ``settings`` (TOML) adds."""
    data_dir.mkdir(parents=True)
    words = ["serve"]
    for name, text in (("settings.toml", _settings(data_dir)), ("more.toml", settings)):
        (data_dir / name).write_text(text, encoding="utf-8")
        words += ["--settings", str(data_dir / name)]
    began = time.monotonic()
    with (data_dir / "hub.log").open("wb") as log:
        process = await begin(words, log)
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), _PATIENCE)
        if not line:
            words = (data_dir / "hub.log").read_text(encoding="utf-8")[-2000:]
            raise RuntimeError(f"the hub could not start: {words}")
        yield HubUnderTest(process, data_dir, json.loads(line)["ready"], time.monotonic() - began)
    finally:
        await _end(process)


async def _end(process: Process | Warm) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), 20)
    except TimeoutError:
        process.kill()
        await process.wait()


def resident_mb(pid: int) -> float:
    """VmRSS of a process in MB (10⁶ bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"process {pid} has no resident memory: it has ended")


def _settings(data_dir: Path) -> str:
    doors = "\n".join(
        f"[gateways.{name}]\npassword = '{PASSWORD}'\nstatus = 'Exercise'\ntelegram = {json.dumps(name == RELAY)}"
        for name in (*NAMES, RELAY)
    )
    return f"""
data_dir = {json.dumps(str(data_dir))}
log_level = "WARNING"
[flood]
allowance = 1000000
[web]
port = 0
[channels.log]
{doors}
"""
