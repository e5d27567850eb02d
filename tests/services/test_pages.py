"""The pages as the server gives them: public part, guards, files, drills; what they look like is for the browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import shapely

from feeds.status import Status
from geo.layers.layer import Layer, Layers, Zone
from geo.river.gauge import LEVELS
from geo.shelter import shelters_in
from rules.alert import State, Text
from services.board_words import table as words
from services.channels.registry import CHANNELS, GROUPS
from services.desks import review
from services.store import alerts, users
from services.store.delivery_state import DeliveryState
from services.store.engine import Store
from services.store.users import Role
from services.web.pages import STATIC
from tests.geo.making import ground
from tests.services.making import NOW, alert, officer, payload
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine
TEMPLATE = STATIC.parent / "templates"


def texts(event: str) -> dict[str, Text]:
    return {"ja": replace(alert().texts["ja"], event=event)}


@pytest.fixture
async def hub(store: Store) -> AsyncIterator[Floor]:
    async with floor(store) as running:
        yield running


async def issue(store: Store, **changes: Any) -> None:
    """Put an alert in force the way the desk does."""
    one = alert(**{"status": Status.ACTUAL, **changes})
    async with store.write() as connection:
        if await users.find(connection, "tanto") is None:
            await users.add(connection, officer("tanto"))
        digest = await alerts.add_draft(connection, one, {"log": payload()}, NOW)
    await review.approve(store, series=one.series, revision=one.revision, digest=digest, person="tanto", now=NOW)


async def test_the_public_page_tells_level_place_time_and_sender(hub: Floor) -> None:
    await issue(hub.store, level=4, sender_name="盛岡市長", texts=texts("避難指示"))
    status, page = await (await hub.visitor()).get("/")
    assert status == 200
    for told in ("<b>4</b>", "避難指示", "Evacuation order", "内丸", "11月20日 18:00", "盛岡市長", "/cap/feed.atom"):
        assert told in page, told


async def test_what_only_corresponds_to_a_level_is_not_told_as_an_order(hub: Floor) -> None:
    await issue(hub.store, level=4, texts=texts("河川水位情報（警戒レベル４相当）"))
    _, page = await (await hub.visitor()).get("/")
    assert 'class="headline" data-level="0"' in page
    assert "市の避難情報は、いま出ていません" in page and "警戒レベル４相当" in page
    assert "<span>避難指示</span>" not in page.partition('aria-labelledby="levels"')[0]


async def test_a_draft_is_never_on_the_public_page_even_for_staff(hub: Floor) -> None:
    async with hub.store.write() as connection:
        await alerts.add_draft(connection, alert(status=Status.ACTUAL), {"log": payload()}, NOW)
    for visitor in (await hub.visitor(), await hub.person(Role.APPROVER)):
        _, page = await visitor.get("/")
        assert "北上川の水位が" not in page
        assert "市の避難情報は、いま出ていません" in page


async def test_a_drill_is_shown_only_where_the_profile_says_so_and_is_marked(store: Store) -> None:
    await issue(store, status=Status.EXERCISE)
    async with floor(store) as quiet:
        assert "北上川の水位が" not in (await (await quiet.visitor()).get("/"))[1]
    async with floor(store, exercise=True, public_exercise=True) as shown:
        _, page = await (await shown.visitor()).get("/")
    assert page.count("【訓練】") >= 3  # title, headline, instruction
    assert 'class="drill"' in page and "EXERCISE" in page


async def test_a_drill_shown_by_a_real_hub_does_not_raise_the_level(store: Store) -> None:
    await issue(store, status=Status.EXERCISE, level=5, texts=texts("緊急安全確保"))
    async with floor(store, public_exercise=True) as hub:
        _, page = await (await hub.visitor()).get("/")
    assert 'class="headline" data-level="0"' in page
    assert "【訓練】" in page


async def test_silent_gauges_and_stale_data_are_said_aloud(store: Store) -> None:
    async with floor(store, health=lambda: {"stale": True}) as hub:
        _, page = await (await hub.visitor()).get("/")
    assert "新しい観測が届いていません" in page
    assert re.search(r"館坂橋.*?値なし", page, re.DOTALL)


async def test_the_public_page_fits_into_14_kb_and_escapes(hub: Floor) -> None:
    hostile = Text(
        language="ja",
        event="x",
        headline="<script>alert(1)</script>",
        description="水位" * 300,
        instruction="避難",
        short="x",
    )
    for number in range(12):
        await issue(hub.store, series=f"s{number}", texts={"ja": replace(hostile, event=str(number))})
    async with aiohttp.ClientSession(hub.url, auto_decompress=False) as raw, raw.get("/") as response:
        assert response.headers["Content-Encoding"] in {"deflate", "gzip"}
        body = await response.read()
    assert len(body) < 14_000
    _, page = await (await hub.visitor()).get("/")
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


@pytest.mark.parametrize("path", ["/ops", "/ops/outbox", "/ops/ground.json", "/ops/arrived.json"])
async def test_staff_pages_want_a_login(hub: Floor, path: str) -> None:
    visitor = await hub.visitor()
    async with visitor.http.get(path, headers={"Accept": "text/html"}, allow_redirects=False) as response:
        assert response.status in {303, 401}
        assert "data-csrf" not in await response.text()


async def test_staff_pages_carry_the_person_and_nothing_inline(hub: Floor) -> None:
    person = await hub.person(Role.OPERATOR, "sato")
    for path in ("/ops", "/ops/outbox"):
        status, page = await person.get(path)
        assert status == 200
        assert 'data-user="sato"' in page and f'data-csrf="{person.csrf}"' in page
        assert " style=" not in page and "<style" not in page and "onclick" not in page
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))


async def test_files_are_kept_for_ever_under_their_digest(hub: Floor) -> None:
    person = await hub.person(Role.VIEWER)
    _, page = await person.get("/ops")
    addresses = re.findall(r'(?:src|href|data-words)="(/(?:static|vendor)/[^"]+)"', page)
    assert len(addresses) > 8
    visitor = await hub.visitor()
    for address in addresses:
        async with visitor.http.get(address) as response:
            assert response.status == 200, address
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_the_map_library_travels_packed(hub: Floor) -> None:
    visitor = await hub.visitor()
    library = next(STATIC.glob("vendor/ol-*")).name
    async with visitor.http.get(f"/vendor/{library}/ol.js", headers={"Accept-Encoding": "gzip"}) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert len(await response.text()) > 900_000


@pytest.mark.parametrize(
    "path", ["/vendor/../context.py", "/vendor/%2e%2e/pages.py", "/static/0/js/ops.js", "/vendor/"]
)
async def test_nothing_else_is_served(hub: Floor, path: str) -> None:
    status, _ = await (await hub.visitor()).get(path)
    assert status == 404


async def test_the_ground_of_the_map_is_what_the_profile_holds(store: Store, tmp_path: Any) -> None:
    (tmp_path / "shelters.geojson").write_text(
        '{"type":"FeatureCollection","credit":"出典","features":[{"type":"Feature","geometry":null,'
        '"properties":{"施設・場所名":"城西中学校（校舎２階）","住所":"城西町"}}]}'
    )
    async with floor(store, profile=tmp_path) as hub:
        _, ground = await (await hub.person(Role.VIEWER)).get("/ops/ground.json")
    assert ground["shelters"]["features"][0]["properties"]["name"] == "城西中学校"
    assert ground["rivers"]["features"] == [] and ground["credits"] == ["出典"]


async def test_an_imported_list_of_shelters_is_drawn(store: Store) -> None:
    place = {"code": "E1", "name": "城北小学校（校舎２階）", "designation": "emergency", "hazards": "flood"}
    layer = Layer("s", "shelter", [Zone(shapely.Point(141.1, 39.7), place)], "1")
    imported = replace(ground(), layers=Layers([layer]), shelters=tuple(shelters_in(layer)))
    async with floor(store, ground=imported) as hub:
        _, told = await (await hub.person(Role.VIEWER)).get("/ops/ground.json")
    (one,) = told["shelters"]["features"]
    assert (one["properties"]["name"], one["geometry"]["coordinates"]) == ("城北小学校", [141.1, 39.7])


async def test_a_stand_in_that_is_away_is_said(store: Store) -> None:
    async with floor(store, exercise=True, fake_outboxes={"x": "http://127.0.0.1:9/timeline.json"}) as hub:
        _, told = await (await hub.person(Role.VIEWER)).get("/ops/arrived.json")
    assert "error" in told["x"]


def test_the_bar_is_kept_whole_on_every_page_of_the_desk() -> None:
    """Two elements of one name, or a script that never asks for the calls, and what rings is not seen or heard."""
    bar = set(re.findall(r'\bid="([^"{]+)"', (TEMPLATE / "_bar.html").read_text(encoding="utf-8")))
    for page in TEMPLATE.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        if "_bar.html" in text:
            assert not bar & set(re.findall(r'\bid="([^"{]+)"', text)), page.name
    for script in (STATIC / "js").rglob("*.js"):
        for asked in re.findall(r"refresh\(\[(.*?)\]\)", script.read_text(encoding="utf-8")):
            assert "'calls'" in asked, script.name


def test_words_know_every_threshold_and_state() -> None:
    told = words()
    levels = {
        name: (level if level > 1 else 0, ja) for name, (level, ja) in LEVELS.items()
    }  # 1 is no 警戒レベル of ours
    assert {name: (entry["level"], entry["ja"]) for name, entry in told["thresholds"].items()} == levels
    assert set(told["deliveries"]) == set(DeliveryState)
    assert set(told["alert_states"]) == set(State)
    assert set(told["channels"]) == {*CHANNELS, *GROUPS}
    assert set(told["confirms"]) == set(CHANNELS)


async def test_expired_alerts_leave_the_public_page_by_themselves(store: Store) -> None:
    await issue(store)
    async with floor(store, now=lambda: NOW + timedelta(hours=4)) as hub:
        _, page = await (await hub.visitor()).get("/")
    assert "北上川の水位が" not in page
