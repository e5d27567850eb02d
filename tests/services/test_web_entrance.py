"""Connections that are of no use to anybody, and those that are one too many."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.store.engine import Store
from services.web import entrance
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine

HEALTHZ = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def called(running: Floor) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*running.runner.addresses[0][:2])
    try:
        yield reader, writer
    finally:
        writer.close()


async def ends(reader: asyncio.StreamReader) -> bool:
    """True once the hub has ended the connection; nobody waits for ever where it does not."""
    try:
        return await asyncio.wait_for(reader.read(), 30) is not None
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "])
async def test_a_head_that_never_ends_is_not_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(entrance, "IDLE", 0.05)
    async with floor(store) as running, called(running) as (first, telling), called(running) as (second, again):
        telling.write(said)
        again.write(HEALTHZ)
        assert await second.readuntil(b"\r\n\r\n")
        again.write(said)
        assert await ends(first) and await ends(second)


async def test_one_connection_too_many_is_ended_and_told_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(entrance, "most_connections", lambda: 2)
    async with floor(store) as running:
        async with called(running) as (_, one), called(running) as (reader, two):
            two.write(HEALTHZ)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            for _ in range(3):
                async with called(running) as (turned_away, _w):
                    assert await ends(turned_away)
            assert len(running.runner.server.connections) == 2
            one.write(HEALTHZ)  # who was here before them is served
        while running.runner.server.connections:
            await asyncio.sleep(0)
        async with called(running) as (reader, later):
            later.write(HEALTHZ)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")


async def test_half_of_the_descriptors_stay_for_the_store_and_the_channels() -> None:
    import resource

    assert 1 <= entrance.most_connections() <= resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2


async def test_who_reads_nothing_of_what_they_asked_for_is_given_up(store: Store) -> None:
    async with floor(store) as running, called(running) as (reader, writer):
        writer.write(HEALTHZ)
        await reader.readuntil(b"\r\n\r\n")
        (connection,) = running.runner.server.connections
        assert connection.transport is not None
        sock = connection.transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == entrance.UNREAD


async def test_nothing_packed_is_unfolded(store: Store) -> None:
    bomb = gzip.compress(b"name=" + b"a" * 1_000_000)
    async with floor(store) as running:
        visitor = await running.visitor()
        for path in ("/login", "/api/v1/chronology", "/nowhere"):
            for kind in ("gzip", "deflate", "br", "identity, gzip"):
                headers = {"Content-Encoding": kind, "Content-Type": "application/x-www-form-urlencoded"}
                async with visitor.http.post(path, data=bomb, headers=headers) as answer:
                    assert (answer.status, (await answer.json())["error"]) == (415, "bad_encoding"), (path, kind)
