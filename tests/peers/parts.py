"""What both sides share: the broker, the sink, the publisher. Real programs, each a process of its own."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession

from services.broker.child import dies_with_parent
from services.broker.mosquitto import SAFE
from tests.peers.publisher import Order, line_of

_PATIENCE = 180.0


@dataclass(frozen=True, slots=True)
class Post:
    """What the sink took: monotonic seconds, and the body."""

    at: float
    body: str


class SinkAt:
    """The running sink."""

    def __init__(self, port: int, path: Path) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self._path, self._read = path, 0

    def posts(self) -> list[Post]:
        """Those taken since this was asked the last time."""
        with self._path.open("rb") as taken:
            taken.seek(self._read)
            whole, _, _ = taken.read().rpartition(b"\n")
        self._read += len(whole) + 1 if whole else 0
        lines = (one.decode().partition("\t") for one in whole.split(b"\n") if one)
        return [Post(float(at), body) for at, _, body in lines]

    async def refuse(self, seconds: float) -> None:
        """Answer 503 for so long from now on."""
        async with ClientSession() as session, session.post(self.url.replace("/hook", f"/refuse/{seconds}")):
            pass


class Publisher:
    """The publisher's process."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def publish(self, order: Order) -> Mapping[str, float]:
        """Id → monotonic seconds at which it was handed over; returns when all are acknowledged."""
        self.begin(order)
        return await self.done()

    def begin(self, order: Order) -> None:
        self._write(line_of(order))

    def allow(self, upto: int) -> None:
        """How many messages of an order without a rate may be out; a negative number ends it."""
        self._write(b"%d\n" % upto)

    async def done(self) -> Mapping[str, float]:
        """What :meth:`publish` returns, of the order that was begun."""
        sent: dict[str, float] = json.loads(await _line(self._process))
        return sent

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def mosquitto(folder: Path) -> AsyncIterator[tuple[int, int]]:
    """Its port and process, configured as `shirase gateways export` advises, but open to all on this machine."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        raise RuntimeError("there is no mosquitto (Debian: apt-get install mosquitto)")
    folder.mkdir(parents=True)
    port = free_port()
    open_to_all = [one for one in SAFE if not one.startswith("allow_anonymous")]
    lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", f"persistence_location {folder}/", *open_to_all]
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    async with _process(program, "-c", str(folder / "mosquitto.conf"), log=folder / "mosquitto.log") as process:
        await answers(port)
        yield port, process.pid


@asynccontextmanager
async def sink(folder: Path) -> AsyncIterator[SinkAt]:
    path = folder / "posts"
    async with _process(sys.executable, "-m", "tests.peers.sink", str(path), log=folder / "sink.log") as process:
        yield SinkAt(int(await _line(process)), path)


@asynccontextmanager
async def publisher(port: int, folder: Path) -> AsyncIterator[Publisher]:
    command = [sys.executable, "-m", "tests.peers.publisher", str(port)]
    async with _process(*command, log=folder / "publisher.log") as process:
        await _line(process)
        yield Publisher(process)


async def answers(port: int) -> None:
    """Wait until somebody listens there."""
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


@asynccontextmanager
async def _process(*command: str, log: Path) -> AsyncIterator[Process]:
    with log.open("ab") as words:
        process = await create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=words, limit=2**27, preexec_fn=dies_with_parent()
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _line(process: Process) -> bytes:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), _PATIENCE)
    if not line:
        raise RuntimeError("a process of the bench ended; its log tells why")
    return line


__all__ = ["DEVNULL", "PIPE", "Post", "Publisher", "SinkAt", "answers", "free_port", "mosquitto", "publisher", "sink"]
