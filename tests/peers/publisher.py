"""Gateways as cheap as can be: PUBLISH packets at QoS 1 written ahead, so that two cores are left to what is measured.

A process of its own that reads an order a line (JSON) and answers each with the monotonic time at which every message
was handed to the connection, by id, once the broker has acknowledged all of them.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from tests.peers.city import STEADY, depth

GATEWAY = "gw1"
MARK = "p399"  # the last of the probes
_CONNACK, _PUBACK = 2, 4
WATER = 24.0  # cm, of a sensor that has risen
_MOST = 20_000  # messages without their acknowledgement; ids of packets end at 65,535


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """``rate`` messages a second, ``many`` in all, from the steady sensors in turn; ``rises`` are codes of sensors that
    go dry, dry, and then under water, evenly spread. ``tag`` begins every id. A rate of 0: as fast as the reader of the
    answers allows, who says on further lines up to which number.
    """

    tag: str
    rate: float
    many: int
    rises: Sequence[str] = field(default_factory=tuple)
    marks: int = 0  # every so many-th message is of a sensor that rises and falls by turns; 0: none


def packet(topic: str, payload: bytes, number: int) -> bytes:
    """One PUBLISH at QoS 1."""
    name = topic.encode()
    body = struct.pack(">H", len(name)) + name + struct.pack(">H", number) + payload
    return b"\x32" + _size(len(body)) + body


def _size(length: int) -> bytes:
    out = bytearray()
    while True:
        length, digit = divmod(length, 128)
        out.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(out)


class Connection:
    """To the broker, with a session that ends with it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0
        self.sent = self.acknowledged = 0

    @classmethod
    async def open(cls, port: int) -> Connection:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = b"peers-publisher"
        body = b"\x00\x04MQTT\x04\x02\x00\x00" + struct.pack(">H", len(name)) + name
        writer.write(b"\x10" + _size(len(body)) + body)
        answer = await reader.readexactly(4)
        if answer[0] >> 4 != _CONNACK or answer[3]:
            raise RuntimeError(f"the broker refused the publisher: {answer.hex()}")
        return cls(reader, writer)

    def publish(self, topic: str, payload: bytes) -> None:
        self._number = self._number % 65_535 + 1
        self.sent += 1
        self._writer.write(packet(topic, payload, self._number))

    async def room(self) -> None:
        """Wait while too much is under way."""
        await self._writer.drain()
        while self.sent - self.acknowledged >= _MOST:
            await asyncio.sleep(0.001)

    async def all_taken(self) -> None:
        while self.acknowledged < self.sent:
            await asyncio.sleep(0.002)

    async def listen(self) -> None:
        while True:
            answer = await self._reader.readexactly(4)  # PUBACK is always as long
            if answer[0] >> 4 != _PUBACK:
                raise RuntimeError(f"the broker sent something else than PUBACK: {answer.hex()}")
            self.acknowledged += 1


class Allowance:
    """Up to which number may be published: a line each on standard input. A negative one ends the order."""

    def __init__(self, upto: float) -> None:
        self.upto = upto
        self._more = asyncio.Event()

    def raise_to(self, upto: int) -> None:
        self.upto = upto
        self._more.set()

    async def covers(self, number: int) -> bool:
        """Wait for it; False where no more is wanted."""
        while 0 <= self.upto <= number:
            self._more.clear()
            await self._more.wait()
        return self.upto >= 0


async def carry_out(order: Order, line: Connection, allowance: Allowance) -> dict[str, float]:
    """Publish; when each id was handed over, once all are acknowledged."""
    sent: dict[str, float] = {}
    rises = rising(order.many, order.rises)
    began = time.monotonic()
    for number in range(order.many):
        if order.rate:
            early = began + number / order.rate - time.monotonic()
            if early > 0.0005:
                await asyncio.sleep(early)
        if not await allowance.covers(number):
            break
        if number % 64 == 0:
            await line.room()
            await asyncio.sleep(0)
        station, value = rises.get(number) or _mark(order, number) or _steady(number)
        identity = f"{order.tag}-{number}"
        sent[identity] = time.monotonic()
        line.publish(f"hub/v1/{GATEWAY}/{station}/inundation_depth", _reading(identity, station, value))
    await line.all_taken()
    return sent


def _mark(order: Order, number: int) -> tuple[str, float] | None:
    if not order.marks or number % order.marks:
        return None
    return MARK, WATER if number // order.marks % 2 == 0 else 0.0


def _steady(number: int) -> tuple[str, float]:
    turn, sensor = divmod(number, STEADY)
    return f"s{sensor:03}", depth(sensor, turn)


def rising(many: int, rises: Sequence[str]) -> dict[int, tuple[str, float]]:
    """Number of the message → sensor and depth, for those that rise: two dry reports at the beginning, for no side
    shall have to believe a sensor's first word, and the rise in the other two thirds."""
    found: dict[int, tuple[str, float]] = {}
    first = many // 3
    for which, sensor in enumerate(rises):
        found[2 * which] = sensor, 5.0
        found[2 * which + 1] = sensor, 5.1
        found[first + which * (many - first) // len(rises)] = sensor, WATER
    if len(found) != 3 * len(rises):
        raise ValueError(f"{len(rises)} rises do not fit among {many} messages")
    return found


def _reading(identity: str, station: str, value: float) -> bytes:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    told = {"v": 1, "id": identity, "station": station, "quantity": "inundation_depth", "value": value}
    return json.dumps({**told, "unit": "cm", "time": at}).encode()


async def _work(port: int) -> None:
    line = await Connection.open(port)
    listening = asyncio.create_task(line.listen())
    print("ready", flush=True)
    while text := await asyncio.to_thread(sys.stdin.readline):
        order = Order(**json.loads(text))
        allowance = Allowance(order.many if order.rate else 0)
        working = asyncio.create_task(carry_out(order, line, allowance))
        if not order.rate:
            while (upto := int(await asyncio.to_thread(sys.stdin.readline) or -1)) >= 0:
                allowance.raise_to(upto)
            allowance.raise_to(upto)
        done, _ = await asyncio.wait([working, listening], return_when=asyncio.FIRST_COMPLETED)
        print(json.dumps(done.pop().result()), flush=True)


def line_of(order: Order) -> bytes:
    """As the process reads it."""
    return json.dumps(asdict(order)).encode() + b"\n"


if __name__ == "__main__":
    asyncio.run(_work(int(sys.argv[1])))
