"""What a broker writes at once or in pieces arrives whole and in order, without a further byte on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.broker.client import MqttClient
from services.broker.login import Login

CONNACK = bytes([0x20, 2, 0, 0])
TOPIC = b"hub/v1/gw07/st0001/snow_depth"


def message(number: int, octets: int = 40) -> bytes:
    """PUBLISH at QoS 1, as it stands on the wire."""
    body = len(TOPIC).to_bytes(2, "big") + TOPIC + number.to_bytes(2, "big") + b"%d:" % number + b"x" * octets
    length, rest = b"", len(body)
    while rest or not length:
        rest, digit = divmod(rest, 128)
        length += bytes([digit | (128 if rest else 0)])
    return b"\x32" + length + body


@asynccontextmanager
async def told(*pieces: bytes, pause: float = 0.05) -> AsyncIterator[MqttClient]:
    """A client of a server that answers CONNECT with these writes, waits in between, and is silent afterwards."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        while await reader.read(1024):
            pass
        writer.close()
        gone.set()

    gone = asyncio.Event()
    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    client = MqttClient(Login(host=host, port=port, client_id="ahead", user="hub", password="x"))
    await client.start()
    try:
        yield client
    finally:
        async with asyncio.timeout(5):
            await client.stop()
            await gone.wait()
        server.close()
        await server.wait_closed()


async def arrive(client: MqttClient, many: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(5):
        while len(found) < many:
            found += [int(one.payload.partition(b":")[0]) for one in await client.next_batch()]
    return found


async def test_a_thousand_messages_in_one_write() -> None:
    async with told(CONNACK + b"".join(message(number) for number in range(1, 1001))) as client:
        assert await arrive(client, 1000) == [*range(1, 1001)]


@pytest.mark.parametrize("cut", [1, 2, 3, 20, 60])
async def test_a_message_cut_anywhere(cut: int) -> None:
    whole = b"".join(message(number) for number in range(1, 4))
    async with told(CONNACK, whole[: -len(message(3)) + cut], whole[-len(message(3)) + cut :]) as client:
        assert await arrive(client, 3) == [1, 2, 3]


async def test_a_message_larger_than_what_is_read_at_once_and_one_behind_it() -> None:
    async with told(CONNACK + message(1, 500_000) + message(2)) as client:
        assert await arrive(client, 2) == [1, 2]


async def test_an_answer_to_us_between_messages_does_not_hold_up_the_next() -> None:
    pong = bytes([0xD0, 0])
    async with told(CONNACK + message(1) + pong + pong + message(2)) as client:
        assert await arrive(client, 2) == [1, 2]
