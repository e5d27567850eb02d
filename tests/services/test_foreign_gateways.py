"""Gateways of other makers over real brokers, by real publishers: mosquitto_pub, and another MQTT library than ours."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import gmqtt
import pytest

from feeds.registry import for_message, topic_filters
from feeds.status import Status
from services import grants
from services.bell import Bell
from services.broker.client import MqttClient
from services.broker.link import Incoming
from services.cli import run
from services.ingest import Ingest
from services.intake import Intake
from services.mappings import load_feeds
from services.settings import load
from services.store.engine import Store
from tests.city_broker import KINDS, CityBroker, city_broker
from tests.conftest import missing
from tests.feeds.making import NOW
from tests.feeds.test_devices import CHIRPSTACK, GATEWAY, PORCH, TTN, TTN_TOPIC, UP
from tests.feeds.test_positions import PHONE
from tests.services.conftest import until
from tests.services.test_gateways import HUB_PASSWORD, added, export, refused
from tests.services.test_ingest import QUICK, rows, stored

MAPPING = """
[[message]]
name = "river-office"
topic = "city/+/river"
station = { topic = 1 }
[message.values]
water_level = { path = "stage", unit = "cm" }
[[word]]
word = "42"
quantity = "snow_depth"
unit = "mm"
"""
# Who publishes what, and the subjects that come of it.
OTHERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "lora": ("application/+/device/+/event/+", CHIRPSTACK + "up", UP),
    "ttn-bridge": ("v3/+/devices/+/up", TTN_TOPIC, TTN),
    "board": ("v1/gateway/telemetry", "v1/gateway/telemetry", GATEWAY),
    "zigbee": ("zigbee2mqtt/#", "zigbee2mqtt/house/porch", PORCH),
    "frost": ("v1.1/+/Observations", "v1.1/Datastreams(42)/Observations", {"result": 345, "phenomenonTime": None}),
    "office": ("city/#", "city/gosho/river", {"stage": 123}),
}
SUBJECTS = {
    "24e124136b000001/snow_depth",
    "24e124136b000001/battery",
    "snow-123/snow_depth",
    "st0123/snow_depth",
    "st0123/battery",
    "st0124/snow_depth",
    "house/porch/air_temperature",
    "house/porch/humidity",
    "house/porch/battery",
    "house/porch/battery_voltage",
    "42/snow_depth",
    "gosho/water_level",
    "p7",
}


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Morioka's profile with a mapping file of its own, and an empty data folder."""
    profile = tmp_path / "profile"
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("SHIRASE_DATABASE", raising=False)
    shutil.copytree(Path(__file__).parents[2] / "config/morioka", profile)
    (profile / "mappings").mkdir()
    (profile / "mappings" / "office.toml").write_text(MAPPING)
    monkeypatch.setenv("SHIRASE_PROFILE", str(profile))
    return profile


@pytest.fixture(params=KINDS)
def city_plant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CityBroker]:
    """A broker of the city's own, not started."""
    made = city_broker(request.param, tmp_path / "broker")
    yield made
    made.stop()


@asynccontextmanager
async def hub_on(broker: CityBroker, profile: Path) -> AsyncIterator[Store]:
    """The way in with the register's grants, on the city's broker."""
    settings = load()
    store = await Store.open(settings.database_url)
    async with store.read() as connection:
        known = await grants.read(connection, settings.gateways)
    feeds = load_feeds(profile)
    filters = (*Ingest.FILTERS, *topic_filters(feeds))
    client = MqttClient(broker.login("hub", HUB_PASSWORD), filters, limits=QUICK, now=lambda: NOW)
    ingest = Ingest(store, Bell(), client, known, feed_for=lambda message: for_message(message, feeds))
    await client.start()
    await ingest.start()
    try:
        await until(lambda: client.state.ready)
        yield store
    finally:
        await ingest.stop()
        await client.stop()
        await store.close()


def mosquitto_pub(broker: CityBroker, user: str, password: str, topic: str, payload: bytes) -> None:
    """Publish as an installer's shell script would."""
    if shutil.which("mosquitto_pub") is None:
        missing("mosquitto_pub is not installed: apt-get install mosquitto-clients")
    where = ["-h", "localhost", "-p", str(broker.port), "--cafile", str(broker.folder / "ca.pem")]
    command = ["mosquitto_pub", *where, "-u", user, "-P", password, "-q", "1", "-t", topic, "-s"]
    subprocess.run(command, input=payload, check=True, capture_output=True, timeout=20)


async def publish_with_gmqtt(broker: CityBroker, user: str, password: str, topic: str, payload: bytes) -> None:
    """Publish by another library than the hub's, in MQTT 3.1.1."""
    client = gmqtt.Client(f"other-{user}")
    client.set_auth_credentials(user, password)
    trust = ssl.create_default_context(cafile=str(broker.folder / "ca.pem"))
    await client.connect("localhost", broker.port, ssl=trust, version=gmqtt.constants.MQTTv311)
    client.publish(topic, payload, qos=1)
    async with asyncio.timeout(10):
        while not client._persistent_storage.is_empty:
            await asyncio.sleep(0.05)
    await client.disconnect()


async def test_every_makers_gateway_is_read_and_known_by_its_topics(
    city_plant: CityBroker, city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six makers and a phone; the lora gateway is one of an exercise, and so is everything it brings."""
    passwords = {"plows": await asyncio.to_thread(added, capsys, "plows")}
    for name, (topic_filter, _, _) in OTHERS.items():
        drill = ["--status", "Exercise"] if name == "lora" else []
        passwords[name] = await asyncio.to_thread(added, capsys, name, "--also", topic_filter, *drill)
    await asyncio.to_thread(export, capsys, city_plant)
    city_plant.start()
    async with hub_on(city_plant, city) as store:
        for number, (name, (_, topic, body)) in enumerate(OTHERS.items()):
            payload = json.dumps(body).encode()
            if number % 2:
                await publish_with_gmqtt(city_plant, name, passwords[name], topic, payload)
            else:
                await asyncio.to_thread(mosquitto_pub, city_plant, name, passwords[name], topic, payload)
        phone = json.dumps(PHONE).encode()
        await asyncio.to_thread(mosquitto_pub, city_plant, "plows", passwords["plows"], "owntracks/plows/p7", phone)
        await asyncio.to_thread(mosquitto_pub, city_plant, "plows", passwords["plows"], "owntracks/others/p8", phone)
        await stored(store, len(SUBJECTS))
        kept = await rows(store)
    assert {row.subject for row in kept} == SUBJECTS, "nothing of somebody else's name came through"
    drills = {row.gateway for row in kept if row.status != Status.ACTUAL}
    assert drills == {"lora"}
    assert {row.gateway for row in kept} == {*OTHERS, "plows"}
    assert {row.subject: row.value for row in kept}["42/snow_depth"] == 34.5


def test_a_topic_belongs_to_one_gateway(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    added(capsys, "lora", "--also", "application/+/device/+/event/+")
    for taken in ("application/7/device/a/event/up", "application/#"):
        assert "could not tell whose" in refused(capsys, "add", "lora2", "--also", taken)
    added(capsys, "porch", "--also", "zigbee2mqtt/#")
    assert run(["gateways", "revoke", "porch"]) == 0
    capsys.readouterr()
    added(capsys, "porch2", "--also", "zigbee2mqtt/house/#")


def test_nobodys_topic_counts_as_a_gateway_the_hub_does_not_know() -> None:
    came = Incoming(
        topic="zigbee2mqtt/porch",
        payload=json.dumps(PORCH).encode(),
        retained=False,
        received_at=NOW,
        connection=1,
        packet_id=1,
        qos=1,
    )
    found = Intake({}).sort(came)
    assert {record.gateway for record in found.records} == {"zigbee2mqtt"} and found.message.gateway == ""
