"""In which language the desk answers, and what of it is safe to put into a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import Markup

from services.store.engine import Store
from services.store.users import Role
from services.web.language.catalogue import catalogue
from services.web.language.choice import asked_for
from services.web.language.foreign import marked
from services.web.language.speaking import _, both, in_page, own, speak
from services.web.moments import away, moment, stated, with_age
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
NOW = datetime(2026, 3, 14, 17, 41, tzinfo=UTC)


@pytest.fixture(autouse=True)
def japanese_again() -> Iterator[None]:
    yield
    speak("ja")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "ja"),
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("ja,en;q=0.9", "ja"),
        ("fr,de;q=0.5", "ja"),
        ("en;q=0, ja;q=0", "ja"),
        ("fr, en;q=0.3, ja;q=0.2", "en"),
        ("en;q=x;;,,=", "ja"),
        (",".join(["zz"] * 9000), "ja"),
    ],
)
def test_a_browser_is_only_asked_for_a_first_guess(header: str, language: str) -> None:
    assert asked_for(header) == language


async def test_a_choice_holds_and_caches_are_told(store: Store) -> None:
    async with floor(store) as made:
        person = await made.person(Role.OPERATOR)
        english = {"Accept-Language": "en"}
        async with person.http.get("/ops/outbox", headers=english) as answer:
            text = await answer.text()
            assert '<html lang="en"' in text and ">Outbox</a>" in text
            assert answer.headers["Content-Language"] == "en"
            assert answer.headers["Vary"] == "Cookie, Accept-Language"
        link = re.search(r'href="(/language/ja\?next=[^"]*)"', text)
        assert link
        async with person.http.get(link[1], headers=english) as answer:
            assert answer.url.path == "/ops/outbox"
            assert '<html lang="ja"' in await answer.text()
        async with person.http.get("/ops/outbox", headers=english) as answer:
            assert ">送信箱</a>" in await answer.text()
        stranger = {"Sec-Fetch-Site": "cross-site"}
        async with person.http.get("/language/en", headers=stranger, allow_redirects=False) as answer:
            assert answer.status == 303 and "Set-Cookie" not in answer.headers
        async with person.http.get("/language/en?next=//evil.example/", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/ops"
        assert (await person.get("/language/xx"))[0] == 404


async def test_residents_pages_do_not_follow_the_desk(store: Store) -> None:
    async with floor(store) as made:
        visitor = await made.visitor()
        async with visitor.http.get("/", headers={"Accept-Language": "en"}) as answer:
            assert '<html lang="ja"' in await answer.text()


async def test_scripts_get_their_sentences_for_ever(store: Store) -> None:
    async with floor(store) as made:
        visitor = await made.visitor()
        async with visitor.http.get(f"/language/en/{catalogue('en').digest}.json") as answer:
            said = json.loads(await answer.read())
            assert "immutable" in answer.headers["Cache-Control"]
        assert said["{n}分前"] == ["{n} minute ago", "{n} minutes ago"]
        assert "職員ログイン" not in str(said)  # no script says it
        assert (await visitor.get("/language/en/000000000000.json"))[0] == 404


def test_what_is_no_sentence_of_ours_never_becomes_markup() -> None:
    for language in ("ja", "en"):
        speak(language)
        assert not isinstance(in_page("<b>{x}</b>", x="<i>"), Markup)
        assert in_page("{x.__class__} {y}", x=1, y=2) == "{x.__class__} 2"


def test_a_sentence_counts() -> None:
    assert _("{n}分前", n=1) == "1分前"
    speak("en")
    assert (_("{n}分前", n=1), _("{n}分前", n=2)) == ("1 minute ago", "2 minutes ago")


def test_both_halves_stand_once_each() -> None:
    assert both("名前") == '名前 <span class="en" lang="en">Name</span>'
    assert own("誤り / Wrong") == "誤り"
    speak("en")
    assert both("名前") == "Name"
    assert (own("誤り / Wrong"), own({"ja": "雨", "en": "Rain"}), own({"ja": "雨"})) == ("Wrong", "Rain", "雨")


def test_ages_are_in_words_and_clocks_have_a_zone() -> None:
    at = with_age(NOW)
    spans = [NOW - timedelta(minutes=11), NOW + timedelta(minutes=200), NOW - timedelta(days=3), NOW]
    assert [at(one) for one in spans] == [
        "02:30（11分前）",
        "06:01（3時間20分後）",
        "3/12(木) 02:41（3日前）",
        "02:41（いま）",
    ]
    assert stated(NOW) == "2026年3月15日(日) 02:41 日本時間"
    speak("en")
    assert [away(one, NOW) for one in spans] == ["11 minutes ago", "in 3 h 20 min", "3 days ago", "now"]
    assert moment(NOW, NOW) == "02:41 JST" and moment(spans[2], NOW) == "Thu 12 Mar 02:41 JST"
    assert stated(NOW) == "Sun 15 Mar 2026 02:41 JST"


def test_japanese_passages_of_an_english_page_are_marked() -> None:
    page = (
        '<!doctype html><html lang="en"><title>Map – 盛岡市</title>'
        '<p title="内丸">At 内丸 2丁目, 3 m. <b>Done</b><br>済み。'
        '<p lang="ja">もう<b>印</b>がある</p><option value="1">内丸</option><script>"内丸"</script></html>'
    )
    assert marked(page) == (
        '<!doctype html><html lang="en"><title lang="ja">Map – 盛岡市</title>'
        '<p title="内丸">At <span lang="ja">内丸 2丁目</span>'
        ', 3 m. <b>Done</b><br><span lang="ja">済み。</span><p lang="ja">もう<b>印</b>がある</p>'
        '<option value="1" lang="ja">内丸</option><script>"内丸"</script></html>'
    )
