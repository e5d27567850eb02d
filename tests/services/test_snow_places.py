"""A street by its address, on the page and over the API; and one answer for a street wherever it is asked."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from geo.area import Area, Areas
from geo.towns.gazetteer import Gazetteer, Place
from rules.wording.languages import LANGUAGES
from services.requests.street import Streets
from services.store.engine import Store
from tests.geo.plow.making import lat_of, lon_of
from tests.services.test_open311 import ROADS, at, city, post, served
from tests.services.test_plow import Desk, driven
from tests.services.test_snow_public import LATER
from tests.services.test_snow_public import looked_up as asked
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine
TOWNS = Gazetteer(
    [
        Place(name="内丸", name_en="Uchimaru", lon=lon_of(100), lat=lat_of(150)),
        Place(name="遠野町", lon=141.9, lat=39.3),
        Place(name="見本小学校", lon=lon_of(50), lat=lat_of(10), exact=True),
    ],
    "盛岡市",
)


def served_with_towns(store: Store) -> object:
    section = Area(code="plow-1", name="中央工区", kind="plow_section", geometry=ROADS.carriageways.box)
    ground = replace(city(), areas=Areas([*city().areas, section]))
    return floor(store, answers=Streets(ROADS), ground=ground, towns=TOWNS, now=lambda: LATER)


async def page(hub: Floor, query: str) -> str:
    status, text = await (await hub.visitor()).get(f"/snow?{query}")
    assert status == 200, text
    return html.unescape(text)


async def looked_up(hub: Floor, words: str, path: str = "/snow") -> str:
    return html.unescape(await asked(await hub.visitor(), path, q=words))


async def test_an_address_leads_to_the_town_its_section_and_its_roads(store: Store) -> None:
    async with served_with_towns(store) as hub:
        found = await looked_up(hub, "盛岡市内丸１２－２")
        assert "/snow?town=%E5%86%85%E4%B8%B8" in found and "内丸</a>" in found
        assert "Uchimaru</a>" in await looked_up(hub, "uchimaru", "/snow?lang=en")
        town = await page(hub, "town=内丸")
        assert "うちの前の道路を" in town and "中央工区" in town
        assert "中央通り</a>" in town and "国道4号</a>" in town
        house = await looked_up(hub, "見本小学校")
        assert f"lon={lon_of(50)}" in house
        nothing = await looked_up(hub, "遠野町1-1")
        assert "「遠野町1-1」は見つかりません" in nothing and "地図" in nothing, "it is no place of this city"
        assert "うちの前の道路を" not in await page(hub, "town=<b>にせの知らせ</b>")
        visitor = await hub.visitor()
        told = await visitor.features("/api/v1/snow/places?q=uchimaru 12-2")
        assert [(one["kind"], one["name"]) for one in told] == [("town", "内丸")]
        (road,) = await visitor.features("/api/v1/snow/places?q=中央")
        assert road == {"kind": "road", "name": "中央通り", "name_en": "", "section": "plow-1"}


async def test_page_api_and_the_answer_to_a_request_say_the_same(store: Store) -> None:
    await Desk(store, ROADS).hear(driven((0, 0), (200, 0)))
    place = at(50, 5)
    query = f"lon={place['long']}&lat={place['lat']}"
    async with served(store, LATER) as hub:
        sentences = (await (await hub.visitor()).get(f"/api/v1/snow/street?{query}"))[1]["sentences"]
        assert sentences.keys() == set(LANGUAGES)
        for language in LANGUAGES:
            assert sentences[language] in await page(hub, f"{query}&lang={language}")
        _, told = await post(hub, **place)
        assert sentences["ja"] in told[0]["service_notice"] and sentences["en"] in told[0]["service_notice"]
