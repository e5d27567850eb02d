"""A box trap from its message to the desk: a person is called, and the public learns nothing of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from feeds.feed import Feed
from feeds.plain import Plain
from feeds.records import Message, Reading
from services.store import records
from services.store.engine import Store
from services.store.users import Role
from tests.geo.making import gauge
from tests.services.making import NOW
from tests.services.web_floor import floor, ground

pytestmark = pytest.mark.one_engine
PATH = "/api/v1/sensors"
TRAP = gauge(
    "wana-07", name="米内 わな7", lon=141.11, lat=39.71, quantities=frozenset({"trap_closed", "battery"}), areas=()
)


def sent(quantity: str, value: float, minutes: float) -> Reading:
    """As a gateway publishes it, by the feed."""
    body = {"v": 1, "id": f"{quantity}-{minutes}", "station": "wana-07", "quantity": quantity, "value": value}
    at = (NOW - timedelta(minutes=minutes)).isoformat()
    body |= {"unit": "%" if quantity == "battery" else "", "time": at}
    feed: Feed = Plain()
    topic = f"hub/v1/gw1/wana-07/{quantity}"
    found = feed.decode(Message(topic=topic, payload=json.dumps(body).encode(), received_at=NOW, gateway="gw1"))
    assert not found.rejected
    (one,) = found.records
    assert isinstance(one, Reading)
    return one


async def test_nothing_of_a_trap_is_public(store: Store) -> None:
    async with store.write() as connection:
        told = [sent("trap_closed", 0, 30), sent("trap_closed", 1, 5), sent("battery", 70, 5)]
        await records.save(connection, told, NOW)
    here = replace(ground(), stations={**ground().stations, TRAP.code: TRAP})
    async with floor(store, ground=here) as web:
        stranger, staff = await web.visitor(), await web.person(Role.VIEWER)
        for path in ("/api/v1/readings/latest", PATH):
            assert "wana-07" not in str(await stranger.get(path)) and "wana-07" in str(await staff.get(path)), path
        for quantity in ("trap_closed", "battery"):
            path = f"/api/v1/readings/wana-07/{quantity}"
            assert (await stranger.get(path))[0] == 404 and (await staff.get(path))[0] == 200
        assert "wana-07" not in str(await stranger.get("/")) and "米内" not in str(await stranger.get("/"))
