"""The hub's name at the city's broker: its own, kept, and how it leaves the one that everybody knows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.bell import Bell
from services.broker.client import Limits, MqttClient
from services.broker.door import Door
from services.broker.embedded import EmbeddedBroker
from services.broker.heir import Heir
from services.broker.link import Incoming, Link
from services.broker.login import COMMON_ID, Login, Protocol
from services.broker.named import former, kept_name
from services.clock import Clock, wall
from services.configuration.gateways import Broker
from services.grants import Grant
from services.house import House
from services.ingest import Ingest
from services.meeting import meet
from services.settings import Settings
from services.store.engine import Store
from tests.services.conftest import GATEWAYS, until
from tests.services.gateways import SensorGateway, reading, wait_for_pubacks
from tests.services.test_broker_client import mosquitto, running
from tests.services.test_ingest import NOW, count, stored

pytestmark = pytest.mark.one_engine
QUICK = Limits(first_delay=0.05, most_delay=0.2, grace=0.2)
MANY = "max_queued_messages 100000"


def _login(port: int, name: str, protocol: Protocol = Protocol.V311) -> Login:
    return Login(host="127.0.0.1", port=port, client_id=name, protocol=protocol)


async def _waiting_for(port: int, marker: Path, numbers: range, protocol: Protocol) -> None:
    """A session of a hub of before, with messages that wait in it."""
    hub = MqttClient(_login(port, COMMON_ID, protocol), Ingest.FILTERS, limits=QUICK)
    await hub.start()
    await until(lambda: hub.state.ready)
    await hub.stop()
    marker.touch()
    await _send(port, numbers)


async def _send(port: int, numbers: range) -> None:
    gateway = MqttClient(replace(_login(port, "gw07"), durable=False), limits=QUICK)
    await gateway.start()
    sent = (gateway.publish("hub/v1/gw07/st0123/snow_depth", _body(number)) for number in numbers)
    await asyncio.gather(*sent)
    await gateway.stop()


def _body(number: int) -> bytes:
    return json.dumps(reading(number)).encode()


def _heir(port: int, name: str, marker: Path, protocol: Protocol) -> Heir:
    own = _login(port, name, protocol)
    left = replace(own, client_id=former(marker))
    return Heir(own, Ingest.FILTERS, former=left, marker=marker, limits=QUICK, now=lambda: NOW)


@asynccontextmanager
async def _taking(one: Heir, store: Store) -> AsyncIterator[None]:
    ingest = Ingest(store, Bell(), one, {"gw07": Grant()})
    await one.start()
    await ingest.start()
    try:
        yield
    finally:
        await ingest.stop()
        await one.stop()


async def _had(port: int, name: str, protocol: Protocol) -> bool:
    """Whether the broker knows a session by this name; it is ended."""
    link = Link(_login(port, name, protocol), 1, wall, lambda _: None, lambda *_: None)
    present = await link.open()
    await link.close()
    clean = Link(replace(_login(port, name, protocol), durable=False), 2, wall, lambda _: None, lambda *_: None)
    await clean.open()
    await clean.close()
    return present


@pytest.mark.parametrize("protocol", [Protocol.V311, Protocol.V5])
async def test_what_waits_under_the_old_name_comes_once_and_the_old_session_ends(
    tmp_path: Path, store: Store, protocol: Protocol
) -> None:
    marker = tmp_path / "broker-session"
    async with mosquitto(tmp_path, MANY) as port:
        await _waiting_for(port, marker, range(400), protocol)
        name = kept_name(tmp_path / "broker-client-id")
        async with _taking(_heir(port, name, marker, protocol), store):
            await _send(port, range(400, 600))  # while it moves
            await until(lambda: former(marker) == name)
            await _send(port, range(600, 700))  # and behind it
            await stored(store, 700)
        assert await count(store) == 700
        assert not await _had(port, COMMON_ID, protocol), "who comes by the old name finds nothing"
        assert await _had(port, name, protocol)


async def test_a_hub_killed_in_the_middle_begins_again_and_loses_nothing(tmp_path: Path, store: Store) -> None:
    marker = tmp_path / "broker-session"
    async with mosquitto(tmp_path, MANY) as port:
        await _waiting_for(port, marker, range(300), Protocol.V311)
        name = kept_name(tmp_path / "broker-client-id")
        first = _heir(port, name, marker, Protocol.V311)
        await first.start()
        held: list[Incoming] = []
        while len(held) < 15:  # handed out, and never stored
            held += await first.next_batch(5)
        first.reconnect("as a kill would")
        first._former.reconnect("as a kill would")
        await first.stop()
        assert former(marker) == COMMON_ID, "nothing is written down before the end"
        await _send(port, range(300, 320))
        async with _taking(_heir(port, name, marker, Protocol.V311), store):
            await until(lambda: former(marker) == name)
            await stored(store, 320)
        assert await count(store) == 320


async def test_nats_server_gives_all_that_waits_too(broker: EmbeddedBroker, tmp_path: Path, store: Store) -> None:
    access, marker = broker.access, tmp_path / "broker-session"
    old = replace(_login(access.port, COMMON_ID), user=access.user, password=access.password)
    async with running(MqttClient(old, Ingest.FILTERS, limits=QUICK)):
        pass
    marker.touch()
    with SensorGateway(access, "gw07", GATEWAYS["gw07"]) as gateway:
        wait_for_pubacks([gateway.send("st0123/snow_depth", reading(number)) for number in range(200)])
    heir = Heir(replace(old, client_id="own"), Ingest.FILTERS, former=old, marker=marker, limits=QUICK, now=lambda: NOW)
    async with _taking(heir, store):
        await until(lambda: former(marker) == "own")
        await stored(store, 200)
    assert await count(store) == 200


async def _met(store: Store, folder: Path, *, stays: bool = True, **broker: Any) -> tuple[Door, str]:
    settings = Settings.model_construct(broker=Broker(host="127.0.0.1", port=1, **broker), data_dir=folder)
    house = House(settings, store, Clock(), AsyncExitStack())
    door = await meet(house, None, Ingest.FILTERS, stays=stays)
    assert house.login is not None
    return door, house.login.client_id


async def test_the_hub_makes_a_name_that_nobody_guesses_and_keeps_it(tmp_path: Path, store: Store) -> None:
    door, name = await _met(store, tmp_path)
    file = tmp_path / "broker-client-id"
    assert (await _met(store, tmp_path))[1] == name == file.read_text() and not isinstance(door, Heir)
    assert name.isalnum() and len(name) == 23 and file.stat().st_mode & 0o777 == 0o600
    assert (await _met(store, tmp_path / "other"))[1] != name
    assert (await _met(store, tmp_path, client_id="own-word"))[1] == "own-word", "a city may name one"
    passing = [(await _met(store, tmp_path, stays=False))[1] for _ in range(2)]
    assert len({name, *passing}) == 3, "minimal mode leaves the hub's session alone"


@pytest.mark.parametrize(("written", "before"), [("", COMMON_ID), ("own-word", "own-word")])
async def test_a_hub_that_had_another_name_moves(tmp_path: Path, store: Store, written: str, before: str) -> None:
    (tmp_path / "broker-session").write_text(written)
    door, name = await _met(store, tmp_path)
    assert isinstance(door, Heir) and door._left.client_id == before != name
    assert not isinstance((await _met(store, tmp_path, client_id="own-word"))[0], Heir), "two hubs may share a folder"
