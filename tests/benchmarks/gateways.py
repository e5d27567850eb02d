"""Several gateways in a process of their own, so that publishing does not slow down what is measured.

They are the exercise's gateways: one connection each, QoS 1, many messages under way at once. The process reads an
order a line and answers each with a line, so that its start is in no figure.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from services.broker.child import dies_with_parent
from services.broker.client import MqttClient
from services.broker.login import Login
from services.clock import wall
from services.telemetry import configure_logging

NAMES = ("gw1", "gw2", "gw3", "gw4")
PASSWORD = "only-for-this-benchmark"
STATIONS = 50  # of each gateway
IN_FLIGHT = 100  # messages of each gateway
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to publish. ``tag`` begins every id, so that each order has ids of its own.

    ``batch`` is how many readings make a message; ``pace`` is in messages a second over all gateways, 0 is as fast as
    it goes.
    """

    tag: str
    readings: int
    batch: int = 1
    pace: float = 0


class Gateways:
    """The connected gateways, seen from the process that gives the orders."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def publish(self, order: Order) -> Mapping[str, float]:
        """Carry out the order; each reading's id with the monotonic time at which it was handed to its connection.

        Returns when the broker has acknowledged every one. The monotonic clock is one for all processes of a machine.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        sent: dict[str, float] = json.loads(await self._line())
        return sent

    async def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), _PATIENCE)
        if not line:
            raise RuntimeError("the gateways' process ended; its words are above")
        return line


@asynccontextmanager
async def gateways_at(host: str, port: int) -> AsyncIterator[Gateways]:
    """Gateways connected to the broker there."""
    command = [sys.executable, "-m", "tests.benchmarks.gateways", host, str(port)]
    process = await create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, limit=2**26, preexec_fn=dies_with_parent()
    )
    try:
        gateways = Gateways(process)
        await gateways._line()
        yield gateways
    finally:
        assert process.stdin is not None
        process.stdin.close()  # no more orders: it ends
        try:
            await asyncio.wait_for(process.communicate(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _work(host: str, port: int) -> None:
    clients = {name: _client(host, port, name) for name in NAMES}
    for client in clients.values():
        await client.start()
    async with asyncio.timeout(20):
        while not all(client.state.ready for client in clients.values()):
            await asyncio.sleep(0.01)
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await _carry_out(Order(**json.loads(line)), clients)), flush=True)
    for client in clients.values():
        await client.stop()


async def _carry_out(order: Order, clients: Mapping[str, MqttClient]) -> dict[str, float]:
    sent: dict[str, float] = {}
    began = time.monotonic()

    async def worker(client: MqttClient, messages: Iterator[_Message]) -> None:
        """One of the messages under way: take the next, publish it, wait for its PUBACK, and so on."""
        for one in messages:
            if order.pace:
                await asyncio.sleep(max(0.0, began + one.number / order.pace - time.monotonic()))
            sent.update(dict.fromkeys(one.identities, time.monotonic()))
            await client.publish(one.topic, one.payload)

    shares = [(client, messages(order, name)) for name, client in clients.items()]
    await asyncio.gather(*(worker(client, share) for client, share in shares for _ in range(IN_FLIGHT)))
    return sent


@dataclass(frozen=True, slots=True)
class _Message:
    number: int  # over all gateways
    identities: list[str]
    topic: str
    payload: bytes


def messages(order: Order, gateway: str) -> Iterator[_Message]:
    """This gateway's share: every so many-th message."""
    now = wall()
    for number in range(NAMES.index(gateway), order.readings // order.batch, len(NAMES)):
        turns = range(number // len(NAMES) * order.batch, (number // len(NAMES) + 1) * order.batch)
        to_come = order.readings // len(NAMES) // STATIONS + 1
        readings = [_reading(f"{order.tag}-{gateway}-{turn}", gateway, turn, to_come, now) for turn in turns]
        alone = len(readings) == 1
        topic = f"{readings[0]['station']}/snow_depth" if alone else "batch"
        body = json.dumps(readings[0] if alone else readings).encode()
        yield _Message(number, [one["id"] for one in readings], f"hub/v1/{gateway}/{topic}", body)


def _reading(identity: str, gateway: str, turn: int, to_come: int, now: Any) -> dict[str, Any]:
    """The gateway's stations in turn, a second between reports of one station, none from the future."""
    report, station = divmod(turn, STATIONS)
    return {
        "v": 1,
        "id": identity,
        "station": f"{gateway}-st{station:03}",
        "quantity": "snow_depth",
        "value": round(20 + report % 7 / 10, 1),
        "unit": "cm",
        "time": (now - timedelta(seconds=to_come - report)).isoformat(timespec="milliseconds"),
    }


def _client(host: str, port: int, name: str) -> MqttClient:
    return MqttClient(Login(host=host, port=port, client_id=f"bench-{name}", user=name, password=PASSWORD))


if __name__ == "__main__":
    configure_logging("ERROR")
    asyncio.run(_work(sys.argv[1], int(sys.argv[2])))
