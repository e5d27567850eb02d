"""A broker that is there and delivers nothing is found out by a message of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from feeds.registry import topic_filters
from services.bell import Bell
from services.broker import export
from services.broker.client import Limits, MqttClient
from services.broker.rights import Gateway
from services.canary import Canary
from services.ingest import Ingest
from services.store.engine import Store
from services.store.tables import quarantine, records
from tests.city_broker import KINDS, CityBroker, city_broker, until

PASSWORD = "the-hubs-own"
one_engine = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CityBroker]:
    made = city_broker(request.param, tmp_path / "broker")
    files = export.files(made.kind, made.site, PASSWORD, {"gw07": Gateway(password=PASSWORD)}, topic_filters())
    export.write(made.folder, files)
    made.start()
    yield made
    made.stop()


@asynccontextmanager
async def listening(broker: CityBroker, store: Store) -> AsyncIterator[tuple[Ingest, MqttClient]]:
    """An ingest loop whose canary flies ten times a second."""
    client = MqttClient(broker.login("hub", PASSWORD), Ingest.FILTERS, limits=Limits(first_delay=0.05, most_delay=0.1))
    ingest = Ingest(store, Bell(), client, {})
    ingest.canary = Canary(client, every=0.1, patience=0.8)
    await client.start()
    await ingest.start()
    flying = asyncio.create_task(_fly(ingest.canary))
    try:
        await until(lambda: client.state.ready)
        yield ingest, client
    finally:
        flying.cancel()
        await asyncio.wait([flying])
        await ingest.stop()
        await client.stop()


async def _fly(canary: Canary) -> None:
    while True:
        await canary.step()
        await asyncio.sleep(canary.pace)


@one_engine
@pytest.mark.parametrize("broker", KINDS, indirect=True)
async def test_it_comes_back_and_is_no_record(broker: CityBroker, store: Store) -> None:
    async with listening(broker, store) as (ingest, client):
        await asyncio.sleep(1.5)
        assert (ingest.canary.trouble, client.state.connection) == ("", 1)
        assert ingest.health()["reasons"] == []
    async with store.read() as connection:
        for table in (records, quarantine):
            assert await connection.scalar(select(func.count()).select_from(table)) == 0


@one_engine
@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
async def test_a_broker_that_delivers_nothing_is_told_and_left_for_a_new_connection(
    broker: CityBroker, store: Store
) -> None:
    """Mosquitto takes a subscription that its list of rights does not cover, and then says nothing more."""
    rights = broker.folder / "acl"
    whole = rights.read_text()
    async with listening(broker, store) as (ingest, client):
        rights.write_text(whole.replace("topic read hub/v1/#\n", "", 1))
        broker.reload()
        await until(lambda: ingest.canary.trouble)
        assert any("broker delivers nothing" in reason for reason in ingest.health()["reasons"])
        await until(lambda: client.state.connection > 1)
        rights.write_text(whole)
        broker.reload()
        await until(lambda: not ingest.canary.trouble)
        assert ingest.health()["reasons"] == []


@one_engine
@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
async def test_where_it_may_not_fly_that_is_told(broker: CityBroker, store: Store) -> None:
    """An older list of rights knows no canary. MQTT 3.1.1 loses it in silence: it counts as missing."""
    rights = broker.folder / "acl"
    rights.write_text(rights.read_text().replace("topic write hub/v1/hub/#\n", ""))
    broker.reload()
    async with listening(broker, store) as (ingest, _):
        await until(lambda: ingest.canary.trouble)


@one_engine
@pytest.mark.parametrize("broker", ["nats"], indirect=True)
async def test_one_that_waits_behind_others_for_too_long_tells_of_a_backlog(broker: CityBroker, store: Store) -> None:
    async with listening(broker, store) as (_, client):
        waiting = Canary(client, every=0.1, patience=60.0, behind=0.2)  # nobody brings it back
        await waiting.step()
        await asyncio.sleep(0.25)
        await waiting.step()
        assert "backlog" in waiting.trouble
        waiting.heard(waiting._out)
        assert waiting.trouble == ""
