"""No public address tells where a plow is now, or where its driver lives: with one at work in the last minutes, and at
home now, each answers as it would without.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.requests.follow import Follow
from services.store.engine import Store
from services.store.tables_requests import requests
from services.web.api.table import ENDPOINTS
from tests.geo.plow.making import lat_of, lon_of
from tests.services.making import SetClock
from tests.services.test_open311 import ROADS, at, post, served
from tests.services.test_plow import BEGAN, Desk, driven

pytestmark = pytest.mark.one_engine
NOW = BEGAN + timedelta(hours=3)
STREETS = [at(east, 5) for east in (50, 250)]
PLACES = [f"lon={one['long']}&lat={one['lat']}" for one in STREETS]
HOME = (260, 240)  # off every road
ADDRESSES = [
    *(f"/api/v1{one.path}" for one in ENDPOINTS if one.method == "GET" and "{" not in one.path and one.role is None),
    *(f"/api/v1/snow/street?{place}" for place in PLACES),
    *(f"/snow?{place}" for place in PLACES),
    "/",
    "/snow",
    "/open311/v2/requests.json?extensions=true",
    "/open311/v2/requests.xml",
    "/open311/v2/servicerequestupdates.json",
]


async def everything(store: Store, now: datetime) -> dict[str, str]:
    """What a stranger reads at every address. A hub of its own each time: nothing of before is remembered."""
    await Follow(store, SetClock(now), ["SNOW_NOT_PLOWED"]).step()
    found = {}
    async with served(store, now) as hub:
        stranger = await hub.visitor()
        for path in ADDRESSES:
            if path.endswith("/events"):
                continue  # a stream without end; what it carries are hazards and alerts
            async with stranger.http.get(path) as response:
                assert response.status < 500, path
                text = await response.text()
                found[path] = re.sub(r'nonce-?="?[\w-]+|"csrf" value="[^"]+"|127\.0\.0\.1:\d+', "", text)
    return found


async def test_a_plow_of_the_last_minutes_changes_nothing_that_a_stranger_can_read(store: Store) -> None:
    desk = Desk(store, ROADS)
    await desk.hear(driven((0, 0), (200, 0)), NOW - timedelta(hours=2))
    async with served(store, NOW - timedelta(hours=1)) as hub:
        await post(hub, **STREETS[1])
    async with store.write() as connection:
        await connection.execute(requests.update().values(asked_at=NOW - timedelta(hours=1)))
    before = await everything(store, NOW)

    work = driven((0, 0), (400, 0), (0, 0), start=(NOW - BEGAN - timedelta(minutes=12)).total_seconds())
    home = [
        replace(work[-1], measured_at=NOW - timedelta(seconds=s), lon=lon_of(HOME[0]), lat=lat_of(HOME[1]))
        for s in (90, 60, 30, 0)
    ]
    desk.clock.at = NOW
    await desk.hear([*work, *home], NOW)
    assert len(await desk.passes()) > 2
    after = await everything(store, NOW)
    assert {path for path in before if before[path] != after[path]} == set()

    told = await everything(store, NOW + timedelta(minutes=31))
    changed = {path for path in before if before[path] != told[path]}
    roads = {"/api/v1/snow/roads", f"/api/v1/snow/street?{PLACES[1]}"}
    assert roads | {"/open311/v2/requests.xml"} <= changed, "or the test is blind"
    assert not [path for path, text in told.items() if "p7" in text], "and never whose"
    assert '"features":[]' in told["/api/v1/fixes/latest"]
