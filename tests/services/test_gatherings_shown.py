"""From reports in the store to what anybody may ask for: gatherings are seen, reporters are not."""

from __future__ import annotations

import json
from datetime import timedelta

from feeds.crime_types import Ended
from feeds.records import Report
from feeds.status import Status
from geo.models.cluster import Cluster
from geo.models.sighting import Sighting
from services.bell import Bell
from services.predict import Predict
from services.store import records
from services.store.engine import Store
from services.store.users import Role
from tests.services.making import NOW, SetClock
from tests.services.web_floor import floor, ground

SECRET = "tanaka-090-1234-5678"


def bear(hours_ago: int, **changes: object) -> Report:
    seen = {"text": f"{SECRET} の裏", "place": SECRET, "lon": 141.15432, "lat": 39.70123, "source": "盛岡市"}
    at = NOW - timedelta(hours=hours_ago)
    fields = {"report_id": f"{SECRET}-{hours_ago}", "kind": "bear", "measured_at": at, "confirmed": True}
    return Report(gateway=SECRET, **(seen | fields | changes))  # type: ignore[arg-type]


async def test_a_gathering_has_a_square_and_no_reporter(store: Store) -> None:
    drill = [bear(back, status=Status.EXERCISE, lat=39.72, report_id=f"d{back}") for back in (30, 50, 70)]
    async with store.write() as connection:
        await records.save(connection, [bear(5), bear(30), bear(50), bear(70), *drill], NOW)
    await Predict(store, Bell(), SetClock(), ground(), [Sighting(), Cluster()]).step()
    async with floor(store) as running:
        visitor, desk = await running.visitor(), await running.person(Role.VIEWER)
        _, told = await visitor.get("/api/v1/hazards")
        _, staff = await desk.get("/api/v1/hazards")
    assert SECRET not in json.dumps(told, ensure_ascii=False), "neither in keys, sources, evidence nor facts"
    kinds = [one["properties"]["kind"] for one in told["features"]]
    assert sorted(kinds) == ["bear", "bear_cluster"]
    (gathering,) = (one for one in told["features"] if one["properties"]["kind"] == "bear_cluster")
    ((west, south), *_, (east, north), _, _) = gathering["geometry"]["coordinates"][0]
    assert gathering["geometry"]["type"] == "Polygon" and (west, south) != (east, north)
    assert gathering["properties"]["facts"]["count"] == "3〜5件"
    assert [reason["ref"] for reason in gathering["properties"]["evidence"]] == ["layer:mesh-4"]
    refs = [reason["ref"] for one in staff["features"] for reason in one["properties"]["evidence"]]
    assert any(SECRET in ref for ref in refs), "the desk finds the report of a sighting, and so can open it"
    drills = [one["properties"] for one in staff["features"] if one["properties"]["status"] == "Exercise"]
    assert [one["kind"] for one in drills] == ["bear_cluster"]


async def test_the_way_of_an_animal_is_for_responders_alone(store: Store) -> None:
    north = {"lat": 39.71, "text": f"２頭 {SECRET}"}
    taken_back = bear(1, ended=Ended.WITHDRAWN, report_id="mistake", lat=39.715)
    async with store.write() as connection:
        await records.save(connection, [bear(3), bear(2, **north), bear(1, kind="boar"), taken_back], NOW)
    async with floor(store) as running:
        status, _ = await (await running.visitor()).get("/api/v1/reports/tracks")
        (way,) = (await (await running.person(Role.VIEWER)).get("/api/v1/reports/tracks"))[1]["features"]
    assert status == 401
    assert way["geometry"]["coordinates"] == [[141.15432, 39.70123], [141.15432, 39.71]]
    told = way["properties"]
    assert (told["number"], told["places"], told["quiet_minutes"], len(told["reports"])) == (2, 2, 120, 2)
    assert told["reasons"] == ["60分後・975 m（時速0.7 km）：移動した可能性"]
