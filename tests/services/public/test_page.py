"""The page for everybody as the server gives it: whose level it tells, what is near, and what nobody knows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import shapely
from pydantic import SecretStr

from feeds.status import Status
from geo.area import Area, Areas
from geo.shelter import Shelter
from geo.towns.gazetteer import Gazetteer
from geo.towns.gazetteer import Place as Known
from rules.wording.languages import LANGUAGES
from services.desks.subscriptions import Offer, Subscriptions
from services.residents.seal import Seal
from services.store import records
from services.store.engine import Store
from services.web.public.words import word
from tests.geo.official.telegrams import entry, telegram
from tests.services.making import NOW
from tests.services.public.making import HONCHO, UCHIMARU, in_all, open_places, order, put, told
from tests.services.web_floor import Floor, floor, ground

pytestmark = pytest.mark.one_engine
HERE = "/?area=032010001"
HEADLINE = re.compile(r'<section class="headline" data-level="(\d)".*?</section>', re.DOTALL)


@pytest.fixture
async def hub(store: Store) -> AsyncIterator[Floor]:
    async with floor(store) as running:
        yield running


async def get(hub: Floor, path: str, **headers: str) -> str:
    status, page = await (await hub.visitor()).get(path, headers=headers)
    assert status == 200
    return str(page)


def head(page: str) -> tuple[int, str]:
    """The level at the top, and its words."""
    found = HEADLINE.search(page)
    assert found
    return int(found[1]), " ".join(re.sub(r"<[^>]+>", "", found[0]).split())


def part(page: str, name: str) -> str:
    """One section by its heading's id."""
    return page.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]


async def test_an_order_holds_where_it_holds_and_the_neighbours_is_told(hub: Floor) -> None:
    await put(hub.store, order(4, HONCHO), told(level=3))
    level, words = head(await get(hub, "/"))
    assert level == 4 and "対象: 本町通" in words
    level, words = head(await get(hub, HERE))
    assert level == 0 and "内丸に、市の避難情報は出ていません" in words
    assert "警戒レベル３相当" in words, "what corresponds to a level is told, and not as an order"
    assert "となりの本町通には、警戒レベル4 避難指示が出ています" in words
    assert "市内のほかの地区には、警戒レベル4 避難指示が出ています：本町通" in words
    level, words = head(await get(hub, "/?area=032010002"))
    assert level == 4 and "となり" not in words and "ほかの地区" not in words


async def test_what_is_for_the_whole_city_is_near_everybody(hub: Floor) -> None:
    city = replace(UCHIMARU, code="03201", name="盛岡市", name_en="Morioka")
    await put(hub.store, order(5, city), told("本町の水位", series="h", places=(HONCHO,)))
    page = await get(hub, HERE)
    assert head(page)[0] == 5 and "緊急安全確保" in part(page, "alerts")
    assert "本町の水位" in part(page, "elsewhere") and "本町の水位" not in part(page, "alerts")


async def test_an_all_clear_raises_no_level(hub: Floor) -> None:
    await put(hub.store, replace(order(4, UCHIMARU), ends=True))
    assert head(await get(hub, HERE))[0] == 0


async def test_what_was_lifted_or_taken_back_stays_to_be_read_for_a_day(store: Store) -> None:
    lifted = replace(order(4, UCHIMARU), ends=True)
    await put(store, lifted)
    async with floor(store) as hub:
        page = await get(hub, HERE)
        assert head(page)[0] == 0 and word("nothing", "ja") in page
        ended = part(page, "alerts").partition(word("over_lately", "ja"))[2]
        assert lifted.texts["ja"].headline in ended and "data-level" not in ended
        assert word("over_lately", "ja") not in await get(hub, f"/?area={HONCHO.code}"), "it held elsewhere"
        assert word("over_lately", "vi") in await get(hub, "/?lang=vi")
    async with floor(store, now=lambda: NOW + timedelta(hours=25)) as hub:
        assert word("over_lately", "ja") not in await get(hub, HERE)


async def test_a_warning_of_which_the_city_has_told_nothing_yet_stands_at_the_top(store: Store) -> None:
    rain = entry("heavy_rain", "43", "レベル４大雨危険警報", 4)
    async with store.write() as connection:
        await records.save(connection, [telegram("VPWW55", rain, at=NOW)], NOW)
    await put(store, told(level=3))
    async with floor(store) as hub:
        level, words = head(await get(hub, HERE))
        assert level == 0, "nobody of the city has ordered anything"
        assert "警戒レベル４相当" in words and "レベル４大雨危険警報" in words
        assert "レベル４大雨危険警報" in await get(hub, "/widget")
        assert "レベル４大雨危険警報" not in await get(hub, "/widget?kind=snow")
        await put(store, order(4, UCHIMARU))
        assert "レベル４大雨危険警報" not in head(await get(hub, HERE))[1], "what is ordered here is told first"


async def test_nothing_in_force_is_another_thing_than_not_knowing(store: Store) -> None:
    async with floor(store) as hub:
        page = await get(hub, HERE)
        assert word("nothing", "ja") in page and word("official_none", "ja") in page
    for health in ({"stale": True}, {}):
        async with floor(store, health=lambda health=health: health) as hub:
            page = await get(hub, HERE)
        assert word("not_known", "ja") in page and word("official_unknown", "ja") in page
        assert word("nothing", "ja") not in page


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_is_whole_and_marks_the_drill(store: Store, language: str) -> None:
    await put(store, replace(in_all("館坂橋水位"), status=Status.EXERCISE), open_places(2, status=Status.EXERCISE))
    async with floor(store, exercise=True, public_exercise=True) as hub:
        page = await get(hub, f"/?lang={language}&area=032010001")
    assert f'<html lang="{"ja" if language == "ja-x-easy" else language}" dir="ltr" data-exercise="true">' in page
    assert word("drill_said", language) in page and page.count("【訓練】") >= 4
    mark = LANGUAGES[language].marks.get(Status.EXERCISE, "")
    assert page.count(mark) >= 3
    assert word("level", language) and word("shelters", language) in page and word("privacy", language) in page
    if language not in {"ja", "ja-x-easy"}:
        ours = page.partition("<main")[2].partition('id="languages"')[0]
        ours = re.sub(r'<(\w+) lang="ja">.*?</\1>', "", ours, flags=re.DOTALL)
        assert re.findall(r"[^<>\n]*[ぁ-んァ-ヶ][^<>\n]*", ours) == []


async def test_all_languages_are_linked_and_a_short_address_leads_to_each(hub: Floor) -> None:
    page = await get(hub, HERE)
    for language in LANGUAGES:
        assert f'hreflang="{language}"' in page
    visitor = await hub.visitor()
    for path, target in (
        ("/en?area=032010001", "/?lang=en&area=032010001"),
        ("/zh-hans", "/?lang=zh-Hans"),
        ("/ja", "/"),
    ):
        async with visitor.http.get(path, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, target)
    async with visitor.http.get("/en?area=//evil.example", allow_redirects=False) as response:
        assert response.headers["Location"] == "/?lang=en"


async def test_the_browsers_language_is_offered_and_not_taken(hub: Floor) -> None:
    page = await get(hub, "/", **{"Accept-Language": "ko-KR,ko;q=0.9"})
    assert word("in_this", "ko") in page and '<html lang="ja"' in page
    assert word("in_this", "ko") not in await get(hub, "/?lang=en", **{"Accept-Language": "ko"})


async def test_what_is_not_in_the_language_is_told_in_another_and_says_so(hub: Floor) -> None:
    await put(hub.store, told("館坂橋の水位", languages=("ja", "en")))
    page = await get(hub, "/?lang=vi")
    assert "館坂橋の水位 en" in page and word("other_words", "vi") in page and '<span lang="en">' in page
    assert word("other_words", "en") not in await get(hub, "/?lang=en")


async def test_shelters_come_nearest_first_the_full_ones_last(store: Store) -> None:
    near = Shelter(code="S1", name="第1小学校", address="", lon=141.111, lat=39.711, hazards=frozenset(), note="")
    far = replace(near, code="S3", lon=141.3)
    await put(store, open_places(4))
    async with floor(store, ground=replace(ground(), shelters=(near, far))) as hub:
        shelters = part(await get(hub, HERE), "shelters")
    assert re.findall(r"<strong>(.*?)</strong>", shelters) == ["第1小学校", "第3小学校", "第0小学校", "第2小学校"]
    assert re.search(r"約0\.\d km", shelters) and "洪水時は校舎1階" in shelters and "ペット可、車いす可" in shelters
    assert "満員" in shelters and "混雑" in shelters and "あと約160人" in shelters
    assert "41人" not in shelters, "how many are there is told no finer"


async def test_twenty_alerts_and_thirty_shelters_fit_into_14_kb(hub: Floor) -> None:
    for number in range(20):
        at = NOW + timedelta(minutes=number)
        one = told(f"{number}番の川 {'水位上昇' * (number % 5)}", series=f"s{number}", level=2 + number % 3, sent=at)
        await put(hub.store, one)
    await put(hub.store, open_places(30))
    for path in ("/", HERE, f"{HERE}&lang=vi", f"{HERE}&lang=ja-x-easy"):
        async with aiohttp.ClientSession(hub.url, auto_decompress=False) as raw, raw.get(path) as response:
            assert response.headers["Content-Encoding"] in {"deflate", "gzip"}
            assert len(await response.read()) < 14_000, path
    page = await get(hub, HERE)
    assert page.count('class="alert"') == 8 and page.count("小学校</strong>") == 10
    assert word("all_alerts", "ja", n=12) in page and word("all_shelters", "ja", n=20) in page
    whole = await get(hub, f"{HERE}&all=1")
    assert whole.count('class="alert"') == 20 and whole.count("小学校</strong>") == 30


async def test_a_bear_stands_among_the_notices_of_safety(hub: Floor) -> None:
    await put(hub.store, told("クマの目撃", kind="bear", level=0, alert_level=False, series="bear"))
    page = await get(hub, HERE)
    assert "クマの目撃" in part(page, "safety") and "クマの目撃" not in part(page, "alerts")
    assert word("below", "ja") in part(page, "alerts")


async def test_an_unknown_district_is_said_and_shows_the_whole_city(hub: Floor) -> None:
    for wrong in ("x", "03201", "%00", "'%20or%201=1"):
        status, page = await (await hub.visitor()).get(f"/?area={wrong}", headers={"Accept": "text/html"})
        assert status == 400 or word("unknown_area", "ja") in page


async def test_what_is_hostile_in_a_name_is_text(store: Store) -> None:
    bad = Area(
        code="b", name='<img src=x onerror="1">', kind="district", geometry=shapely.box(141, 39.5, 141.01, 39.51)
    )
    base = ground()
    async with floor(store, ground=replace(base, areas=Areas([*base.areas, bad]))) as hub:
        for path in ("/", "/?area=b", "/districts", "/embed?area=b", "/widget?area=b", "/feed.atom?area=b"):
            assert "<img" not in await get(hub, path)


async def test_a_program_learns_in_short_what_is_in_force(hub: Floor) -> None:
    await put(hub.store, order(4, UCHIMARU))
    status, body = await (await hub.visitor()).get("/in-force.json")
    assert (status, body["alerts"], body["stale"]) == (200, ["order-4-032010001-1"], False)
    page = await get(hub, "/")
    assert (
        'data-in-force="order-4-032010001-1 "' in page
        and f'data-until="{(NOW + timedelta(hours=3)).isoformat()}"' in page
    )
    assert f'data-now="{NOW.isoformat()}"' in page


TOWNS = Gazetteer([Known(name="内丸小学校", lon=141.105, lat=39.705, address="内丸5", exact=True)], "盛岡市")


@pytest.mark.parametrize(
    ("typed", "area"),
    [("内丸", "032010001"), ("うちまる", "032010001"), ("盛岡市内丸", "032010001"), ("uchimaru", "032010001"),
     ("内丸小学校", "032010001"), ("本町", "032010002")],
)  # fmt: skip
async def test_words_lead_to_a_district_and_stand_in_no_address(store: Store, typed: str, area: str) -> None:
    async with floor(store, towns=TOWNS) as hub:
        visitor = await hub.visitor()
        async with visitor.http.post("/districts?lang=en", data={"q": typed}, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, f"/?lang=en&area={area}")


async def test_words_that_mean_nothing_or_too_much_are_asked_about(hub: Floor) -> None:
    visitor = await hub.visitor()
    sent: list[Mapping[str, Any]] = [{"q": "<b>どこか"}, {"q": "町" * 5000}, {}, {"q": ""}]
    for form in sent:
        async with visitor.http.post("/districts", data=form) as response:
            page = await response.text()
            assert response.status == 200 and word("not_found", "ja") in page and "<b>どこか" not in page
    listed = await get(hub, "/districts?lang=en")
    assert 'href="/?lang=en&amp;area=032010001"' in listed and "Uchimaru" in listed


async def test_how_it_looks_is_kept_in_one_cookie_and_only_if_chosen(hub: Floor) -> None:
    visitor = await hub.visitor()
    assert 'data-contrast="high"' not in await get(hub, "/")
    assert not list(visitor.http.cookie_jar)
    async with visitor.http.post("/look", data={"contrast": "1", "back": HERE}, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, f"{HERE}#look")
        assert response.headers["Set-Cookie"].startswith("shirase_look=contrast;")
    _, page = await visitor.get(HERE)
    assert 'data-contrast="high"' in page and 'data-text="large"' not in page
    _, page = await visitor.get("/?look=large")
    assert 'data-text="large"' in page and 'data-contrast="high"' not in page, "the address has the last word"
    await visitor.http.post("/look", data={"back": "/"})
    assert not list(visitor.http.cookie_jar), "with nothing chosen nothing is kept"


@pytest.mark.parametrize(
    "back",
    ["//evil.example/", "https://evil.example/", "/ops", "/\\evil.example", "javascript:1", "/?a=\r\nX: y", "é", ""],
)
async def test_the_button_of_the_looks_leads_nowhere_else(hub: Floor, back: str) -> None:
    visitor = await hub.visitor()
    async with visitor.http.post("/look", data={"large": "1", "back": back}, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    "path", ["/", HERE, "/districts", "/privacy", "/widget", "/embed", "/feed.atom", "/in-force.json"]
)
async def test_a_reader_gets_no_cookie_and_nothing_from_elsewhere(hub: Floor, path: str) -> None:
    visitor = await hub.visitor()
    async with visitor.http.get(path) as response:
        text = await response.text()
        assert response.status == 200 and "Set-Cookie" not in response.headers
    loaded = re.findall(r'(?:src|<link rel="(?:stylesheet|icon)" href)="([^"]+)"', text)
    assert all(one.startswith("/") for one in loaded), loaded
    assert " style=" not in text and "<style" not in text


async def test_subscribing_is_two_taps_away_with_the_district_filled_in(store: Store) -> None:
    assert "district=032010001" in (await _subscribing(store, HERE))
    page = await _subscribing(store, "/subscribe?district=032010001&district=x&topic=water&lang=en")
    assert len(re.findall(r"<input[^>]*checked", page)) == 4, "language, level, topic and district"
    assert "/feed.atom?lang=en&amp;area=032010001&amp;kind=water" in page


async def _subscribing(store: Store, path: str) -> str:
    desk = Subscriptions(store, Seal(SecretStr("x" * 40)), ["032010001"])
    async with floor(store, subscriptions=Offer(desk=desk, mail_from="alerts@city.example")) as hub:
        return await get(hub, path)
