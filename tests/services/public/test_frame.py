"""One frame around every page of residents: who goes from one to the next keeps language, district, size, contrast."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import aiohttp
import pytest
from pydantic import SecretStr

from geo.towns.gazetteer import Gazetteer, Place
from rules.wording.languages import LANGUAGES
from services.configuration.reports import Reports
from services.desks.subscriptions import Offer, Subscriptions
from services.requests.street import Streets
from services.residents.seal import Seal
from services.residents.words import LANGUAGE_NAMES
from services.store.engine import Store
from services.web.public.words import tag_of, word
from tests.services.heard.test_report_page import SERVICES
from tests.services.making import NOW
from tests.services.test_open311 import ROADS, at
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine
AREA = "032010001"
ON_A_ROAD = "&lon={long}&lat={lat}".format(**at(50, 5))
PAGES = (
    *("/?", "/snow?town=内丸", f"/snow?{ON_A_ROAD}", "/report?", "/report?kind=bear", "/report?kind=SNOW_NOT_PLOWED"),
    *("/report/" + "x" * 43 + "?", "/subscribe?", "/subscribe/confirm?t=x", "/privacy?", "/districts?", "/embed?"),
    *("/nowhere?", "/open?", "/open/terms?", "/open/archive?", "/open/api?", "/ogc?f=html", "/ogc/collections?f=html"),
    *("/ogc/api?f=html", "/ogc/collections/hazards/items?f=html&limit=2"),
)
FRAMED_ONLY = ("/nowhere", "/open", "/ogc")  # their own words are in Japanese and English
HTML = {"Accept": "text/html"}
BUDGET, PROMISED = 40_000, 100_000  # bytes
WAYS = {"/", "/snow", "/report", "/subscribe", "/privacy"}


@pytest.fixture
async def anyone(store: Store) -> AsyncIterator[Visitor]:
    desk = Subscriptions(store, Seal(SecretStr("x" * 40)), [AREA])
    offers = {
        "subscriptions": Offer(
            desk=desk, mail_from="alerts@city.example", push_key="BEl6", push_services=("a.example",)
        ),
        "reports": Reports(public=True, per_client=1000, in_all=1000),
        "services": SERVICES,
        "answers": Streets(ROADS),
        "towns": Gazetteer([Place(name="内丸", name_en="Uchimaru", lon=141.11, lat=39.71)], "盛岡市"),
    }
    async with floor(store, now=lambda: NOW, **offers) as hub:
        yield await hub.visitor()


async def get(visitor: Visitor, path: str, **cookies: str) -> str:
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    async with visitor.http.get(path, headers=HTML | ({"Cookie": cookie} if cookie else {})) as response:
        assert response.status in {200, 404}, path
        return await response.text()


def links(page: str) -> dict[str, dict[str, list[str]]]:
    """Pages of residents that are linked → the query of the link."""
    found = (urlsplit(unescape(one)) for one in re.findall(r'<a [^>]*?href="(/[^"]*)"(?! lang=)', page))
    return {one.path: parse_qs(one.query) for one in found if one.path in WAYS}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_speaks_one_language_and_leads_on_in_it(anyone: Visitor, language: str) -> None:
    for path in PAGES:
        page = await get(anyone, f"{path}&lang={language}&area={AREA}")
        assert f'<html lang="{tag_of(language)}"' in page, path
        assert f'aria-current="true">{LANGUAGE_NAMES[language]}<' in page, path
        found = links(page)
        assert found.keys() >= WAYS, path
        for to, query in found.items():
            assert query.get("lang", ["ja"]) == [language] and query["area"] == [AREA], (path, to)
        if tag_of(language) == "ja" or path.startswith(FRAMED_ONLY):
            continue
        ours = page.partition("<main")[2].partition('id="languages"')[0]
        ours = re.sub(r'<(\w+)[^>]*? lang="ja">.*?</\1>', "", ours, flags=re.DOTALL)
        assert re.findall(r"[^<>\n]*[ぁ-んァ-ヶ][^<>\n]*", ours) == [], path


async def test_every_page_looks_as_it_was_chosen_on_one(anyone: Visitor) -> None:
    for path in PAGES:
        plain, chosen = await get(anyone, path), await get(anyone, path, shirase_look="contrast.large")
        assert "data-contrast" not in plain and "data-text" not in plain, path
        assert 'data-contrast="high" data-text="large"' in chosen, path
        back = unescape(re.findall(r'name="back" value="([^"]*)"', chosen)[0])
        async with anyone.http.post("/look", data={"back": back, "large": "1"}, allow_redirects=False) as response:
            there = "/" if back.startswith("/nowhere") else f"{back}#look"
            assert response.headers["Location"] == there, "and is chosen on each"
        anyone.http.cookie_jar.clear()
        assert set(parse_qs(urlsplit(back).query)) >= set(parse_qs(urlsplit(path).query)), back


async def test_a_link_that_asks_for_a_look_is_followed_on_and_undone_by_the_button(anyone: Visitor) -> None:
    page = await get(anyone, "/snow?look=contrast.large&lang=en")
    assert links(page)["/report"] == {"lang": ["en"], "look": ["contrast.large"]}
    assert "look=" not in re.findall(r'name="back" value="([^"]*)"', page)[0]
    assert "look=" not in await get(anyone, "/snow?look=%22%3E%3Cscript%3E")


async def test_other_addresses_are_no_way_back(anyone: Visitor) -> None:
    for back in ("//evil.example/", "https://evil.example/", "/ops", "/snow\\..", "/api/v1/alerts", "/snow/../ops"):
        async with anyone.http.post("/look", data={"back": back, "large": "1"}, allow_redirects=False) as response:
            assert response.headers["Location"] == "/", back


async def test_what_answers_a_form_cannot_be_asked_for_again_and_offers_nothing_that_would(anyone: Visitor) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in {"kind": "bear", "language": "ko", "place": ""}.items():
        form.add_field(name, value)
    async with anyone.http.post(f"/report?area={AREA}", data=form) as response:
        page = await response.text()
    assert response.status == 400 and '<html lang="ko"' in page and 'id="languages"' not in page
    assert word("contrast_on", "ko") not in page and links(page)["/snow"] == {"lang": ["ko"], "area": [AREA]}


async def loaded(visitor: Visitor, path: str) -> int:
    """Bytes of a first visit, packed: the page, its styles and scripts, and what those import."""
    visited, waiting, total = set[str](), [path], 0
    while waiting:
        address = waiting.pop()
        visited.add(address)
        async with visitor.http.get(address, headers=HTML if address == path else {}) as response:
            assert response.headers["Content-Encoding"] in {"gzip", "deflate"}, address
            text = await response.text()
        total += len(gzip.compress(text.encode()))
        found = re.findall(r'(?:href|src)="(/static/[^"]+)"', text) if address == path else []
        if address.endswith(".js"):
            found = [urljoin(address, one) for one in re.findall(r"(?:from|import)\s*'(\.[^']+)'", text)]
        waiting += [one for one in found if one not in visited and one not in waiting]
    return total


async def test_no_page_weighs_more_than_its_budget_on_the_first_visit(anyone: Visitor) -> None:
    weights = {path: await loaded(anyone, path) for path in PAGES}
    print("MEASURED", weights)
    assert weights.pop("/open/api?") < PROMISED, "the whole reference is one page"
    assert max(weights.values()) < BUDGET, weights
