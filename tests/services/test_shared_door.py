"""Mosquitto's shared subscription: two that take in, and what it means when one of them goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from services.bell import Bell
from services.broker.client import MqttClient
from services.broker.door import Door
from services.broker.doors import door_of
from services.broker.login import Protocol
from services.configuration.gateways import Broker
from services.grants import Grant
from services.ingest import Ingest
from services.store.engine import Store
from tests.city_broker import until
from tests.e2e.workers import Shared
from tests.nats_cluster import PASSWORD
from tests.services.test_ingest import NOW, QUICK, count, stored
from tests.services.test_jetstream_door import reading

pytestmark = pytest.mark.one_engine


def door(broker: Shared, worker: str, folder: Path) -> Door:
    city = Broker(host="localhost", door="shared", protocol="5", worker=worker)
    login = broker.broker.login("hub", PASSWORD, client_id="shirase-hub", protocol=Protocol.V5)
    return door_of(city, login, ["hub/v1/#"], marker=folder / "session", now=lambda: NOW)


@asynccontextmanager
async def taking_in(one: Door, store: Store) -> AsyncIterator[Ingest]:
    ingest = Ingest(store, Bell(), one, {"gw1": Grant()})
    await one.start()
    await ingest.start()
    try:
        await until(lambda: one.state.ready)
        yield ingest
    finally:
        await ingest.stop()
        await one.stop()


async def test_work_is_dealt_out_and_waits_for_who_has_gone(tmp_path: Path, store: Store) -> None:
    broker = Shared(tmp_path / "broker")
    broker.broker.start()
    try:
        async with AsyncExitStack() as stack:
            gateway = MqttClient(broker.login("gw1"), limits=QUICK)
            await gateway.start()
            stack.push_async_callback(gateway.stop)
            await stack.enter_async_context(taking_in(door(broker, "1", tmp_path), store))
            dead = door(broker, "2", tmp_path)
            await dead.start()
            await until(lambda: dead.state.ready)
            bodies = [reading(number) for number in range(40)]
            await asyncio.gather(*(gateway.publish("hub/v1/gw1/st1/snow_depth", body) for body in bodies))
            await until(lambda: dead.state.buffered > 0)
            dead.reconnect("as a kill would")  # what it held is not acknowledged, and nobody else is given it
            await dead.stop()
            first = await _settled(store)
            assert 0 < first < 40
            await stack.enter_async_context(taking_in(door(broker, "2", tmp_path), store))  # under the same name
            await stored(store, 40)
            assert await count(store) == 40
    finally:
        broker.broker.stop()


async def _settled(store: Store) -> int:
    """How many are there when for a while none has come."""
    known = -1
    while known != (known := await count(store)) or known == 0:
        await asyncio.sleep(0.5)
    return known
