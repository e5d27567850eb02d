"""The two sides: Node-RED with one of its flows, and the hub. Each is started, watched from outside, killed."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sqlite3
import time
from abc import ABC, abstractmethod
from asyncio.subprocess import Process, create_subprocess_exec
from pathlib import Path

from services.broker.child import dies_with_parent
from tests.benchmarks.cpu import cpu_seconds
from tests.benchmarks.hub import begin, resident_mb
from tests.peers.city import City, write_profile
from tests.peers.flows import Form, flow
from tests.peers.parts import Post, SinkAt, free_port
from tests.peers.publisher import GATEWAY
from tests.warm import Warm

RULES = Path(__file__).parent / "rules"
_SETTINGS = Path(__file__).parent / "node" / "settings.js"


class Running(ABC):
    """What both have: a process, its cost, its log, and what was seen of its work from outside.

    ``kept``: id of a reading → when it was first seen where it is kept. ``told``: sensor → when the sink took each
    alert that it stands under water. ``repeats``: of those, posts that came again under the identifier they had.
    """

    keeps = True  # every reading, and not those alone that change something

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self._folder = name, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._process: Process | Warm | None = None
        self.kept: dict[str, float] = {}
        self.told: dict[str, list[float]] = {}
        self.repeats = 0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @abstractmethod
    async def start(self) -> None:
        """Come back when it takes in."""

    @abstractmethod
    def look(self) -> None:
        """Take note of what has been kept and told since the last look."""

    async def kill(self) -> None:
        """``kill -9``."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 30)
            except TimeoutError:
                await self.kill()

    def newest(self, tag: str) -> int:
        """The highest number of those with this tag that came through."""
        numbers = (one.rpartition("-") for one in reversed(self.kept))
        return max((int(number) for name, _, number in itertools.islice(numbers, 20) if name == tag), default=0)

    def tell(self, sensor: str, at: float) -> None:
        self.told.setdefault(sensor, []).append(at)

    def words(self) -> str:
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")[-3000:]

    @property
    def cpu(self) -> float:
        return cpu_seconds(self.pid)

    @property
    def rss_mb(self) -> float:
        return resident_mb(self.pid)


class NodeRed(Running):
    """A flow in a runtime without an editor; ``modules`` is the folder that npm installed into."""

    def __init__(
        self, folder: Path, modules: Path, city: City, broker: int, sink: SinkAt, form: Form, *, changes_only: bool
    ) -> None:
        super().__init__(folder, f"Node-RED, {form}" + (", changes only" if changes_only else ""))
        self._modules, self._sink, self.keeps = modules, sink, not changes_only
        nodes = flow(form, broker, sink.url, changes_only=changes_only)
        (folder / "flows.json").write_text(json.dumps(nodes), encoding="utf-8")
        (folder / "city.json").write_text(json.dumps(city.geojson()), encoding="utf-8")
        (folder / "settings.js").write_text(_SETTINGS.read_text(encoding="utf-8"), encoding="utf-8")

    async def start(self) -> None:
        """Come back when it has subscribed."""
        program = self._modules / "node_modules" / "node-red" / "red.js"
        own = {"PEERS_PORT": str(free_port()), "PEERS_CITY": str(self._folder / "city.json")}
        link = self._folder / "node_modules"
        if not link.exists():
            link.symlink_to(self._modules / "node_modules")
        log = self._folder / "log"
        before = log.stat().st_size if log.exists() else 0
        with log.open("ab") as words:
            self._process = await create_subprocess_exec(
                *("node", str(program), "-u", str(self._folder), "-s", str(self._folder / "settings.js")),
                stdout=words,
                stderr=words,
                env=_without_proxies() | own,
                preexec_fn=dies_with_parent(),
            )
        async with asyncio.timeout(90):
            while b"Connected to broker" not in log.read_bytes()[before:]:
                if self._process.returncode is not None:
                    raise RuntimeError(f"Node-RED ended: {self.words()}")
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)  # the SUBACK is in no log

    def look(self) -> None:
        for post in self._sink.posts():
            told = json.loads(post.body)
            self.kept.setdefault(told["id"], post.at)
            if told["changed"] and told["closed"]:
                self.tell(told["station"], post.at)


class Hub(Running):
    """All services in one process on SQLite."""

    def __init__(self, folder: Path, city: City, broker: int, sink: SinkAt, database: str = "") -> None:
        super().__init__(folder, "Shirase")
        self._sink, self._seq = sink, 0
        self._words: set[str] = set()  # identifiers of alerts
        self._database: sqlite3.Connection | None = None
        profile = write_profile(city, folder)
        q = json.dumps
        text = f"""
data_dir = {q(str(folder))}
profile = {q(str(profile))}
rules = [{q(str(RULES))}]
log_level = "WARNING"
{f"database = {q(database)}" if database else ""}
[broker]
host = "127.0.0.1"
port = {broker}
[flood]
allowance = 1000000
[web]
port = 0
[gateways.{GATEWAY}]
password = "for-this-bench-only"
[channels.webhook]
url = {q(sink.url)}
secret = "whsec_{"c2hpcmFzZS1wZWVycy1iZW5jaC0zMi1ieXRlcy1sb25n"}"
"""
        (folder / "settings.toml").write_text(text, encoding="utf-8")

    async def start(self) -> None:
        """Come back when it takes in."""
        with (self._folder / "log").open("ab") as words:
            self._process = await begin(["serve", "--settings", str(self._folder / "settings.toml")], words)
        assert self._process.stdout is not None
        if not await asyncio.wait_for(self._process.stdout.readline(), 120):
            raise RuntimeError(f"the hub ended: {self.words()}")

    async def kill(self) -> None:
        """``kill -9``; who only looks lets go before, so that the hub finds its file as any kill would leave it."""
        self._leave()
        await super().kill()

    async def stop(self) -> None:
        self._leave()
        await super().stop()

    def _leave(self) -> None:
        if self._database:
            self._database.close()
            self._database = None

    def look(self) -> None:
        """SQLite shows others only what is on disk."""
        at = time.monotonic()
        if self._database is None:  # kept open: to open it each time costs as much as a tenth of what is measured
            self._database = sqlite3.connect(f"file:{self._folder / 'shirase.db'}?mode=ro", uri=True, timeout=20)
        rows = self._database.execute("SELECT seq, key FROM records WHERE seq > ? ORDER BY seq", (self._seq,))
        for seq, key in rows.fetchall():
            self._seq = seq
            self.kept.setdefault(key.partition("#")[2], at)
        for post in self._sink.posts():
            self._note(post)

    def _note(self, post: Post) -> None:
        """A receiver of signed webhooks drops what comes again under one identifier, after a lost answer."""
        told = json.loads(post.body)["data"]
        if told["identifier"] in self._words:
            self.repeats += 1
        elif not told["ends"]:
            self.tell(told["texts"]["en"]["event"].rpartition(" ")[2], post.at)
        self._words.add(told["identifier"])


def _without_proxies() -> dict[str, str]:
    """The http request node would go to the sink by a proxy of the machine."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
