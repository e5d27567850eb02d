"""Over a real broker: who may speak under watch, who may listen, and what a gateway is told of what it got wrong."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from services.broker.embedded import EmbeddedBroker
from services.broker.mosquitto import access_list
from services.broker.rights import Gateway, rights_of
from services.grants import Grant
from services.store.engine import Store
from services.store.tables_watch import signals
from services.watch.taking import Taking
from tests.rules.watch.making import consent, device, ward
from tests.services.conftest import GATEWAYS, until
from tests.services.gateways import SensorGateway
from tests.services.test_ingest import NOW, client_of, ingesting, rows, stored
from tests.services.watch.scene import FUKUSHI, Hub

pytestmark = pytest.mark.one_engine


def test_the_grant_is_the_broker_s_too() -> None:
    for gateway, forbidden in ((Gateway(password="p"), True), (Gateway(password="p", watch=True), False)):
        assert ("hub/v1/w1/watch/#" in rights_of("w1", gateway).never) is forbidden
        assert ("topic deny hub/v1/w1/watch/#" in access_list({"w1": gateway})) is forbidden


async def test_a_press_comes_in_and_nobody_else_hears_it(broker: EmbeddedBroker, store: Store) -> None:
    granted = {name: Gateway(password=password, watch=name == "gw07") for name, password in GATEWAYS.items()}
    await broker.reload(granted)
    hub = Hub(store)
    await hub.open()
    span = {"since": NOW - timedelta(days=1), "until": NOW + timedelta(days=1)}
    theirs = ward(consents=(consent(**span),), devices=(device(gateway="gw07", **span),))
    await hub.register.add(theirs, FUKUSHI)
    listening = ("hub/v1/gw07/watch/#", "hub/v1/gw07/rejects")
    with (
        SensorGateway(broker.access, "gw07", GATEWAYS["gw07"], listen=("hub/v1/gw07/rejects",)) as gw07,
        SensorGateway(broker.access, "gw08", GATEWAYS["gw08"], listen=listening) as gw08,
    ):
        assert gw08.granted == [False, False]
        known = {"gw07": Grant(watch=True), "gw08": Grant()}
        async with ingesting(client_of(broker), store, grants=known) as ingest:
            ingest.watched = Taking(hub.vault)
            gw07.send_and_wait("watch/tag1", {"kind": "button", "id": "1"})
            gw07.send_and_wait("watch/tag1", {"kind": "button", "id": "1"})
            gw07.send_and_wait("watch/tag1", {"kind": "motion", "time": "himitsu"})
            gw08.send("watch/tag1", {"kind": "button", "id": "1"})  # the broker lets it fall
            await stored(store, 1, signals)
            await until(lambda: gw07.heard)
            await asyncio.sleep(0)
    answer = json.loads(gw07.heard[0][1])
    assert (answer["error"], answer["topic"]) == ("bad_time", "hub/v1/gw07/watch") and "himitsu" not in f"{answer}"
    assert len(await rows(store, signals)) == 1 and gw08.heard == []
