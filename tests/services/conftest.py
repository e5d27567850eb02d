"""Fixtures of the services: a real broker per test, from the wheel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from services.broker.embedded import EmbeddedBroker
from tests.stores import laid

GATEWAYS = {"gw07": "seven-secret", "gw08": "eight-secret"}


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


async def until(condition: Callable[[], object], patience: float = 10) -> None:
    """Wait for something that other tasks or processes bring about."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.01)
