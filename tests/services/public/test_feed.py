"""The Atom feed and the widget: what others show of ours, on their own pages and in their own programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import update

from feeds.status import Status
from rules.alert import State
from services.store.engine import Store
from services.store.tables import alerts
from services.web.public.words import word
from tests.services.making import NOW, alert
from tests.services.public.making import HONCHO, UCHIMARU, in_all, order, put, told
from tests.services.web_floor import Floor, at, floor

pytestmark = pytest.mark.one_engine
NS = {"a": "http://www.w3.org/2005/Atom"}


async def feed(hub: Floor, query: str = "") -> Any:
    async with (await hub.visitor()).http.get(f"/feed.atom{query}") as response:
        assert (response.status, response.content_type) == (200, "application/atom+xml")
        return etree.fromstring(await response.read())


def texts(root: Any, path: str) -> list[str]:
    return [str(one) for one in root.xpath(path, namespaces=NS)]


async def test_the_feed_tells_what_is_in_force_by_district_kind_and_language(store: Store) -> None:
    bear = in_all("熊出没", kind="bear", level=0, alert_level=False, series="bear", places=(HONCHO,))
    await put(store, order(4, UCHIMARU), in_all("川の水位", series="river"), bear)
    async with floor(store, base_url="https://hub.example.jp") as hub:
        whole = await feed(hub)
        assert len(texts(whole, "a:entry/a:id")) == 3
        assert len(texts(await feed(hub, "?area=032010001"), "a:entry")) == 2
        assert texts(await feed(hub, "?area=032010002&kind=animals"), "a:entry/a:category/@term") == ["bear"]
        assert len(texts(await feed(hub, "?kind=animals"), "a:entry")) == 1, (
            "of a topic, the evacuation order is water's"
        )
        korean = await feed(hub, "?lang=ko&area=032010001")
        (same,) = [one for one in texts(korean, "a:entry/a:title/text()") if "川の水位" in one]
        assert "川の水位 ko" in same
        assert texts(korean, "a:link[@rel='self']/@href") == ["https://hub.example.jp/feed.atom?lang=ko&area=032010001"]
        assert texts(korean, "a:id/text()") == texts(korean, "a:link[@rel='self']/@href")
        assert "https://hub.example.jp/?lang=ko&area=032010001#alert-river" in texts(korean, "a:entry/a:link/@href")
        assert not set(texts(korean, "a:entry/a:id/text()")) & set(texts(whole, "a:entry/a:id/text()"))
        for required in ("a:title", "a:updated", "a:author/a:name"):
            assert texts(whole, required) and len(texts(whole, f"a:entry/{required}")) == 3


async def test_an_entry_keeps_its_name_and_what_is_over_is_said_without_its_words(store: Store) -> None:
    await put(store, in_all("行方不明者 80歳", series="gone"))
    async with floor(store) as hub:
        (name,) = texts(await feed(hub), "a:entry/a:id/text()")
    await put(store, in_all("見つかりました", series="gone", revision=2, ends=True, sent=NOW + timedelta(minutes=5)))
    async with floor(store, **at(NOW + timedelta(minutes=6))) as hub:
        told_of = await feed(hub)
        assert texts(told_of, "a:entry/a:id/text()") == [name]
        assert texts(told_of, "a:entry/a:title/text()") == ["見つかりました"]
    async with floor(store, **at(NOW + timedelta(hours=25))) as hub:
        assert texts(await feed(hub), "a:entry") == []


async def test_what_ran_out_is_told_as_over(store: Store) -> None:
    await put(store, replace(in_all("行方不明者 80歳", series="gone"), status=Status.EXERCISE))
    later = at(NOW + timedelta(hours=4))
    async with floor(store, exercise=True, public_exercise=True, **later) as hub:
        found = await feed(hub, "?lang=en")
        (title,) = texts(found, "a:entry/a:title/text()")
        assert title.startswith("【訓練】[EXERCISE] Over: ") and "80" not in etree.tostring(found, encoding="unicode")
        assert texts(found, "a:updated/text()") == ["2026-11-20T12:00:00Z"]


async def test_drafts_and_hidden_drills_are_not_in_it(store: Store) -> None:
    await put(store, alert(series="drill"))
    draft = told("下書き", series="draft")
    await put(store, draft)
    async with store.write() as connection:
        await connection.execute(update(alerts).where(alerts.c.series == "draft").values(state=State.DRAFT.value))
    async with floor(store) as hub:
        assert texts(await feed(hub), "a:entry") == []


async def test_a_reader_that_has_it_is_told_so_and_a_long_list_is_paged(store: Store) -> None:
    await put(store, *(in_all(f"{n}", series=f"s{n}", sent=NOW - timedelta(minutes=n)) for n in range(35)))
    async with floor(store) as hub:
        visitor = await hub.visitor()
        async with visitor.http.get("/feed.atom?lang=en") as response:
            tag = response.headers["ETag"]
        async with visitor.http.get("/feed.atom?lang=en", headers={"If-None-Match": tag}) as again:
            assert again.status == 304
        first, second = await feed(hub), await feed(hub, "?page=2")
        assert (len(texts(first, "a:entry")), len(texts(second, "a:entry"))) == (30, 5)
        assert texts(first, "a:link[@rel='next']/@href")[0].endswith("/feed.atom?page=2")
        assert not texts(second, "a:link[@rel='next']") and texts(second, "a:link[@rel='previous']")
        for wrong in ("?page=0", "?page=-1", "?page=999", "?page=１", "?page=x", "?lang=xx&area=xx&kind=xx"):
            await feed(hub, wrong)


async def test_the_widget_may_be_framed_and_nothing_else(store: Store) -> None:
    async with floor(store) as hub:
        visitor = await hub.visitor()
        for path in ("/widget", "/", "/embed", "/privacy", "/feed.atom", "/login"):
            async with visitor.http.get(path) as response:
                policy = response.headers["Content-Security-Policy"]
                assert ("frame-ancestors *" in policy) == (path == "/widget")
                assert ("X-Frame-Options" in response.headers) == (path != "/widget")
                assert response.headers.get("Refresh") == ("300" if path == "/widget" else None)
                assert "unsafe" not in policy and ("script-src" not in policy or path != "/widget")


async def test_the_widget_tells_level_place_time_and_sender_and_what_it_does_not_know(store: Store) -> None:
    await put(store, order(4, UCHIMARU, sender_name="盛岡市長"), in_all("本町の川", series="h", places=(HONCHO,)))
    async with floor(store, base_url="https://hub.example.jp") as hub:
        visitor = await hub.visitor()
        _, page = await visitor.get("/widget?area=032010001")
        for said in ("<b>4</b>", "避難指示", "内丸", "11月20日 18:00", "盛岡市長", word("do_4", "ja")):
            assert said in page
        assert "本町の川" not in page and 'href="https://hub.example.jp/?area=032010001"' in page
        assert "<script" not in page and len(page) < 4000
        _, snippet = await visitor.get("/embed?area=032010001&kind=water&lang=en")
        assert "https://hub.example.jp/widget?lang=en&amp;amp;area=032010001&amp;amp;kind=water" in snippet
    async with floor(store, health=lambda: {"stale": True}) as hub:
        _, page = await (await hub.visitor()).get("/widget?kind=crime&area=032010002")
        assert word("not_known", "ja") in page or "本町の川" in page
        assert word("widget_none", "ja") not in page


async def test_a_drill_in_the_widget_cannot_be_mistaken(store: Store) -> None:
    await put(store, replace(in_all("川"), status=Status.EXERCISE))
    async with floor(store, exercise=True, public_exercise=True) as hub:
        _, page = await (await hub.visitor()).get("/widget?lang=vi")
    assert 'class="drill"' in page and word("drill_said", "vi") in page and page.count("[DIỄN TẬP]") >= 3
