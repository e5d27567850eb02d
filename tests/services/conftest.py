"""Fixtures of the services: a real broker per test, from the wheel; a database with nothing in it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.broker.embedded import EmbeddedBroker
from services.store.engine import parse
from tests.fakes.smtp import FakeSmtp
from tests.postgresql import Cluster
from tests.stores import laid

GATEWAYS = {"gw07": "seven-secret", "gw08": "eight-secret"}
_names = (f"empty{number}" for number in itertools.count())


@pytest.fixture
async def smtp() -> AsyncIterator[FakeSmtp]:
    server = FakeSmtp()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(autouse=True)
def _stores_of_today(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that opens a store of its own need not wait for every migration, unless they are what it is about."""
    with nullcontext() if request.node.get_closest_marker("from_nothing") else laid():
        yield


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[EmbeddedBroker]:
    """A started nats-server with the gateways of ``GATEWAYS``."""
    embedded = EmbeddedBroker(tmp_path, gateways=GATEWAYS, redeliver_after=2.0)
    await embedded.start()
    yield embedded
    await embedded.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server: Cluster = request.getfixturevalue("postgresql")
    return server.database(next(_names))


async def inside(url: str, work: Callable[[Connection], Any]) -> Any:
    """Done in one transaction, without anything of ours between."""
    engine = create_async_engine(parse(url))
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


async def until(condition: Callable[[], object], patience: float = 10) -> None:
    """Wait for something that other tasks or processes bring about."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.01)
