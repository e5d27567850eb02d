"""The line itself: what it does to bytes is what its faults say."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator

import pytest

from tests.faults.line import Line, to_port


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """To somebody who says everything once more."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    made = Line(to_port(server.sockets[0].getsockname()[1]), random.Random(4))
    await made.start()
    yield made
    await made.cut()
    server.close()


async def said(line: Line) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
    writer.write(b"hello")
    writer.write_eof()
    try:
        return await reader.read()
    finally:
        writer.close()


async def test_whole_it_carries_everything_and_its_end(line: Line) -> None:
    assert await said(line) == b"hello"


async def test_cut_it_ends_every_call_and_refuses_the_next_until_it_is_mended(line: Line) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
    writer.write(b"a")
    assert await reader.read(1) == b"a"
    await line.cut()
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(OSError, match="Connect call failed"):
        await said(line)
    await line.mend()
    assert await said(line) == b"hello"


async def test_dead_it_says_nothing_and_then_what_waited(line: Line) -> None:
    line.die()
    asked = asyncio.create_task(said(line))
    done, _ = await asyncio.wait([asked], timeout=0.2)
    assert not done
    await line.mend()
    assert await asked == b"hello"


async def test_late_it_takes_that_long_each_way_and_lossy_it_loses_nothing_for_good(line: Line) -> None:
    line.late_s = 0.1
    began = time.monotonic()
    assert await said(line) == b"hello"
    assert time.monotonic() - began >= 0.3, "the call, there and back"
    line.late_s, line.loss = 0.0, 0.5
    assert await asyncio.gather(*(said(line) for _ in range(3))) == [b"hello"] * 3
