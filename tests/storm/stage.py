"""The stage of a storm: a city's folder and settings, everybody outside, and the hub in processes of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from argon2 import PasswordHasher

from feeds.status import Status
from services.broker.child import dies_with_parent
from services.broker.client import Limits, MqttClient
from services.broker.login import Login
from services.channels.push.vapid import new_key
from services.clock import CatchUpClock, Clock, wall
from services.store import users
from services.store.engine import Store
from services.store.users import Account, Role
from tests.fakes.jma import FakeJma
from tests.fakes.linkage import FakeLinkage
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.push import FakePush
from tests.fakes.smtp import FakeSmtp
from tests.fakes.webhook import FakePartner
from tests.fakes.x import FakeX
from tests.storm import ground, town
from tests.storm.plot import RELAY
from tests.storm.weather import Outside

PASSWORD = "only-for-this-storm"
LALERT_NAME = "morioka"
OFFICERS = ("tantou", "kachou")
PROFILE = Path(__file__).parents[2] / "config" / "morioka"
GATEWAYS = (RELAY, *ground.GATEWAYS, *ground.MAKERS, *town.GATEWAYS)
_PATIENCE = 240.0
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class Stage:
    """``processes`` by name; ``clock`` is the hub's own, and that of everybody who plays."""

    folder: Path
    clock: Clock
    outside: Outside
    push: FakePush
    processes: dict[str, Process] = field(default_factory=dict)
    address: str = ""
    database: str = ""

    @property
    def fast(self) -> CatchUpClock:
        """The clock where it runs by itself."""
        assert isinstance(self.clock, CatchUpClock)
        return self.clock

    async def begin(self) -> None:
        """From now on time runs."""
        self.clock = CatchUpClock(self.fast.start, self.fast.speed)
        for process in self.processes.values():
            assert process.stdin is not None
            process.stdin.write(f"{self.clock.began.isoformat()}\n".encode())
            await process.stdin.drain()

    @property
    def store_url(self) -> str:
        return self.database or f"sqlite+aiosqlite:///{self.folder / 'shirase.db'}"

    @property
    def pids(self) -> dict[str, int]:
        """The hub's processes and its broker's."""
        found = {name: process.pid for name, process in self.processes.items()}
        broker = self.folder / "broker" / "nats-server.pid"
        return found | ({"broker": int(broker.read_text())} if broker.exists() else {})

    def gateway(self, name: str) -> MqttClient:
        address = json.loads((self.folder / "broker" / "address.json").read_text(encoding="utf-8"))
        login = Login(
            host=address["host"], port=address["port"], client_id=f"storm-{name}", user=name, password=PASSWORD
        )
        return MqttClient(login, limits=Limits(first_delay=0.1, most_delay=1.0))

    def pulse(self, name: str) -> Path:
        return self.folder / f"pulse-{name}.jsonl"


@asynccontextmanager
async def staged(folder: Path, hours: float, factor: float) -> AsyncIterator[Stage]:
    """A running hub in an empty folder. Its clock stands still until :meth:`Stage.begin`, and reaches the present some
    time after these hours are over."""
    async with AsyncExitStack() as stack:
        outside, push = await world(stack, factor)
        settings = set_up(folder, outside)
        start = (wall() - timedelta(hours=hours)).replace(microsecond=0)
        made = Stage(folder, CatchUpClock(start, factor), outside, push)
        await people(made.store_url)
        await _start(made, settings, "hub", (), stack)
        yield made


async def world(stack: AsyncExitStack, factor: float = 1.0) -> tuple[Outside, FakePush]:
    """Everybody outside. The forecaster's files hold so much more: a hub asks for them by wall time."""
    outside = Outside(
        FakeX(rate_limit=1_000_000),
        FakeMastodon(),
        FakeLinkage(),
        FakePartner(),
        FakeSmtp(),
        FakeJma(quick=timedelta(minutes=9) * factor),
    )
    push = FakePush()
    for one in (outside.x, outside.mastodon, outside.linkage, outside.partner, outside.smtp, outside.jma, push):
        await one.start()
        stack.push_async_callback(one.stop)
    return outside, push


def set_up(folder: Path, outside: Outside) -> Path:
    """The city's folder; its settings."""
    shutil.copytree(PROFILE, folder / "profile")
    (folder / "profile" / "mappings").mkdir(exist_ok=True)
    (folder / "profile" / "mappings" / "storm.toml").write_text(ground.MAPPING, encoding="utf-8")
    (folder / "voice").mkdir()
    settings = folder / "settings.toml"
    settings.write_text(_settings(folder, outside), encoding="utf-8")
    return settings


async def _start(made: Stage, settings: Path, name: str, services: Sequence[str], stack: AsyncExitStack) -> None:
    clock = made.fast
    command = [sys.executable, "-m", "tests.storm.hub", *services, "--settings", str(settings)]
    command += ["--start", clock.start.isoformat(), "--speed", str(clock.speed)]
    command += ["--pulse", str(made.pulse(name)), "--every", str(max(1.0, 600 / clock.speed))]
    with (made.folder / f"{name}.log").open("wb") as log:
        process = await create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=log,
            preexec_fn=dies_with_parent(),
            env=os.environ | {"MALLOC_ARENA_MAX": "2"},  # as the units and the image have it
        )
    made.processes[name] = process
    stack.push_async_callback(_end, process)
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), _PATIENCE)
    assert line, (made.folder / f"{name}.log").read_text(encoding="utf-8")[-3000:]
    made.address = json.loads(line)["ready"]


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 60)
    except TimeoutError:
        process.kill()
        await process.wait()


async def people(url: str) -> None:
    """Two officers who may approve."""
    store = await Store.open(url)
    async with store.write() as connection:
        for name in OFFICERS:
            one = Account(
                name=name, role=Role.APPROVER, password=_HASH, one_time=False, revoked=False, created_at=wall()
            )
            await users.add(connection, one)
    await store.close()


def _settings(folder: Path, outside: Outside) -> str:
    """JSON strings are TOML strings too."""
    q = json.dumps
    keys = "\n".join(f"{name} = {q(value)}" for name, value in outside.x.credentials.items())
    doors = "\n".join(
        f"[gateways.{name}]\npassword = {q(PASSWORD)}\ntelegram = {q(name == RELAY)}\nallowance = 500\n"
        f"also = {q([ground.MAKERS[name]] if name in ground.MAKERS else [])}"
        for name in GATEWAYS
    )
    everything = q([status.value for status in Status])
    return f"""
profile = {q(str(folder / "profile"))}
data_dir = {q(str(folder))}
database = ""
log_level = "WARNING"
[web]
port = 0
base_url = "https://city.example"
[poll]
base = {q(outside.jma.base)}
feeds = ["extra"]
every_s = 20
timeout_s = 5
[lalert]
name = {q(LALERT_NAME)}
username = "fmmc"
password = {q(PASSWORD)}
[reports]
public = true
per_client = 100000
in_all = 100000
[subscriptions]
key = {q("k" * 40)}
per_client = 1000
[channels.x]
base_url = {q(outside.x.url)}
timeout_s = 4
{keys}
[channels.mastodon]
url = {q(outside.mastodon.url)}
token = {q(outside.mastodon.token)}
timeout_s = 4
statuses = ["Exercise"]
[channels.linkage]
url = {q(outside.linkage.url)}
token = {q(outside.linkage.token)}
timeout_s = 4
[channels.webhook]
url = {q(outside.partner.url + "/hook")}
secret = {q(outside.partner.secret)}
timeout_s = 4
[channels.mail]
host = "127.0.0.1"
port = {outside.smtp.port}
security = "none"
sender = "alerts@city.example"
[channels.push]
private_key = {q(new_key())}
contact = "mailto:a@city.example"
services = ["127.0.0.1"]
[channels.voice]
folder = {q(str(folder / "voice"))}
[channels.mqtt]
[channels.cap_feed]
statuses = {everything}
[channels.log]
statuses = {everything}
{doors}
"""
