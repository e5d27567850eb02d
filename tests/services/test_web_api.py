"""What the API answers: shapes, pages, tags, decisions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import shapely

from feeds.records import Flag
from feeds.status import Status
from rules.alert import Approval, Place
from services.channels.unsent import Unsent
from services.store import alerts, hazards, records, users
from services.store.chronology import first_broken
from services.store.engine import Store
from services.store.users import Role, Scope
from tests.services.making import NOW, alert, hazard, payload, reading
from tests.services.web_floor import Visitor, floor

MINUTE = timedelta(minutes=1)


async def pages(visitor: Visitor, path: str) -> list[list[Any]]:
    """Follow the next links to the end."""
    found = []
    following: str | None = path
    while following:
        status, body = await visitor.get(following)
        assert status == 200, body
        found.append(body.get("features", body.get("items")))
        following = next((link["href"] for link in body["links"] if link["rel"] == "next"), None)
        assert len(found) < 50, "the pages never end"
    return found


async def test_hazards_are_features_with_their_area_strongest_first(store: Store) -> None:
    async with store.write() as connection:
        real = {"status": Status.ACTUAL}
        mild = hazard(level=2, source="a", probability=0.4, facts={"value_m": 2.6}, **real)
        await hazards.replace_picture(connection, {}, [mild, hazard(level=4, area="nowhere", **real)], NOW)
    async with floor(store) as running:
        _, body = await (await running.visitor()).get("/api/v1/hazards")
    assert body["type"] == "FeatureCollection"
    strong, weak = body["features"]
    assert (strong["properties"]["level"], strong["geometry"]) == (4, None)
    ring = weak["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert shapely.LinearRing(ring).is_ccw, "RFC 7946 wants outer rings counterclockwise"
    told = weak["properties"]
    assert (told["probability"], told["facts"], told["since"]) == (0.4, {"value_m": 2.6}, "2026-11-20T09:00:00Z")


async def test_the_zones_behind_the_expected_inundation(store: Store) -> None:
    facts = {"scenario": "unstated", "scenario_name": "規模の記載がない図", "depth_rank": 3, "gauge": "館坂橋"}
    ours = {"kind": "inundation", "model": "inundation@1", "alert_level": False, "observed": False}
    expected = hazard(source="tatesakabashi", facts=facts, **ours)
    lost = replace(expected, source="nobody")
    async with store.write() as connection:
        real = [replace(one, status=Status.ACTUAL) for one in (expected, lost, hazard(source="tatesakabashi"))]
        await hazards.replace_picture(connection, {}, real, NOW)
    async with floor(store) as running:
        desk = await running.person(Role.VIEWER)
        _, body = await desk.get("/api/v1/inundation")
        assert await (await running.visitor()).features("/api/v1/inundation") == [], "a forecast is not for the public"
    (found,) = body["features"]
    assert shapely.from_geojson(json.dumps(found["geometry"])).equals(shapely.box(141.10, 39.70, 141.11, 39.71))
    told = found["properties"]
    assert (told["area"], told["scenario_name"], told["depth_max_m"]) == ("032010001", "規模の記載がない図", None)


async def test_pages_hold_everything_once_in_every_resource(store: Store) -> None:
    async with store.write() as connection:
        many = [hazard(status=Status.ACTUAL, source=str(n), level=1 + n % 4) for n in range(7)]
        await hazards.replace_picture(connection, {}, many, NOW)
        for n in range(7):
            one = alert(series=f"s{n}", status=Status.ACTUAL, sent=NOW + (n // 3) * MINUTE)
            await alerts.add_draft(connection, one, {}, NOW)
            await alerts.mark_issued(connection, one, NOW)
        await records.save(connection, [reading(station=f"st{n}") for n in range(7)], NOW)
    async with floor(store) as running:
        visitor = await running.visitor()
        for path in ("hazards", "alerts", "readings/latest"):
            found = await pages(visitor, f"/api/v1/{path}?limit=3")
            assert [len(page) for page in found] == [3, 3, 1], path
            assert len({feature["id"] for page in found for feature in page}) == 7, path
        sent = [one["properties"]["sent"] for page in await pages(visitor, "/api/v1/alerts?limit=2") for one in page]
        assert sent == sorted(sent, reverse=True)


async def test_an_answer_already_known_is_not_sent_again(store: Store) -> None:
    async with floor(store) as running:
        visitor = await running.visitor()
        for path in ("/api/v1/areas", "/api/v1/layers/flood-kitakami", "/api/v1/hazards"):
            async with visitor.http.get(path) as first:
                tag = first.headers["ETag"]
                assert first.headers["Access-Control-Allow-Origin"] == "*"
                assert first.headers["Cache-Control"] == "no-cache"
            async with visitor.http.get(path, headers={"If-None-Match": tag}) as second:
                assert (second.status, await second.read()) == (304, b"")
            async with visitor.http.get(path, headers={"If-None-Match": '"other"'}) as third:
                assert third.status == 200
        desk = await running.person(Role.VIEWER)
        async with desk.http.get("/api/v1/hazards") as response:
            assert "Access-Control-Allow-Origin" not in response.headers
            assert response.headers["Cache-Control"] == "private, no-store"


async def test_layers_and_areas_come_whole_and_compressed(store: Store) -> None:
    async with floor(store) as running:
        visitor = await running.visitor()
        async with visitor.http.get("/api/v1/layers/flood-kitakami", headers={"Accept-Encoding": "gzip"}) as response:
            assert response.headers["Content-Encoding"] == "gzip"
            body = await response.json(content_type=None)
        assert body["features"][0]["properties"] == {"depth_rank": 3, "depth_min_m": 3.0}
        assert body["credit"]
        (listed,) = (await visitor.get("/api/v1/layers"))[1]["items"]
        assert (listed["kind"], listed["scenarios"]) == ("flood", ["unstated"])
        assert (await visitor.get(listed["href"]))[0] == 200
        assert len(await visitor.features("/api/v1/areas?kind=district")) == 2
        (gauge,) = await visitor.features("/api/v1/sensors")
        assert gauge["thresholds"] == {"caution": 2.0, "danger": 2.8}


async def test_the_newest_reading_is_not_the_one_of_a_wrong_clock_or_of_a_drill(store: Store) -> None:
    async with store.write() as connection:
        batch = [
            reading(value=2.1, measured_at=NOW - 20 * MINUTE),
            reading(value=2.2, measured_at=NOW - 10 * MINUTE),
            reading(value=9.9, measured_at=NOW - 5 * MINUTE, flags=frozenset({Flag.SPIKE})),
            reading(value=5.0, measured_at=NOW - 4 * MINUTE, status=Status.EXERCISE),
            reading(value=7.7, measured_at=NOW + 30 * MINUTE),
        ]
        await records.save(connection, batch, NOW)
    async with floor(store) as running:
        (public,) = await (await running.visitor()).features("/api/v1/readings/latest")
        assert (public["value"], public["unit"], public["station_name"]) == (2.2, "m", "館坂橋")
        desk = await running.person(Role.VIEWER)
        told = {one["status"]: one["value"] for one in await desk.features("/api/v1/readings/latest")}
        assert told == {"Actual": 9.9, "Exercise": 5.0}
        _, series = await (await running.visitor()).get("/api/v1/readings/tatesakabashi/water_level?hours=1")
        assert [point["value"] for point in series["points"]] == [2.1, 2.2]
        assert series["thresholds"]["danger"] == 2.8


async def test_one_approver_issues_and_the_digest_binds(store: Store) -> None:
    draft = alert(status=Status.ACTUAL)
    rendered = {"log": payload(), "x": Unsent.STATUS.refusal("Exercise")}
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, draft, rendered, NOW)
    async with floor(store) as running:
        officer, stranger = await running.person(Role.APPROVER), await running.visitor()
        (told,) = await officer.features("/api/v1/alerts?state=draft")
        assert (told["digest"], told["needs"], told["approvals"]) == (digest, 1, [])
        assert told["payloads"]["log"]["parts"] == ["しらせ"]
        assert told["payloads"]["x"] == {"reason": "この経路は Exercise を受け付けない設定", "code": "status"}
        path = f"/api/v1/alerts/{draft.series}/1"
        status, body = await officer.post(f"{path}/approve", {"digest": "0" * 64})
        assert (status, body["error"]) == (409, "digest_mismatch")
        status, body = await officer.post(f"{path}/approve", {"digest": digest})
        assert (status, body) == (200, {"issued": True, "approved_by": ["the-approver"], "needs": 0, "leaves_at": None})
        status, body = await officer.post(f"{path}/approve", {"digest": digest})
        assert (status, body["error"]) == (409, "not_waiting")
        (public,) = await stranger.features("/api/v1/alerts")
        assert public["state"] == "issued"
        _, deliveries = await officer.get("/api/v1/deliveries")
        found = {one["channel"]: (one["state"], one["code"]) for one in deliveries["items"]}
        assert found == {"log": ("waiting", ""), "x": ("refused", "status")}
        async with store.read() as connection:
            assert await first_broken(connection) is None


async def test_two_persons_are_two_persons(store: Store) -> None:
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, alert(approval=Approval.TWO), {"log": payload()}, NOW)
    path = f"/api/v1/alerts/{alert().series}/1/approve"
    async with floor(store) as running:
        one, two = await running.person(Role.APPROVER, "one"), await running.person(Role.ADMIN, "two")
        _, body = await one.post(path, {"digest": digest})
        assert body == {"issued": False, "approved_by": ["one"], "needs": 1, "leaves_at": None}
        status, body = await one.post(path, {"digest": digest})
        assert (status, body["error"]) == (403, "same_person")
        (told,) = await two.features("/api/v1/alerts?state=draft")
        assert (told["needs"], [one["person"] for one in told["approvals"]]) == (1, ["one"])
        assert (await two.post(path, {"digest": digest}))[1]["issued"] is True


async def test_a_draft_says_who_may_approve_it_and_why_another_may_not(store: Store) -> None:
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, alert(), {"log": payload()}, NOW)
    path = f"/api/v1/alerts/{alert().series}/1/approve"
    async with floor(store) as running:
        snow = await running.person(Role.APPROVER, "yuki")
        await running.person(Role.APPROVER, "sato")
        async with store.write() as connection:
            await users.set_scope(connection, "yuki", Scope(kinds=("snow_depth",)))
        (told,) = await snow.features("/api/v1/alerts?state=draft")
        assert (told["needs"], told["able"]) == (1, ["sato"])
        assert told["objections"] == ["種別「河川の水位」（flood）は担当外です"]
        status, refused = await snow.post(path, {"digest": digest})
        assert (status, refused["error"]) == (403, "not_permitted")
        assert "承認できる人：sato" in refused["message"]


async def test_a_rejection_needs_a_reason_and_stands_in_the_log(store: Store) -> None:
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, alert(), {"log": payload()}, NOW)
    path = f"/api/v1/alerts/{alert().series}/1/reject"
    async with floor(store) as running:
        officer = await running.person(Role.OPERATOR)
        assert (await officer.post(path, {"digest": digest, "reason": "  "}))[0] == 400
        assert (await officer.post(path, {"digest": digest, "reason": "水位計の故障"}))[0] == 200
        _, log = await officer.get("/api/v1/chronology?kind=rejected")
        assert "水位計の故障" in log["items"][0]["text"]


async def test_a_note_is_written_with_its_author(store: Store) -> None:
    async with floor(store) as running:
        officer = await running.person(Role.OPERATOR)
        assert (await officer.post("/api/v1/chronology", {"text": " 土のうを配った "}))[0] == 201
        _, log = await officer.get("/api/v1/chronology?limit=1")
        assert (log["items"][0]["who"], log["items"][0]["text"]) == ("the-operator", "土のうを配った")


async def test_the_status_bar_counts_drills_only_in_a_drill(store: Store) -> None:
    drill, real = alert(level=5), alert(series="real", level=3, status=Status.ACTUAL)
    async with store.write() as connection:
        for one in (drill, real):
            await alerts.add_draft(connection, one, {}, NOW)
            await alerts.mark_issued(connection, one, NOW)
        await alerts.add_draft(connection, alert(series="waits"), {}, NOW)
        await hazards.replace_picture(connection, {}, [hazard(status=Status.ACTUAL, level=4)], NOW)
    async with floor(store, public_exercise=True) as running:
        _, public = await (await running.visitor()).get("/api/v1/status")
        assert (public["highest_level"], public["counts"]) == (3, {"hazards": 1, "alerts": 2})
        assert "drafts" not in public
        _, desk = await (await running.person(Role.VIEWER)).get("/api/v1/status")
        assert (desk["highest_level"], desk["highest_issued"]) == (4, 3)
        assert (desk["drafts"], desk["drafts_apart"]) == (0, {"Exercise": 1}), (
            "a drill is no draft that waits in earnest"
        )
    async with floor(store, public_exercise=True, exercise=True) as running:
        assert (await (await running.visitor()).get("/api/v1/status"))[1]["highest_level"] == 5
        desk = (await (await running.person(Role.VIEWER, "other")).get("/api/v1/status"))[1]
        assert (desk["drafts"], desk["drafts_apart"]) == (1, {})


async def test_places_become_one_multipolygon(store: Store) -> None:
    clockwise = ((141.1, 39.7), (141.1, 39.8), (141.2, 39.8), (141.2, 39.7), (141.1, 39.7))
    places = (Place(code="x", name="どこか", polygons=(clockwise,)), Place(code="032010001", name="内丸"))
    one = replace(alert(status=Status.ACTUAL), places=places)
    async with store.write() as connection:
        await alerts.add_draft(connection, one, {}, NOW)
        await alerts.mark_issued(connection, one, NOW)
    async with floor(store) as running:
        _, body = await (await running.visitor()).get("/api/v1/alerts")
    geometry = body["features"][0]["geometry"]
    assert geometry["type"] == "MultiPolygon"
    assert len(geometry["coordinates"]) == 2
    assert all(shapely.LinearRing(polygon[0]).is_ccw for polygon in geometry["coordinates"])
