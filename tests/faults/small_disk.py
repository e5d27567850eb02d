"""A hub on a small disk of its own, that can be filled and cleared: a tmpfs that nobody else sees, root or not."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from services.broker.child import dies_with_parent
from services.broker.client import Limits, MqttClient
from services.broker.login import Login
from tests.benchmarks.hub import resident_mb
from tests.conftest import missing
from tests.e2e.process import PASSWORD

_MOUNT = 'mount -t tmpfs -o size={size}m tmpfs "$0" && exec "$@"'
_KEYS = """
import sqlite3, sys
for (key,) in sqlite3.connect(sys.argv[1], uri=True).execute("SELECT key FROM records"):
    print(key)
"""


class SmallDisk:
    """``folder`` is where the disk is mounted for the hub alone; the test reaches it by way of the hub's process."""

    def __init__(self, process: Process, folder: Path, address: str, broker: Path) -> None:
        self._process, self._folder, self._address, self._broker = process, folder, address, broker
        self._root = Path(f"/proc/{process.pid}/root")
        self._ballast = self._inside(folder / "ballast")

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def rss_mb(self) -> float:
        return resident_mb(self._process.pid)

    def fill(self) -> None:
        """Somebody else takes all that is left, to the last octet."""
        for size in (65_536, 512, 1):
            with self._ballast.open("ab", buffering=0) as file:
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue

    def clear(self) -> None:
        self._ballast.unlink()

    async def reasons(self) -> list[str]:
        """Why the hub says that it is not ready; empty where it is."""

        def ask() -> list[str]:
            try:
                with urlopen(f"{self._address}/readyz", timeout=5) as answer:
                    body = json.loads(answer.read())
            except HTTPError as error:
                body = json.loads(error.read())
            return list(body["reasons"])

        return await asyncio.to_thread(ask)

    async def stored(self) -> list[str]:
        """The ids of all readings in the store, as another process sees them."""
        inside = ["nsenter", "-t", str(self._process.pid), "-U", "-m", "--preserve-credentials"]
        command = [*inside, sys.executable, "-c", _KEYS, f"file:{self._folder / 'shirase.db'}?mode=ro"]
        found = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
        return [key.partition("#")[2] for key in found.stdout.split()]

    def gateway(self, name: str) -> MqttClient:
        address = json.loads((self._inside(self._broker) / "address.json").read_text(encoding="utf-8"))
        login = Login(
            host=address["host"], port=address["port"], client_id=f"test-{name}", user=name, password=PASSWORD
        )
        return MqttClient(login, limits=Limits(first_delay=0.1, most_delay=0.5, stay_down=1.0))

    def _inside(self, path: Path) -> Path:
        return self._root / path.relative_to("/")


@asynccontextmanager
async def small_disk(
    folder: Path, gateways: tuple[str, ...], *, size_mb: int, with_broker: bool
) -> AsyncIterator[SmallDisk]:
    """A running hub whose store lies on the small disk, its embedded broker beside it or on the large one."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        missing("a small disk needs `unshare -rm`, from util-linux, and a kernel that lets users have namespaces")
    disk, data = folder / "disk", folder / "data"
    disk.mkdir()
    data_dir = disk if with_broker else data
    settings = folder / "settings.toml"
    settings.write_text(_settings(data_dir, disk / "shirase.db", gateways), encoding="utf-8")
    serve = [sys.executable, "-m", "services", "serve", "--settings", str(settings)]
    command = ["unshare", "-rm", "sh", "-c", _MOUNT.format(size=size_mb), str(disk), *serve]
    with (folder / "hub.log").open("wb") as log:
        process = await create_subprocess_exec(*command, stdout=PIPE, stderr=log, preexec_fn=dies_with_parent())
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, (folder / "hub.log").read_text(encoding="utf-8")[-3000:]
        yield SmallDisk(process, disk, json.loads(line)["ready"], data_dir / "broker")
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 40)


def _settings(data_dir: Path, database: Path, gateways: tuple[str, ...]) -> str:
    q = json.dumps
    doors = "\n".join(f"[gateways.{name}]\npassword = {q(PASSWORD)}\nstatus = 'Exercise'" for name in gateways)
    return f"""
data_dir = {q(str(data_dir))}
database = {q(f"sqlite:///{database}")}
log_level = "INFO"
[web]
port = 0
[channels.log]
{doors}
"""
