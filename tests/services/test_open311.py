"""/open311/v2: what residents' applications send and read, by real clients and by hand."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pydantic import SecretStr
from sqlalchemy import select

from feeds.open311.catalog import read_catalog
from feeds.records import Report
from geo.area import Area, Areas
from geo.model import Ground
from rules.requests.state import State
from rules.wording.languages import LANGUAGES
from services.configuration.open311 import Open311
from services.requests.desk import Requests
from services.requests.follow import Follow
from services.requests.offer import Services
from services.requests.street import Streets
from services.roads import Roads
from services.store import chronology, request_changes, requests
from services.store.codec import from_json
from services.store.engine import Store
from services.store.tables import records
from services.store.users import Role
from tests.geo.plow.making import lat_of, lon_of
from tests.geo.plow.streets import network
from tests.services.making import NOW, SetClock
from tests.services.test_plow import BEGAN, Desk, driven, roads
from tests.services.web_floor import Floor, floor, ground

pytestmark = pytest.mark.one_engine

KEY = "a-key-of-an-application-0001"
CATALOG = read_catalog(Path("config/morioka/services.toml"))
LINES = {"a": ((0, 0), (200, 0)), "b": ((200, 0), (400, 0)), "nation": ((0, 300), (400, 300))}
ROADS: Roads = roads(
    network(
        LINES,
        a={"section": "plow-1", "administrator": "city", "route_class": 3, "name": "中央通り"},
        b={"section": "plow-1", "administrator": "city", "school_route": True},
        nation={"administrator": "nation", "name": "国道4号"},
    )
)
WALKS = replace(
    ROADS,
    sidewalk_vehicles=frozenset({"s1"}),
    sidewalks=network(
        {"walk": ((0, 6), (400, 6)), "far": ((0, 340), (400, 340))},
        walk={
            "section": "plow-1",
            "administrator": "city",
            "sidewalk": "left",
            "name": "中央通り 歩道",
            "school_route": True,
        },
        far={"administrator": "city", "sidewalk": "left"},
    ),
)
ROOT = "/open311/v2"


def city() -> Ground:
    area = Area(code="03201", name="盛岡市", kind="city", geometry=ROADS.carriageways.box)
    return Ground(city="03201", areas=Areas([area]), layers=ground().layers, stations={})


@asynccontextmanager
async def served(store: Store, now: datetime = NOW, roads: Roads = ROADS, **changes: Any) -> AsyncIterator[Floor]:
    settings = Open311(**{"keys": {"app": SecretStr(KEY)}, **changes})
    offer = Services(catalog=CATALOG, settings=settings, desk=Requests(Streets(roads)), contact="019-651-4111")
    async with floor(
        store, services=offer, answers=Streets(roads), ground=city(), base_url="https://hub.example.jp", now=lambda: now
    ) as one:
        yield one


def at(east: float, north: float) -> dict[str, str]:
    return {"lat": str(lat_of(north)), "long": str(lon_of(east))}


async def post(hub: Floor, form: str = "json", **fields: str) -> tuple[int, Any]:
    visitor = await hub.visitor()
    body = {"api_key": KEY, "service_code": "SNOW_NOT_PLOWED", **fields}
    async with visitor.http.post(f"{ROOT}/requests.{form}", data=body) as response:
        return response.status, await (response.json() if form == "json" else response.read())


async def get(hub: Floor, path: str) -> Any:
    status, body = await (await hub.visitor()).get(ROOT + path)
    assert status == 200, body
    return body


async def test_a_request_is_answered_with_whose_road_it_is_and_nothing_of_its_words_is_public(store: Store) -> None:
    async with served(store) as hub:
        words = {"description": "山田さん宅の前。090-1234-5678", "email": "y@example.jp", "first_name": "花子"}
        status, told = await post(hub, **at(50, 8), **words)
        assert status == 200 and told[0]["service_request_id"] == "1"
        notice = told[0]["service_notice"]
        assert "いまの記録にありません" in notice and "No plow is on record here" in notice
        (one,) = await get(hub, "/requests/1.json")
        assert (one["status"], one["service_code"], one["address"]) == ("open", "SNOW_NOT_PLOWED", "中央通り")
        assert (one["lat"], one["long"]) == (round(lat_of(0), 6), pytest.approx(lon_of(100), abs=2e-6))
        everything = str([one, await get(hub, "/requests.xml"), await get(hub, "/servicerequestupdates.json")])
        assert not [word for word in ("山田", "1234", "example.jp", "花子", KEY) if word in everything]
        async with store.write() as connection:
            await request_changes.release(connection, 1, released=True)
        (one,) = await get(hub, "/requests/1.json")
        assert one["description"] == "●●●宅の前。●●●"


async def test_signs_of_xml_and_emoji_come_through_as_they_are(store: Store) -> None:
    """Edge case 15. The address is public at once; the description once staff have released it."""
    words, place = "A & B > C 'x' \"y\" ❄🚜 ]]> &amp;", "大通 & 内丸 ❄"
    async with served(store) as hub:
        await post(hub, "xml", **at(50, 8), description=words, address_string=place)
        async with store.write() as connection:
            await request_changes.release(connection, 1, released=True)
        (one,) = await get(hub, "/requests/1.json")
        told = etree.fromstring((await get(hub, "/requests/1.xml")).encode())
        assert one["description"] == told.findtext("request/description") == words


async def test_the_same_road_on_the_same_day_is_the_same_thing_and_a_school_route_comes_first(store: Store) -> None:
    async with served(store) as hub:
        await post(hub, **at(50, 5))
        await post(hub, **at(70, -5))
        await post(hub, **at(140, 0))  # the same road, but ninety metres away
        await post(hub, **at(205, 4))  # nearer than fifty metres to nobody, on the school route
        await post(hub, **at(50, 5), service_code="SNOW_RUT")
        async with store.read() as connection:
            found = {one.id: one for one in await requests.by_ids(connection, map(str, range(1, 6)), {"Actual"})}
        assert {number: one.same_as for number, one in found.items()} == {1: None, 2: 1, 3: None, 4: None, 5: None}
        assert found[4].urgent and found[4].reasons == ("school_route",) and not found[1].urgent
        (second,) = await get(hub, "/requests/2.json?extensions=true")
        assert {"code": "same_as", "value": "1"} in second["extended_attributes"]


async def test_a_national_road_is_told_to_be_one(store: Store) -> None:
    async with served(store) as hub:
        _, told = await post(hub, **at(100, 303))
        assert "国の道路事務所が除雪します" in told[0]["service_notice"]
        (one,) = await get(hub, "/requests/1.json")
        assert one["status"] == "closed" and one["agency_responsible"].startswith("国道")
        assert await get(hub, "/requests.json?status=open") == []


async def test_a_plow_settles_what_asked_for_it_and_only_that(store: Store) -> None:
    desk = Desk(store, ROADS)
    async with served(store) as hub:
        for service in ("SNOW_NOT_PLOWED", "SNOW_BERM"):
            await post(hub, **at(50, 5), service_code=service)
        async with store.write() as connection:  # asked before the plow came
            await connection.execute(requests.requests.update().values(asked_at=BEGAN - timedelta(hours=1)))
        follow = Follow(store, SetClock(BEGAN + timedelta(hours=1)), ["SNOW_NOT_PLOWED"])
        await follow.step()
        await desk.hear(driven((0, 0), (400, 0)))
        await follow.step()
        await follow.step()
        async with store.read() as connection:
            states = {one.service: one.state for one in await requests.by_ids(connection, ["1", "2"], {"Actual"})}
            said = await requests.history(connection, [1])
        assert states == {"SNOW_NOT_PLOWED": State.FIXED, "SNOW_BERM": State.OPEN}
        assert len(said[1]) == 2 and "に除雪しました" in said[1][1].text


async def test_a_sidewalk_is_asked_for_by_itself_and_settled_by_the_plow_of_the_sidewalk(store: Store) -> None:
    desk = Desk(store, WALKS)
    async with served(store, roads=WALKS) as hub:
        _, told = await post(hub, **at(50, 2), service_code="SNOW_SIDEWALK")
        assert told[0]["service_notice"].startswith("歩道：")
        await post(hub, **at(100, 300), service_code="SNOW_SIDEWALK")  # none is known along the national road
        async with store.write() as connection:  # asked before the plow came
            await connection.execute(requests.requests.update().values(asked_at=BEGAN - timedelta(hours=1)))
            road, walk = await requests.by_ids(connection, ["1", "2"], {"Actual"})  # the newest first
        assert (walk.urgent, walk.reasons, road.state) == (True, ("school_route",), State.ELSEWHERE)
        follow = Follow(store, SetClock(BEGAN + timedelta(hours=1)), ["SNOW_SIDEWALK"])
        for vehicle, state in (("p7", State.OPEN), ("s1", State.FIXED)):
            await desk.hear(driven((0, 3), (400, 3), vehicle=vehicle))
            await follow.step()
            async with store.read() as connection:
                (walk,) = await requests.by_ids(connection, ["1"], {"Actual"})
            assert walk.state is state, vehicle


async def test_a_plow_settles_nothing_that_was_asked_after_it_came_or_that_is_closed_by_now(store: Store) -> None:
    async with served(store) as hub:
        for _ in range(3):  # the second and the third are the same as the first
            await post(hub, **at(50, 5))
    hour, mine = timedelta(hours=1), requests.requests
    async with store.write() as connection:
        for number, asked_at in ((1, BEGAN - hour), (2, BEGAN + hour), (3, BEGAN - hour)):
            await connection.execute(mine.update().where(mine.c.id == number).values(asked_at=asked_at))
    await Desk(store, ROADS).hear(driven((0, 0), (400, 0)))  # its fixes come late
    follow = Follow(store, SetClock(BEGAN + 2 * hour), ["SNOW_NOT_PLOWED"])
    await follow.step()
    async with store.write() as connection:
        said = await requests.history(connection, [1, 2, 3])
        await request_changes.settle(connection, 1, "requests", "again", BEGAN)
        assert await requests.history(connection, [1]) == {1: said[1]}
    states = {number: [one.state for one in some] for number, some in said.items()}
    assert states == {1: [State.OPEN, State.FIXED], 2: [State.OPEN], 3: [State.OPEN, State.FIXED]}


async def test_a_bear_is_a_report_that_nobody_confirmed_and_in_no_list(store: Store) -> None:
    async with served(store) as hub:
        fields = {"service_code": "BEAR", "description": "親子", "attribute[NUMBER]": "2"}
        for _ in range(2):  # sent twice
            status, told = await post(hub, **at(50, 5), **fields)
            assert status == 200 and "service_request_id" not in told[0] and "token" not in told[0]
        assert await get(hub, "/requests.json") == []
        async with store.read() as connection:
            rows = list(await connection.execute(select(records.c.body)))
        (one,) = [from_json(Report, body) for (body,) in rows]
        assert (one.kind, one.confirmed, one.gateway) == ("bear", False, "@open311") and "NUMBER: 2" in one.text
    async with served(store, NOW + timedelta(seconds=20)) as hub:  # an application that heard no answer tries again
        await post(hub, **at(50, 5), **fields)
        await post(hub, **at(50, 5), **fields, **{"attribute[SEEN_AT]": "0001-01-01T00:00:00Z"})
        async with store.read() as connection:
            at_times = set((await connection.execute(select(records.c.measured_at))).scalars())
            count = len((await connection.execute(select(records.c.seq))).all())
    assert (at_times, count) == ({NOW}, 2)


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"api_key": "wrong"}, 403, "api_key"),
        ({"api_key": ""}, 403, "api_key"),
        ({"service_code": "NOPE"}, 404, "NOPE"),
        ({"lat": "35.0", "long": "135.0"}, 400, "outside"),
        ({"long": ""}, 400, "together"),
        ({"description": "あ" * 4001}, 400, "4001"),
    ],
)
async def test_what_is_wrong_is_answered_in_the_format_asked_for(
    store: Store, fields: dict[str, str], status: int, words: str
) -> None:
    async with served(store) as hub:
        got, told = await post(hub, **at(50, 5) | fields)
        assert (got, told[0]["code"]) == (status, status) and words in told[0]["description"]
        got, document = await post(hub, "xml", **at(50, 5) | fields)
        assert got == status and words in etree.fromstring(document).findtext("error/description")


async def test_unknown_things_are_404_and_writes_with_another_method_do_not_pass(store: Store) -> None:
    async with served(store) as hub:
        visitor = await hub.visitor()
        for path in ("/requests/99.json", "/requests/x.xml", "/services/NOPE.json", "/tokens/7.json", "/requests.csv"):
            assert (await visitor.get(ROOT + path))[0] == 404, path
        assert (await visitor.get(f"{ROOT}/requests.json?service_request_id=1,99"))[0] == 404
        await post(hub, **at(50, 5))
        assert [one["service_request_id"] for one in await get(hub, "/requests.json?service_request_id=1,99")] == ["1"]
        async with visitor.http.post(f"{ROOT}/requests.json", json={"api_key": KEY}) as response:
            assert response.status == 400 and "urlencoded" in (await response.json())[0]["description"]
        async with visitor.http.put(f"{ROOT}/requests.json", data={"api_key": KEY}) as response:
            assert response.status == 405


async def test_a_key_has_its_limit(store: Store) -> None:
    async with served(store, per_client=2) as hub:
        assert [(await post(hub, **at(50, 5)))[0] for _ in range(3)] == [200, 200, 400]


async def test_a_drill_is_no_part_of_the_real_list_and_its_demonstration_network_answers_nobody_real(
    store: Store,
) -> None:
    async with served(store) as hub:
        async with hub_of_drills(store) as drill:
            assert (await post(drill, **at(50, 5)))[0] == 200
            assert (await get(drill, "/discovery.json"))["endpoints"][0]["type"] == "test"
            (told,) = await get(drill, "/requests.json?extensions=true")
            (note,) = await get(drill, "/servicerequestupdates.json")
            for text in (told["status_notes"], told["service_notice"], told["description"], note["description"]):
                assert text.startswith("【訓練】 ")
        assert await get(hub, "/requests.json") == []


def hub_of_drills(store: Store) -> Any:
    offer = Services(
        catalog=CATALOG, settings=Open311(keys={"app": SecretStr(KEY)}), desk=Requests(Streets(ROADS)), contact="x"
    )
    return floor(
        store, services=offer, ground=city(), base_url="https://hub.example.jp", exercise=True, public_exercise=True
    )


async def test_georeport_reads_and_three_posts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clients that others wrote, over a real connection; the second needs a name that Python 2 had."""
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    import georeport
    import three

    async with served(store) as hub:
        client = three.Three(f"{hub.url}{ROOT}/", api_key=KEY, format="json")
        place = {"lat": lat_of(5), "long": lon_of(50)}
        words = {"name": "盛岡 花子", "email": "h@example.jp", "description": "雪 & <深い>"}
        made = await asyncio.to_thread(lambda: client.post("SNOW_NOT_PLOWED", **words, **place))
        assert made[0]["service_request_id"] == "1"
        await post(hub, **at(205, 4))
        assert (await asyncio.to_thread(client.request, "1"))[0]["status"] == "open"
        assert len(await asyncio.to_thread(client.services)) == len(CATALOG.service)
        for form in ("json", "xml"):
            reader = georeport.GeoReport(f"{hub.url}{ROOT}/", output_format=form)
            names = [one["service_code"] for one in await asyncio.to_thread(reader.get_service_list)]
            assert names == [one.code for one in CATALOG.service]
            asked = await asyncio.to_thread(reader.get_service_request, 1)
            assert (asked["service_request_id"], asked["status"], asked["address"]) == ("1", "open", "中央通り")
            both = await asyncio.to_thread(reader.get_service_requests)
            assert [one["service_request_id"] for one in both] == ["2", "1"]
            assert float(both[1]["lat"]) == pytest.approx(lat_of(0), abs=2e-6)


async def test_an_officer_answers_and_only_once(store: Store) -> None:
    async with served(store) as hub:
        await post(hub, **at(50, 5), description="早く来て")
        await post(hub, **at(60, 5))
        officer, viewer = await hub.person(Role.OPERATOR), await hub.person(Role.VIEWER)
        seen = await viewer.features("/api/v1/requests")
        assert [(one["state"], one["same_as"], one["description"]) for one in seen] == [
            ("open", None, "早く来て"),
            ("open", 1, ""),
        ]
        deed = {"seen": "open", "state": "action_scheduled", "text": "今夜の除雪に入れました。電話 019-651-4111"}
        assert (await viewer.post("/api/v1/requests/1", deed))[0] == 403
        assert await officer.post("/api/v1/requests/1", deed) == (200, {"changed": [1, 2]})
        assert (await officer.post("/api/v1/requests/1", deed))[0] == 409
        assert (await officer.post("/api/v1/requests/77", deed))[0] == 404
        for text in ("\x00", "\ud800"):
            assert (await officer.post("/api/v1/requests/1", deed | {"text": text}))[0] == 400
        release = {"seen": "action_scheduled", "state": "action_scheduled", "released": True}
        assert (await officer.post("/api/v1/requests/1", release))[0] == 200
        later = {"seen": "action_scheduled", "state": "in_progress"}
        assert (await officer.post("/api/v1/requests/1", later))[0] == 200
        assert (await get(hub, "/requests/1.json"))[0]["description"] == "早く来て"  # what was released stays so
        deed = later | {"seen": "in_progress", "state": "action_scheduled", "text": deed["text"]}
        assert (await officer.post("/api/v1/requests/1", deed))[0] == 200
        for one in await get(hub, "/requests.json"):
            assert one["status"] == "open" and "今夜の除雪に入れました。電話 ●●●" in one["status_notes"]
        assert (await (await hub.visitor()).get("/api/v1/requests"))[0] == 401
        async with store.read() as connection:
            assert await chronology.first_broken(connection) is None


async def test_anybody_may_ask_why_a_street_is_not_plowed(store: Store) -> None:
    async with served(store, BEGAN + timedelta(hours=2)) as hub:
        visitor = await hub.visitor()
        place = at(50, 5)
        path = f"/api/v1/snow/street?lon={place['long']}&lat={place['lat']}"
        status, told = await visitor.get(path)
        assert status == 200 and (told["case"], told["road"], told["status"]) == ("unknown", "中央通り", "Actual")
        assert told["sentences"].keys() == LANGUAGES.keys() and "No plow" in told["sentences"]["en"]
        await Desk(store, ROADS).hear(driven((0, 0), (200, 0)))
        _, told = await visitor.get(path)
        assert told["case"] == "done" and told["share"] == 1.0 and "に除雪しました。" in told["sentences"]["ja"]
        for wrong in ("", "?lon=141.15", "?lon=x&lat=39", "?lon=nan&lat=39"):
            assert (await visitor.get(f"/api/v1/snow/street{wrong}"))[0] == 400
        assert (await visitor.get("/api/v1/snow/street?lon=135&lat=35"))[0] == 404
