"""The failure table between hub and broker, on every broker and in every version of MQTT that it speaks."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from feeds.registry import topic_filters
from services.broker import export
from services.broker.client import Limits, MqttClient, Phase
from services.broker.login import Login
from services.broker.rights import Gateway
from tests.city_broker import KINDS, CityBroker, city_broker, protocols, until

PASSWORD = "only-for-this-test"
QUICK = Limits(first_delay=0.02, most_delay=0.1, stay_down=60.0)
DIALECTS = [(kind, protocol) for kind in KINDS for protocol in protocols(kind)]
Running = tuple[CityBroker, Login]


@pytest.fixture(params=DIALECTS, ids=lambda one: f"{one[0]}-{one[1]}")
def spoken(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """A started broker, and how the hub comes to it."""
    kind, protocol = request.param
    broker = city_broker(kind, tmp_path / "broker")
    gateways = {"gw07": Gateway(password=PASSWORD)}
    export.write(broker.folder, export.files(kind, broker.site, PASSWORD, gateways, topic_filters()))
    broker.start()
    yield broker, broker.login("hub", PASSWORD, protocol=protocol)
    broker.stop()


@asynccontextmanager
async def hub(login: Login, marker: Path | None = None) -> AsyncIterator[MqttClient]:
    client = MqttClient(login, ("hub/v1/#",), limits=QUICK, marker=marker)
    await client.start()
    try:
        await until(lambda: client.state.ready)
        yield client
    finally:
        await client.stop()


async def publish(broker: CityBroker, *payloads: bytes) -> None:
    client = MqttClient(broker.login("gw07", PASSWORD), limits=QUICK)
    await client.start()
    for payload in payloads:
        await client.publish("hub/v1/gw07/st/q", payload)
    await client.stop()


async def came(client: MqttClient, count: int) -> list[bytes]:
    found: list[bytes] = []
    async with asyncio.timeout(15):
        while len(found) < count:
            for one in await client.next_batch():
                found.append(one.payload)
                client.ack(one)
    return found


async def test_what_was_published_while_the_hub_was_away_comes(spoken: Running) -> None:
    broker, login = spoken
    async with hub(login):
        pass
    await publish(broker, b"1", b"2")
    async with hub(login) as back:
        assert await came(back, 2) == [b"1", b"2"]


async def test_a_broker_that_restarts_with_its_state_costs_nothing(spoken: Running) -> None:
    broker, login = spoken
    async with hub(login) as client:
        await publish(broker, b"before")
        (held,) = await client.next_batch()
        broker.stop()
        await until(lambda: not client.state.ready)
        broker.start()
        await until(lambda: client.state.ready)
        assert client.state.sessions_lost == 0
        assert not client.ack(held), "an old packet id must settle nothing on the new connection"
        await publish(broker, b"after")
        assert set(await came(client, 2)) == {b"before", b"after"}


async def test_a_broker_that_comes_back_without_its_state_is_loud_and_served_again(spoken: Running) -> None:
    broker, login = spoken
    async with hub(login) as client:
        broker.stop()
        await until(lambda: not client.state.ready)
        shutil.rmtree(broker.site.state)
        broker.site.state.mkdir()
        broker.start()
        await until(lambda: client.state.ready)
        assert client.state.sessions_lost == 1
        await publish(broker, b"new")
        assert await came(client, 1) == [b"new"]


async def test_a_session_lost_between_two_lives_of_the_hub_is_noticed_too(spoken: Running, tmp_path: Path) -> None:
    broker, login = spoken
    async with hub(login, tmp_path / "marker"):
        pass
    broker.stop()
    shutil.rmtree(broker.site.state)
    broker.site.state.mkdir()
    broker.start()
    async with hub(login, tmp_path / "marker") as client:
        assert client.state.sessions_lost == 1


async def test_two_hubs_with_one_client_id_do_not_fight_for_ever(spoken: Running) -> None:
    _, login = spoken
    async with hub(login) as first:
        second = MqttClient(login, ("hub/v1/#",), limits=QUICK)
        await second.start()
        await until(lambda: Phase.THROWN_OUT in (first.state.phase, second.state.phase))
        loser = first if first.state.phase is Phase.THROWN_OUT else second
        assert "another hub use this client id" in loser.state.detail
        winner = second if loser is first else first
        await until(lambda: winner.state.ready)  # with the loser down for minutes the other has peace
        await second.stop()


async def test_a_frozen_broker_is_left_when_its_pings_stay_out(spoken: Running) -> None:
    broker, login = spoken
    assert broker.process
    async with hub(replace(login, keepalive=1)) as client:
        broker.process.send_signal(signal.SIGSTOP)
        try:
            await until(lambda: not client.state.ready)
        finally:
            broker.process.send_signal(signal.SIGCONT)
        await until(lambda: client.state.ready)
