"""Hostile messages over a real broker: each is kept in quarantine, and what is good behind them is stored."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from itertools import pairwise

import pytest
from paho.mqtt.client import MQTTMessage

from feeds.registry import topic_filters
from services.broker.client import MqttClient
from services.broker.config import MAX_PAYLOAD
from services.broker.embedded import EmbeddedBroker
from services.broker.link import Incoming
from services.broker.login import Login
from services.broker.probe import _connect, _length
from services.broker.publish import told_by_library
from services.broker.rights import Gateway as BrokerGateway
from services.grants import Grant
from services.ingest import Ingest
from services.intake import Intake
from services.store.engine import Store
from services.store.tables import quarantine
from tests.benchmarks.hub import resident_mb
from tests.fuzz.hostile import hostile
from tests.fuzz.hostile_input import Hostile
from tests.fuzz.hostile_json import TEN_MB
from tests.fuzz.seeds import FEEDS, feed_for
from tests.services.conftest import GATEWAYS
from tests.services.gateways import SensorGateway, reading, wait_for_pubacks
from tests.services.test_ingest import NOW, QUICK, client_of, count, gateway, ingesting, rows, stored

FILTERS = topic_filters(tuple(FEEDS.values()))
OURS = BrokerGateway(password=GATEWAYS["gw07"], telegram=True, also=FILTERS)
KNOWN = {"gw07": Grant(telegram=True, login=OURS), "gw08": Grant()}
MANY = 400
WAVES = 8  # after the first, which fills what the process keeps of its memory
GROWTH_MB = 20
Sent = list[tuple[str, bytes]]


def sample() -> Sent:
    """Every few of them, of those that a gateway may send and a broker lets through."""
    own = ("hub/v1/gw07/", "application/", "v3/", "v1/", "v1.1/", "zigbee2mqtt/", "owntracks/gw07/", "city/")
    fit = [one for one in hostile() if one.topic.startswith(own) and _is_topic(one)]
    payloads = [(one.topic, one.make()) for one in fit[:: len(fit) // MANY]]
    return [(topic, payload) for topic, payload in payloads if len(payload) < MAX_PAYLOAD]


def _is_topic(one: Hostile) -> bool:
    """True where MQTT, and the server's subjects below it, know such a topic."""
    levels = one.topic.split("/")
    return one.topic.isprintable() and len(one.topic) < 1_000 and not {"+", "#", "", " "} & set(levels)


def expected(sent: Sent) -> set[tuple[str, str, bytes]]:
    """What has to lie in quarantine: topic, code, and the bytes of the message or of its refused part."""
    intake = Intake(KNOWN, feed_for)
    came = Incoming(topic="", payload=b"", retained=False, received_at=NOW, connection=1, packet_id=1, qos=1)
    found = [intake.sort(replace(came, topic=topic, payload=payload)) for topic, payload in sent]
    return {
        (one.message.topic, rejected.code, rejected.member.encode() or one.message.payload)
        for one in found
        for rejected in one.rejected
    }


async def test_each_is_quarantined_and_a_good_reading_behind_them_is_stored(
    broker: EmbeddedBroker, store: Store
) -> None:
    waves = 2 if store.shared else WAVES  # what of them stays in memory is not the database's doing
    sent = sample()
    assert len(sent) >= 300
    wanted = expected(sent)
    await broker.reload({"gw07": OURS})
    access = broker.access
    own = Login(host=access.host, port=access.port, client_id="hub", user=access.user, password=access.password)
    client = MqttClient(own, (*Ingest.FILTERS, *FILTERS), limits=QUICK, now=lambda: NOW)
    with gateway(broker) as gw07:
        async with ingesting(client, store, grants=KNOWN, feed_for=feed_for):
            await wave(gw07, sent, store, 1)
            await stored(store, len(wanted), quarantine, 60)  # other topics than the hub's own keep no order with them
            assert {(row.topic, row.code, row.payload) for row in await rows(store, quarantine)} == wanted
            resident = []
            for number in range(2, waves + 1):
                await wave(gw07, sent, store, number)
                resident.append(resident_mb(os.getpid()))
    assert broker.dropped == ()
    assert {(row.topic, row.code, row.payload) for row in await rows(store, quarantine)} == wanted, "once each, counted"
    # What leaks grows with each wave; a few steps are the heaps of threads that had not decoded any of it before, each
    # of which keeps what it once needed.
    grown = sorted(later - earlier for earlier, later in pairwise(resident))
    assert not grown or grown[len(grown) // 4] * WAVES < GROWTH_MB, resident


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_ten_megabytes_end_at_the_broker_and_cost_nobody_else_a_reading(
    broker: EmbeddedBroker, store: Store
) -> None:
    with gateway(broker, "gw08") as gw08, gateway(broker) as gw07:
        async with ingesting(client_of(broker), store) as ingest:
            too_much = gw08.send("batch", b"a" * TEN_MB)
            for number in (1, 2):
                await asyncio.to_thread(gw07.send_and_wait, "st0123/snow_depth", reading(number))
                await stored(store, number, patience=60)
            assert not too_much.is_published() and ingest.health()["broker"]
    assert await count(store, quarantine) == 0


async def wave(gw07: SensorGateway, sent: Sent, store: Store, number: int) -> None:
    """All of them, and a good reading; returns when that is stored, as one gateway's order holds."""
    pending = [gw07.paho.publish(topic, payload, 1) for topic, payload in sent]
    pending.append(gw07.send("st0123/snow_depth", reading(number)))
    await asyncio.to_thread(wait_for_pubacks, pending, 60)
    await stored(store, number, patience=60)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_topic_that_mqtt_does_not_know_ends_its_own_connection_alone(
    broker: EmbeddedBroker, store: Store
) -> None:
    """NUL, bytes that are no UTF-8, half a surrogate pair, a wildcard; and three strange ones that MQTT allows."""
    forbidden = (b"st\0", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"+", b"#")
    strange = (b"\xef\xbf\xbf", b"\xef\xbb\xbf", b"a" * 60_000)
    async with ingesting(client_of(broker), store):
        answers = [await raw(broker, b"hub/v1/gw07/" + level + b"/x") for level in forbidden + strange]
        await stored(store, len(strange), quarantine)
        with gateway(broker) as gw07:
            await asyncio.to_thread(gw07.send_and_wait, "st0123/snow_depth", reading(1))
            await stored(store, 1)
    assert [bool(answer) for answer in answers] == [False] * len(forbidden) + [True] * len(strange)
    assert {row.code for row in await rows(store, quarantine)} == {"bad_topic"}


def test_a_nul_that_a_careless_broker_lets_through_can_be_stored() -> None:
    for topic in (b"hub/v1/gw07/st\0/x", b"hub/v1/gw07/\xff\0/x"):
        text = told_by_library(MQTTMessage(topic=topic)).topic
        assert "\0" not in text and r"\x00" in text


async def raw(broker: EmbeddedBroker, topic: bytes) -> bytes:
    """Publish at QoS 1 without a library's scruples; the PUBACK, or nothing where the broker hangs up."""
    reader, writer = await asyncio.open_connection(broker.access.host, broker.access.port)
    try:
        writer.write(_connect("raw", "gw07", GATEWAYS["gw07"]))
        await reader.readexactly(4)
        body = len(topic).to_bytes(2) + topic + b"\0\1{}"
        writer.write(b"\x32" + _length(len(body)) + body)
        return await asyncio.wait_for(reader.read(4), 5)
    finally:
        writer.close()
