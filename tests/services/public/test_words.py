"""The sentences of the public page: all of them in all six languages, with the same gaps, and none that nobody says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from string import Formatter

import pytest
from aiohttp.test_utils import make_mocked_request

from geo.plow.dumps.crowd import Crowd
from geo.plow.dumps.outlook import Outlook, Why
from rules.dumps.life import State
from rules.wording.languages import LANGUAGES
from services.board_words import table as board
from services.residents.wish import TOPICS
from services.web.pages import STATIC
from services.web.public.words import hinted, language_of, table, tag_of, word
from services.web.roads.filling import foreseen
from services.web.roads.words import table as snow_table

Book = Mapping[str, Mapping[str, str]]
BOOKS = [pytest.param(table(), id="frame"), pytest.param(snow_table(), id="snow")]
MADE = ("do_", "kind_", "threshold_", "plow_", "privacy_", "contrast_", "large_")  # put together from a value


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("book", BOOKS)
def test_every_sentence_stands_in_every_language_with_the_same_gaps(book: Book) -> None:
    for name, texts in book.items():
        assert list(texts) == list(LANGUAGES), name
        assert all(text.strip() for text in texts.values()), name
        assert {tag: gaps(text) for tag, text in texts.items()} == dict.fromkeys(LANGUAGES, gaps(texts["ja"])), name


def test_no_sentence_is_missing_and_none_is_left_over() -> None:
    home = STATIC.parent
    sources = [*home.glob("templates/*public*.html"), *home.glob("public/*.py")]
    sources += [home / f"templates/{name}.html" for name in ("widget", "embed", "privacy", "districts")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    quoted = set(re.findall(r"['\"](\w+)['\"]", text))
    unsaid = {name for name in table() if name not in quoted and not name.startswith(MADE)}
    assert unsaid == set()
    for name in re.findall(r"\bw\('(\w+)'[,)]", text):
        assert name in table(), name


def test_every_threshold_level_and_notice_of_safety_has_its_words() -> None:
    assert {f"threshold_{name}" for name in board()["thresholds"]} <= set(table())
    assert {f"do_{level}" for level in (3, 4, 5)} <= set(table())
    single = {kind for topic in ("animals", "crime") for kind in TOPICS[topic] if not kind.endswith("_cluster")}
    assert {f"kind_{kind}" for kind in single} <= set(table())


def test_what_is_said_of_the_snow_is_all_there_and_all_said() -> None:
    home = STATIC.parent
    sources = [home / "templates/snow_public.html", home / "templates/_snow_dumps.html", home / "roads/filling.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    quoted = set(re.findall(r"['\"](\w+)['\"]", text))
    made = {f"outlook_{name}" for name in quoted | {one.value for one in Why}}
    made |= {f"crowd_{one.value}" for one in Crowd} | {f"dump_{one.value}" for one in State} | {"dump_unknown"}
    made |= {"working", "ordered", "finished"}  # states of a section
    assert {name for name in snow_table() if name not in quoted | made} == set()
    assert set(re.findall(r"\bsay\('(\w+)'[,)]", text)) <= set(snow_table())
    assert {f"crowd_{one.value}" for one in Crowd} | {f"dump_{one.value}" for one in State} <= set(snow_table())


@pytest.mark.parametrize(
    ("why", "days", "said"),
    [
        (Why.FORESEEN, {"early": 26, "likely": 28, "late": 30}, "Full by 28 January as things go (26 January at the"),
        (Why.FORESEEN, {"early": 26, "likely": 28}, "perhaps not within two weeks"),
        (Why.FORESEEN, {"likely": 28}, ""),
        (Why.AHEAD, {"early": 26}, "at the earliest full on 26 January"),
        (Why.AHEAD, {}, "Should last for two weeks"),
        (Why.FULL, {}, "capacity is used up"),
        (Why.TOO_NEW, {"early": 26, "likely": 28}, ""),
    ],
)
def test_how_long_a_dump_lasts_is_told_in_every_language_with_its_doubt(
    why: Why, days: dict[str, int], said: str
) -> None:
    at = {name: date(2027, 1, number) for name, number in days.items()}
    one = Outlook(why=why, volume_m3=1, low_m3=1, high_m3=1, share=0.5, a_day_m3=1, **at)
    told = {language: foreseen(one, language) for language in LANGUAGES}
    assert (
        said in told["en"]
        and (said == "") == (told["en"] == "")
        and all(bool(text) == bool(said) for text in told.values())
    )
    assert all(f"1月{number}日" in told["ja"] for number in days.values() if said)


@pytest.mark.parametrize("book", BOOKS)
def test_a_japanese_sentence_is_not_left_standing_in_another_language(book: Book) -> None:
    kana = re.compile(r"[ぁ-んァ-ヶ]")
    for name, texts in book.items():
        assert not [tag for tag in ("en", "zh-Hans", "ko", "vi") if kana.search(texts[tag])], name


@pytest.mark.parametrize(
    ("said", "asked", "hint"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", "", "ko"),
        ("zh-TW,zh;q=0.9", "", "zh-Hans"),
        ("fr-FR, vi;q=0.5, en;q=0.7", "", "en"),
        ("ja,en;q=0.9", "", ""),
        ("en", "ja", ""),  # the address has the last word
        ("en;q=0", "", ""),
        ("de,*;q=0.1", "", ""),
        (";;,,en-" + "x" * 5000, "", "en"),  # cut short, and still read
        ("en;q=abc", "", ""),
        ("", "", ""),
    ],
)
def test_what_the_browser_says_is_a_hint(said: str, asked: str, hint: str) -> None:
    request = make_mocked_request("GET", f"/?lang={asked}", {"Accept-Language": said})
    assert hinted(request) == hint
    assert language_of(request) == (asked or "ja"), "and never chooses"


def test_plain_japanese_is_spoken_as_japanese_and_english_stands_in() -> None:
    assert (tag_of("ja-x-easy"), tag_of("zh-Hans")) == ("ja", "zh-Hans")
    assert word("order", "ko", n=4, called="피난지시") == "경계레벨 4 피난지시"
