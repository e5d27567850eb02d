"""What a stranger writes into ``Host`` leads nobody anywhere: not by a feed, a next page, a line to paste, a header."""

from __future__ import annotations

import pytest

from services.store.engine import Store
from services.web.home import inside
from tests.services.open.test_open_tables import city
from tests.services.test_web_anonymity import fill
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
WRITTEN = (
    "/",
    "/embed",
    "/widget",
    "/feed.atom",
    "/cap/feed.atom",
    "/open",
    "/open/terms",
    "/open/archive",
    "/open/catalog.jsonld",
    "/ogc",
    "/ogc/api",
    "/ogc/collections/stations/items?limit=1",
    "/ogc/collections/stations/items?limit=1&f=html",
    "/sta/v1.1",
    "/sta/v1.1/Datastreams?$top=1",
    "/api/v1/hazards?limit=1",
    "/api/v1/openapi.json",
)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8080", "[::1]:8080", "10.1.2.3", "192.168.0.9:80", "localhost", "hub", "hub:8080", "shirase.lan."],
)
def test_what_can_only_mean_this_network(host: str) -> None:
    assert inside(host)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "8.8.8.8", "hub.lan.evil.example", "[2001:4860:4860::8888]", "", "a b", "[", "<x>", "hub:x",
     "hub@evil", "hub/evil", "a..", ".lan,evil"],
)  # fmt: skip
def test_what_may_be_anybodys(host: str) -> None:
    assert not inside(host)


@pytest.mark.parametrize("told", ["https://hub.example.jp", ""])
async def test_no_answer_repeats_a_strangers_host(store: Store, told: str) -> None:
    await fill(store)
    async with floor(store, ground=city(), base_url=told) as hub:
        visitor, linked = await hub.visitor(), 0
        for path in WRITTEN:
            async with visitor.http.get(path, headers={"Host": "evil.example"}) as answer:
                said = await answer.text() + str(answer.headers)
                assert answer.status == 200, path
                assert "evil.example" not in said, path
                linked += (told or "http://127.0.0.1:") in said
        assert linked > 12
