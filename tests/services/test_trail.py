"""Where one vehicle has been, for the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feeds.records import Fix
from feeds.status import Status
from services.store import records
from services.store.engine import Store
from services.store.users import Role
from tests.services.making import NOW
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine


async def test_the_way_of_one_vehicle_and_of_nobody_else(store: Store) -> None:
    def fix(minutes: int, vehicle: str = "p1", status: Status = Status.ACTUAL) -> Fix:
        at = NOW - timedelta(minutes=minutes)
        return Fix(gateway="g", vehicle=vehicle, measured_at=at, lon=141.1 + minutes / 1000, lat=39.7, status=status)

    sent = [fix(200), *(fix(minutes) for minutes in (50, 45, 40)), fix(20), fix(15), fix(10, "p2"), fix(5, "p2")]
    sent += [fix(9, status=Status.EXERCISE), fix(8, status=Status.EXERCISE)]
    async with store.write() as connection:
        await records.save(connection, sent, NOW)
    async with floor(store) as running:
        desk = await running.person(Role.VIEWER)
        _, told = await desk.get("/api/v1/fixes/trail?vehicle=p1&hours=1")
        status, _ = await (await running.visitor()).get("/api/v1/fixes/trail?vehicle=p1")
        _, nobody = await desk.get("/api/v1/fixes/trail?vehicle=p9")
        for query in ("vehicle=%00", "vehicle=p1&hours=2", "vehicle=p1&hours=x", f"vehicle={'v' * 101}"):
            assert (await desk.get(f"/api/v1/fixes/trail?{query}"))[0] == 400
    lines = [(one["properties"]["status"], len(one["geometry"]["coordinates"])) for one in told["features"]]
    assert lines == [("Actual", 3), ("Actual", 2), ("Exercise", 2)], "a silence of twenty minutes joins nothing"
    assert (status, nobody["features"]) == (401, [])
