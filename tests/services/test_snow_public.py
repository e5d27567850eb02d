"""/snow and /api/v1/snow/roads: what everybody may know of the plows, and nothing that leads to one."""

from __future__ import annotations

import gc
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from feeds.status import Status
from geo.area import Area, Areas
from geo.plow.network import Network
from rules.orders.decide import decide
from rules.orders.decision import Kind
from rules.orders.life import Act, Event, How, Order
from services.requests.round import sections
from services.requests.shares import Shares
from services.requests.stood import Standing
from services.requests.street import Streets
from services.roads import Roads
from services.store import decided, orders
from services.store.engine import Store
from services.web.context import CONTEXT
from services.web.roads.packed import Answer, Packed
from tests.rules.orders.nights import PRESETS, picture, rising
from tests.services.between import statements
from tests.services.making import SetClock
from tests.services.orders.night import MIDNIGHT
from tests.services.test_open311 import ROADS, WALKS, at, city
from tests.services.test_plow import BEGAN, Desk, driven
from tests.services.web_floor import Floor, Visitor, floor

pytestmark = pytest.mark.one_engine
LATER = BEGAN + timedelta(hours=2)


def served(store: Store, after: timedelta = timedelta(hours=2), roads: Roads = ROADS, **changes: object) -> object:
    section = Area(
        code="plow-1", name="中央工区", kind="plow_section", geometry=ROADS.carriageways.box, name_en="Centre"
    )
    ground = replace(city(), areas=Areas([*city().areas, section]))
    return floor(store, answers=Streets(roads), ground=ground, now=lambda: BEGAN + after, **changes)


async def ordered(store: Store, *acts: Act) -> None:
    empty = Order(id=0, status=Status.ACTUAL, section="plow-1", section_name="中央工区", kind=Kind.PLOW, rule="r")
    async with store.write() as connection:
        order = await orders.begin(connection, empty, event(acts[0]))
        for act in acts[1:]:
            order = await orders.act(connection, order, event(act))


def event(act: Act) -> Event:
    return Event(act=act, at=BEGAN, how=How.HUB if act is Act.PROPOSE else How.DESK, who="kato")


async def ages(hub: Floor, query: str = "") -> dict[str, str]:
    visitor = await hub.visitor()
    return {
        one["id"]: one["properties"]["age"] for one in (await visitor.get(f"/api/v1/snow/roads{query}"))[1]["features"]
    }


async def test_roads_tell_how_long_ago_they_were_done_but_not_where_the_plow_is_now(store: Store) -> None:
    await Desk(store, ROADS).hear(driven((0, 0), (200, 0)))
    async with served(store) as hub:
        assert await ages(hub) == {"a": "1-3", "b": "", "nation": ""}
        south = at(-50, -50), at(500, 100)
        box = f"?bbox={south[0]['long']},{south[0]['lat']},{south[1]['long']},{south[1]['lat']}"
        assert (await ages(hub, box)).keys() == {"a", "b"}
        visitor = await hub.visitor()
        for wrong in ("1,2,3", "x,1,2,3", "141.2,39.6,141.1,39.7", "nan,1,2,3"):
            assert (await visitor.get(f"/api/v1/snow/roads?bbox={wrong}"))[0] == 400
        first = (await visitor.get("/api/v1/snow/roads?limit=2"))[1]
        assert [link["rel"] for link in first["links"]] == ["self", "next"]
    async with served(store, timedelta(minutes=10)) as hub:
        assert set((await ages(hub)).values()) == {""}


async def test_a_thousand_residents_cost_the_store_one_look_a_minute(store: Store) -> None:
    """The same piece of the map is written once; whoever has it is told so, and strangers may keep it."""
    await Desk(store, ROADS).hear(driven((0, 0), (200, 0)))
    clock = SetClock(BEGAN + timedelta(hours=2))
    async with served(store) as hub:
        context = replace(hub.app[CONTEXT], now=clock.now)
        async with floor(store, **{name: getattr(context, name) for name in ("answers", "ground", "now")}) as again:
            visitor = await again.visitor()
            with statements(store) as asked:
                for _ in range(20):
                    async with visitor.http.get("/api/v1/snow/roads?limit=9") as response:
                        tag, kept = response.headers["ETag"], response.headers["Cache-Control"]
                        first = await response.json(content_type=None)
                async with visitor.http.get("/api/v1/snow/roads?limit=9", headers={"If-None-Match": tag}) as response:
                    assert response.status == 304 and not await response.read()
                assert len(asked) == 2 and kept == "public, max-age=60"
                async with visitor.http.get("/snow") as response:
                    assert response.status == 200
                looked = len(asked)
                for _ in range(5):
                    assert (await visitor.get("/snow"))[0] == 200
            assert not [one for one in asked[looked:] if "FROM looks" in one or "FROM orders" in one]
            assert first["features"][0]["properties"]["age"] == "1-3"
            clock.at += timedelta(hours=2)
            assert (await ages(again, "?limit=9"))["a"] == "3-6"


async def test_the_map_of_the_whole_city_asks_for_main_roads_alone(store: Store) -> None:
    async with served(store) as hub:
        visitor = await hub.visitor()
        assert (await ages(hub, "?main=1")).keys() == {"nation"}
        assert (await visitor.get("/api/v1/snow/roads?main=all"))[0] == 400
        page = (await visitor.get("/snow"))[1]
        assert 'data-small-from="0"' in page, "so few roads are drawn whole"
        west, south, east, north = map(float, re.search(r'data-box="([^"]+)"', page)[1].split(","))  # type: ignore[index]
        assert west < float(at(50, 5)["long"]) < east and south < north


def test_answers_that_nobody_asks_for_make_room() -> None:
    standing, packed = Standing(BEGAN, {}, {}), Packed(room=500)
    for number in range(9):
        packed.keep(standing, number, {"features": ["x" * 60]})
    assert packed.find(standing, 8) and not packed.find(standing, 0)
    assert packed.find(Standing(BEGAN + timedelta(minutes=1), {}, {}), 8) is None, "the roads stand otherwise by now"
    holding = [one for one in gc.get_referrers(standing) if isinstance(one, Answer)]
    assert not holding, "a day of old answers is not a day of every road, minute by minute"


async def looked_up(visitor: Visitor, path: str = "/snow", **asked: str) -> str:
    async with visitor.http.post(path, data=asked) as response:
        assert response.status == 200
        return await response.text()


async def test_a_resident_finds_the_road_by_name_and_reads_when_it_was_done(store: Store) -> None:
    await Desk(store, ROADS).hear(driven((0, 0), (200, 0)))
    async with served(store) as hub:
        visitor = await hub.visitor()
        found = await looked_up(visitor, q="中央")
        assert "中央通り</a>" in found and "中央工区" in found
        place = at(50, 5)
        _, told = await visitor.get(f"/snow?lon={place['long']}&lat={place['lat']}&lang=vi")
        assert "Đã dọn tuyết lúc" in told and "に除雪しました。" not in told
        _, told = await visitor.get(f"/snow?lon={place['long']}&lat={place['lat']}")
        assert "に除雪しました。" in told and '<p lang="en" class="answer-other">' in told
        told = await looked_up(visitor, lon=place["long"], lat=place["lat"])
        assert "に除雪しました。" in told and place["long"] not in told, "where somebody stands is in no link"
        nothing = await looked_up(visitor, q="<script>")
        assert "&lt;script&gt;" in nothing and "<script>」" not in nothing
        assert (await visitor.get("/snow?lon=135&lat=35"))[0] == 400


async def test_an_order_is_public_and_a_proposal_is_not(store: Store) -> None:
    await ordered(store, Act.PROPOSE)
    async with served(store) as hub:
        visitor = await hub.visitor()
        assert "指示なし" in (await visitor.get("/snow"))[1]
    async with store.write() as connection:
        (order,) = await orders.still_open(connection)
        await orders.act(connection, order, event(Act.ORDER))
    async with served(store) as hub:
        visitor = await hub.visitor()
        page = (await visitor.get("/snow"))[1]
        assert "除雪を指示" in page and "指示なし" not in page
        roads = {one["road"]: one["order"] for one in await visitor.features("/api/v1/snow/roads")}
        assert roads == {"中央通り": "ordered", "": "ordered", "国道4号": ""}, "the nation plows its own"


async def test_what_was_drawn_for_drills_says_nothing_about_real_roads(store: Store) -> None:
    drawn = replace(ROADS, statuses=frozenset({Status.EXERCISE}))
    assert isinstance(drawn.carriageways, Network)
    async with served(store, exercise=False) as hub:
        assert await ages(hub)
    async with floor(store, answers=Streets(drawn), ground=city(), now=lambda: LATER) as hub:
        assert await ages(hub) == {}
    async with floor(
        store, answers=Streets(drawn), ground=city(), now=lambda: LATER, exercise=True, public_exercise=True
    ) as hub:
        assert (await ages(hub)).keys() == {"a", "b", "nation"}
        roads = (await (await hub.visitor()).get("/api/v1/snow/roads"))[1]["features"]
        assert {one["properties"]["status"] for one in roads} == {"Exercise"}
        assert "これは訓練です" in (await (await hub.visitor()).get("/snow"))[1]


async def test_a_sidewalk_is_asked_about_drawn_and_counted_apart_from_its_road(store: Store) -> None:
    """The plow of the road does not do its sidewalk, and that of the sidewalk not the road."""
    await Desk(store, WALKS).hear([*driven((0, 0), (200, 0)), *driven((0, 6), (400, 6), vehicle="s1")])
    async with served(store, roads=WALKS) as hub:
        visitor = await hub.visitor()
        assert await ages(hub) == {"a": "1-3", "b": "", "nation": "", "walk": "1-3", "far": ""}
        east, west = at(350, 3), at(50, 300)
        place, other = (f"lat={one['lat']}&lon={one['long']}" for one in (east, west))
        road = (await visitor.get(f"/api/v1/snow/street?{place}"))[1]
        walk = (await visitor.get(f"/api/v1/snow/street?{place}&sidewalk=1"))[1]
        assert (road["sidewalk"], road["case"], walk["sidewalk"], walk["case"]) == ("", "unknown", "left", "done")
        assert walk["sentences"]["ja"].startswith("歩道：") and walk["sentences"]["en"].startswith("The sidewalk: ")
        none = (await visitor.get(f"/api/v1/snow/street?{other}&sidewalk=1"))[1]
        assert none["case"] == "nation", "the sidewalk of another road, forty metres on, is not meant"
        told = (await visitor.get(f"/snow?{place}"))[1]
        assert told.count('class="answer"') == 2 and "中央通り 歩道" in told
        page = await looked_up(visitor, q="歩道")
        assert "中央通り 歩道</a>" in page and "</meter> 50 %" in page
        assert "歩道 100 %</small>" in page


async def test_what_was_done_the_day_before_yesterday_is_not_told_as_done(store: Store) -> None:
    await Desk(store, ROADS).hear(driven((0, 0), (400, 0)))
    place = "&".join(f"{name}={value}" for name, value in zip(("lat", "lon"), at(50, 5).values(), strict=True))
    for after, share, done in ((2, "100 %", True), (49, "0 %", False)):
        async with served(store, timedelta(hours=after)) as hub:
            visitor = await hub.visitor()
            assert f"</meter> {share}" in (await visitor.get("/snow"))[1]
            told = (await visitor.get(f"/api/v1/snow/street?{place}"))[1]
            assert (told["done_at"] is not None, told["last_at"] is not None) == (done, done)


async def test_the_share_of_all_roads_is_worked_out_once_a_minute(store: Store) -> None:
    shares = Streets(ROADS).shares
    async with store.read() as connection:
        before = await shares.of(connection, Status.ACTUAL, LATER)
        await Desk(store, ROADS).hear(driven((0, 0), (400, 0)))
        assert await shares.of(connection, Status.ACTUAL, LATER + timedelta(seconds=59)) == before == {"plow-1": 0.0}
    async with store.read() as connection:
        assert await shares.of(connection, Status.ACTUAL, LATER + timedelta(seconds=60)) == {"plow-1": 1.0}


async def test_a_look_of_some_hours_ago_says_nothing_about_the_snow_of_now(store: Store) -> None:
    made = decide(picture(rising(12, 6), MIDNIGHT), PRESETS["morioka"])
    async with store.write() as connection:
        await decided.look(connection, Status.ACTUAL, [made], {})
    async with store.read() as connection:
        for hours, told in ((2, made), (3, None)):
            now = MIDNIGHT + timedelta(hours=hours)
            (one,) = await sections(connection, Shares(None), {"sw": ("南西", "SW")}, Status.ACTUAL, now)
            assert (one.decision, one.share) == (told, None)
