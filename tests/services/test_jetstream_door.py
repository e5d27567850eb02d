"""Several that take in from one nats-server: work is shared, nothing is lost, what nobody can finish is put away."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client as Nats
from structlog.testing import capture_logs

from services.bell import Bell
from services.broker import export
from services.broker.client import MqttClient
from services.broker.config import tls_of
from services.broker.jetstream import JetStreamDoor
from services.broker.rights import Gateway
from services.broker.workqueue import AT_ONCE, STREAM
from services.grants import Grant
from services.ingest import Ingest
from services.intake import TRIES
from services.lease import Leased
from services.lookout import Lookout
from services.store import vitals
from services.store.engine import Store
from services.store.tables import quarantine, records
from tests.certificates import Authority
from tests.city_broker import CityBroker, any_port, city_broker, until
from tests.services.test_ingest import QUICK, count, rows, stored

pytestmark = pytest.mark.one_engine
PASSWORD = "only-for-this-test"
KNOWN = {"gw07": Grant(), "gw08": Grant()}
NOW = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
GOODBYE = b'{"state":"offline","time":"2026-01-15T05:50:00Z"}'


@pytest.fixture
def port() -> int:
    return any_port()


@pytest.fixture
def broker(tmp_path: Path, port: int) -> Iterator[CityBroker]:
    """One node that speaks NATS too: what several nodes add is shown by tests/e2e/test_cluster.py."""
    made = city_broker("nats", tmp_path / "broker")
    gateways = {name: Gateway(password=PASSWORD) for name in KNOWN}
    texts = export.files("nats", made.site, PASSWORD, gateways, ())
    own = f'listen: "127.0.0.1:{port}"\n{tls_of(made.site)}'
    export.write(made.folder, {name: text.replace('listen: "127.0.0.1:-1"', own) for name, text in texts.items()})
    made.start()
    yield made
    made.stop()


def door(broker: CityBroker, port: int, marker: Path | None = None) -> JetStreamDoor:
    login = broker.login("hub", PASSWORD, client_id="shirase-hub")
    return JetStreamDoor(login, [f"localhost:{port}"], ["hub/v1/#"], limits=QUICK, marker=marker, now=lambda: NOW)


@asynccontextmanager
async def taking_in(one: JetStreamDoor, store: Store, only_one: Leased | None = None) -> AsyncIterator[Ingest]:
    ingest = Ingest(store, Bell(), one, KNOWN)
    ingest.answers.once = only_one
    await one.start()
    await ingest.start()
    try:
        await until(lambda: one.state.ready)
        yield ingest
    finally:
        await ingest.stop()
        await one.stop()


@asynccontextmanager
async def publishing(broker: CityBroker, name: str = "gw07", *filters: str) -> AsyncIterator[MqttClient]:
    client = MqttClient(broker.login(name, PASSWORD), filters, limits=QUICK)
    await client.start()
    try:
        await until(lambda: client.state.ready)
        yield client
    finally:
        await client.stop()


@asynccontextmanager
async def speaking(broker: CityBroker, port: int, user: str = "hub") -> AsyncIterator[Nats]:
    trust = ssl.create_default_context(cafile=str(broker.folder / "ca.pem"))
    where = f"tls://localhost:{port}"
    made = await nats.connect(where, user=user, password=PASSWORD, tls=trust, allow_reconnect=False)
    try:
        yield made
    finally:
        await made.close()


def reading(number: int, station: str = "st1") -> bytes:
    time = (NOW - timedelta(seconds=1000 - number)).isoformat()
    whole = {"v": 1, "id": f"r-{station}-{number}", "station": station, "quantity": "snow_depth", "value": 20.0}
    return json.dumps({**whole, "unit": "cm", "time": time}).encode()


async def left(broker: CityBroker, port: int) -> int:
    """Messages that nobody has acknowledged; nats-server may take a moment over what it was told last."""
    found = -1
    async with speaking(broker, port) as own:
        for _ in range(50):
            found = int((await own.jsm().stream_info(STREAM)).state.messages)
            if found == 0:
                break
            await asyncio.sleep(0.1)
    return found


async def test_two_share_the_work_and_each_answers_for_its_own(broker: CityBroker, port: int, store: Store) -> None:
    async with AsyncExitStack() as stack:
        one, other = door(broker, port), door(broker, port)
        for each in (one, other):
            await stack.enter_async_context(taking_in(each, store, Leased(store, "answers", each._me)))
        gateway = await stack.enter_async_context(publishing(broker, "gw07", "hub/v1/gw07/rejects"))
        bodies = [reading(number) for number in range(200)]
        await asyncio.gather(*(gateway.publish("hub/v1/gw07/st1/snow_depth", body) for body in bodies))
        await gateway.publish("hub/v1/gw07/st1/snow_depth", b"{")
        (answer,) = await asyncio.wait_for(gateway.next_batch(), 10)
        assert json.loads(answer.payload)["error"] == "bad_json"
        gateway.ack(answer)
        await stored(store, 200)
        assert await count(store) == 200 and await count(store, quarantine) == 1
        assert await left(broker, port) == 0
        await asyncio.sleep(0.2)  # in which a second answer would come
        assert gateway.state.buffered == 0, "one of the two has answered"


async def test_more_than_one_request_brings_is_taken_in_without_a_pause(
    broker: CityBroker, port: int, store: Store
) -> None:
    """The broker says that a request has brought all it may when we have asked again already."""
    async with taking_in(door(broker, port), store):
        pass  # has made the consumer
    async with publishing(broker) as gateway:
        bodies = [reading(number) for number in range(2 * AT_ONCE + 200)]
        await asyncio.gather(*(gateway.publish("hub/v1/gw07/st1/snow_depth", body) for body in bodies))
    with capture_logs() as logs:
        async with taking_in(door(broker, port), store):
            await stored(store, len(bodies), patience=20)
            assert await count(store) == len(bodies)
            assert await left(broker, port) == 0
    assert not [one for one in logs if one["event"] == "jetstream_not_pulling"]


async def test_what_one_held_when_it_died_goes_to_another(broker: CityBroker, port: int, store: Store) -> None:
    dead = door(broker, port)
    await dead.start()
    await until(lambda: dead.state.ready)
    async with publishing(broker) as gateway:
        await gateway.publish("hub/v1/gw07/st1/snow_depth", reading(1))
        (held,) = await dead.next_batch()
        assert held.tries == 1
        await gateway.publish("hub/v1/gw07/st1/snow_depth", reading(2))
        await until(lambda: dead.state.buffered == 1)
        await dead.stop()  # in order: what it had not finished is given back at once, and not after some seconds
        async with taking_in(door(broker, port), store):
            await stored(store, 2, patience=4)


async def test_what_nobody_can_finish_is_put_away_with_its_bytes(broker: CityBroker, port: int, store: Store) -> None:
    async with taking_in(door(broker, port), store):
        pass  # has made the consumer
    async with publishing(broker) as gateway, speaking(broker, port) as own:
        for number in (1, 2):
            await gateway.publish("hub/v1/gw07/st1/snow_depth", reading(number))
        taker = await own.jetstream().pull_subscribe_bind("shirase-hub", STREAM)
        tries: dict[bytes, int] = {}
        while min(tries.values(), default=0) < TRIES:  # so many processes took both, and fell over one of them
            for one in await taker.fetch(2, timeout=5):
                tries[one.data] = one.metadata.num_delivered or 0
                await one.nak()
    async with taking_in(door(broker, port), store):
        await stored(store, 2, quarantine)
        assert await left(broker, port) == 0, "whoever ends between storing and answering gets it once more"
    kept = await rows(store, quarantine)
    assert {row.code for row in kept} == {"given_up"} and {bytes(row.payload) for row in kept} == {
        reading(1),
        reading(2),
    }


async def test_everyone_knows_the_retained_statuses_and_what_others_heard(
    broker: CityBroker, port: int, store: Store
) -> None:
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(publishing(broker))
        await gateway.publish("hub/v1/gw07/status", b'{"state":"online"}', retain=True)
        doors = [door(broker, port), door(broker, port)]
        both = [await stack.enter_async_context(taking_in(each, store)) for each in doors]
        for each in both:
            await until(lambda each=each: "gw07" in each.vitals.gateways)  # told to each when it came
        await gateway.publish("hub/v1/gw07/status", GOODBYE, retain=True)
        for each in both:
            await until(lambda each=each: each.vitals.gateways["gw07"].online is False)
        # Afterwards it is heard again, by one of the two.
        both[0].vitals.heard("gw07", NOW + timedelta(seconds=1))
        for one, each in zip(doors, both, strict=True):
            await Lookout(store, one, each.vitals, lambda: KNOWN).step()
        async with store.read() as connection:
            (known,) = await vitals.everyone(connection)
        assert known.online is True and known.seen_at == NOW + timedelta(seconds=1)


async def test_a_gateway_speaks_mqtt_alone_and_under_its_own_name(broker: CityBroker, port: int, store: Store) -> None:
    with pytest.raises(nats.errors.Error):
        async with speaking(broker, port, "gw07"):
            pass
    async with taking_in(door(broker, port), store), publishing(broker) as gateway:
        for forged in ("hub/v1/gw08/st1/snow_depth", "$MQTT/msgs/hub/v1/gw08/st1/snow_depth", "$JS/API/STREAM/NAMES"):
            await gateway.publish(forged, reading(1))  # MQTT 3.1.1 acknowledges and drops it
        await gateway.publish("hub/v1/gw07/st.1/snow_depth", reading(2, "st2"))
        await stored(store, 1, quarantine)
        assert await count(store, records) == 0
        (kept,) = await rows(store, quarantine)
        assert (kept.topic, kept.gateway) == ("hub/v1/gw07/st.1/snow_depth", "gw07"), "a dot stays a dot"


async def test_a_node_that_is_not_the_named_one_is_not_believed_and_it_is_said_why(
    broker: CityBroker, port: int, tmp_path: Path
) -> None:
    """The certificate is for localhost, and signed by the authority beside it; MQTT beside it is in order."""
    login = broker.login("hub", PASSWORD, client_id="shirase-hub")
    stranger = Authority(tmp_path / "stranger").file
    for one in (
        JetStreamDoor(login, [f"127.0.0.1:{port}"], ["hub/v1/#"], limits=QUICK),
        JetStreamDoor(replace(login, ca=stranger), [f"localhost:{port}"], ["hub/v1/#"], limits=QUICK),
    ):
        await one.start()
        await until(lambda one=one: one.state.detail != "")
        assert not one.state.ready and "no TLS connection" in one.state.detail
        assert "[broker] host, ca and certificate" in one.state.detail
        assert one.state.connection <= 1, "the one beside, at the most"
        await one.stop()


async def test_a_consumer_that_is_gone_is_told_and_made_again(
    broker: CityBroker, port: int, store: Store, tmp_path: Path
) -> None:
    one = door(broker, port, marker=tmp_path / "broker-session")
    async with taking_in(one, store), publishing(broker) as gateway, speaking(broker, port) as own:
        await own.jsm().delete_consumer(STREAM, "shirase-hub")
        await until(lambda: one.state.sessions_lost == 1 and one.state.ready)
        await gateway.publish("hub/v1/gw07/st1/snow_depth", reading(1))
        await stored(store, 1)


async def test_while_the_store_fails_nobody_else_begins_with_it(
    broker: CityBroker, port: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is held is held: only a process that is dead loses it to another."""
    one = door(broker, port)
    monkeypatch.setattr("services.broker.jetstream._AGAIN", 0.1)
    monkeypatch.setattr("services.broker.workqueue._BACKOFF", [0.5])
    await one.start()
    await until(lambda: one.state.ready)
    async with publishing(broker) as gateway, speaking(broker, port) as own:
        await gateway.publish("hub/v1/gw07/st1/snow_depth", reading(1))
        (held,) = await one.next_batch()
        taker: Any = await own.jetstream().pull_subscribe_bind("shirase-hub", STREAM)
        with pytest.raises(TimeoutError):
            await taker.fetch(1, timeout=1.2)  # longer than the broker waits for who says nothing
        assert one.ack(held)
        await one.stop()
    assert await left(broker, port) == 0
