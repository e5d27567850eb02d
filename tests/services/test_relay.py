"""Rings over LISTEN and NOTIFY: heard by the other processes, not by oneself again, and back after the line broke."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from services import relay
from services.bell import Bell
from services.relay import Relay
from services.store.engine import Store
from tests.postgresql import Cluster
from tests.services.conftest import until

LISTENING = "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^(LISTEN|SELECT pg_notify)'"
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'tests' AND pid <> pg_backend_pid()"
pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@pytest.fixture
async def other(store: Store, postgresql_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(postgresql_url)
    yield opened
    await opened.close()


@asynccontextmanager
async def relayed(*stores: Store) -> AsyncIterator[list[Bell]]:
    bells = [Bell() for _ in stores]
    relays = [Relay(bell, store) for bell, store in zip(bells, stores, strict=True)]
    listeners = [bell.listen("records") for bell in bells]
    for one in relays:
        await one.start()
    for listener in listeners:
        assert await listener.wait(10), "a line that begins rings once: something may have been missed"
        listener.close()
    yield bells
    for one in relays:
        await one.stop()


async def test_a_ring_is_heard_in_every_process(store: Store, other: Store) -> None:
    async with relayed(store, other) as (here, there):
        with here.listen("records") as mine, there.listen("records") as theirs, there.listen("hazards") as quiet:
            here.ring("records")
            assert await mine.wait(1) and await theirs.wait(5)
            assert not await mine.wait(0.3), "its own echo is no ring"
            assert not await quiet.wait(0.01)


async def test_many_rings_are_few_words_on_the_line(store: Store, other: Store) -> None:
    async with relayed(store, other) as (here, there):
        with there.listen("records") as theirs:
            for _ in range(10_000):
                here.ring("records")
            assert await theirs.wait(5)
            heard = 0
            while await theirs.wait(0.3):
                heard += 1
            assert heard < 5


async def test_a_line_that_breaks_comes_back(
    store: Store, other: Store, postgresql: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_PAUSE", 0.1)
    async with relayed(store, other) as (here, there):
        with there.listen("records") as theirs:
            postgresql.sql(CUT)
            assert await theirs.wait(10), "it rings when it is back"
            await until(lambda: int(postgresql.sql(LISTENING)) == 2)
            while await theirs.wait(0.3):
                pass
            here.ring("records")
            assert await theirs.wait(5)


async def test_a_driver_that_a_dying_server_confused_makes_another_line(
    store: Store, postgresql: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its InternalClientError is no error of the database's, and was the end of the relay until the next start."""
    begun = []

    async def confused(line: asyncpg.Connection[Any], *_: object) -> None:
        begun.append(line)
        monkeypatch.undo()
        raise asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")

    async with relayed(store) as (bell,):
        monkeypatch.setattr(relay, "_PAUSE", 0.1)
        monkeypatch.setattr(asyncpg.Connection, "add_listener", confused)
        with bell.listen("records") as listener:
            postgresql.sql(CUT)
            assert await listener.wait(10) and begun


async def test_a_relay_ends_with_its_line(store: Store, postgresql: Cluster) -> None:
    async with relayed(store):
        await asyncio.sleep(0)
    await until(lambda: int(postgresql.sql(LISTENING)) == 0)
