"""Which posts are hints of danger in the city, and what makes them doubtful."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.social.post import Post
from geo.geojson import ProfileError
from geo.heard.book import MARKS, read_book
from geo.heard.lead import day_of, lead_of
from tests.geo.heard.making import MORIOKA, NOW, book, matcher


def found(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    one = matcher().match(text, NOW)
    return one and (one.place, one.hazards, one.marks)


@pytest.mark.parametrize(
    ("text", "place", "hazard"),
    [
        ("盛岡 内丸で道路が冠水してます", "内丸", "flood"),
        ("#もりおか の開運橋、下の道が水没", "開運橋", "flood"),
        ("開運橋のあたり停電してる", "開運橋", "lifeline"),  # it is nowhere else
        ("盛岡市青山で火事、黒煙がすごい", "青山", "fire"),
        ("もりおか　ﾂﾙﾂﾙ で歩けない、本町通", "本町通", "ice"),  # half-width kana
        ("岩手の中津川が増水してきた", "中津川", "flood"),  # the prefecture says that it is ours
        ("盛岡でクマ出た、こわい", "盛岡市", "bear"),
        ("Flooded near Morioka station!", "盛岡市", "flood"),
        ("盛岡、仙北で立ち往生", "仙北", "snow"),
        ("盛岡の明治橋、北上川の水かさやばい", "明治橋", "flood"),  # the finest place
    ],
)
def test_a_place_of_ours_and_a_danger_make_a_hint(text: str, place: str, hazard: str) -> None:
    told = found(text)
    assert told is not None and (told[0], told[1]) == (place, (hazard,)) and told[2] == ()


@pytest.mark.parametrize(
    "text",
    [
        "内丸で冠水",  # 内丸 is elsewhere, too: 八戸
        "本町通り 停電",
        "中津川が増水",  # there is a town of that name
        "南青山で停電",
        "岩手で停電しているところがある",  # the prefecture alone is not the city
        "盛岡冷麺おいしい",
        "盛岡のクマのぬいぐるみ",
        "盛岡市長の感情の氾濫",
        "floodedness in moriokaland",  # no whole words
        "盛岡 https://example.jp/冠水",  # in an address
        "@盛岡 冠水",  # the name of an account: no place
        "",
    ],
)
def test_names_that_are_also_elsewhere_and_words_that_mean_something_else_make_none(text: str) -> None:
    assert found(text) is None


def test_people_are_no_places() -> None:
    assert found("盛岡の上田さんの家が停電") == ("盛岡市", ("lifeline",), ())
    assert found("中野区で停電、盛岡は無事?")[0] == "盛岡市"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("【訓練】盛岡で浸水", "drill"),
        ("去年の盛岡の冠水", "past"),
        ("平成25年の盛岡の氾濫", "past"),
        ("2013年、盛岡の簗川が氾濫", "past"),
        ("8月9日の盛岡の土石流", "past"),
        ("盛岡は明日、停電の予報", "ahead"),
        ("盛岡も仙台も停電", "elsewhere"),
        ("盛岡で火災 NHKニュース", "news"),
        ("盛岡は冠水してないです", "negated"),
        ("盛岡駅、停電はありません", "negated"),
        ("盛岡で停電らしい", "unsure"),
        ("盛岡で停電って本当？", "unsure"),
        ("盛岡が冠水する夢を見た", "unsure"),
    ],
)
def test_what_makes_a_hint_doubtful_is_told_and_does_not_hide_it(text: str, mark: str) -> None:
    told = found(text)
    assert told is not None and mark in told[2]


def test_todays_date_is_no_memory() -> None:
    told = found("11月22日12時、盛岡で冠水。11/22")
    assert told is not None and told[2] == ()


def test_one_danger_that_is_denied_and_one_that_is_not_is_not_denied() -> None:
    told = found("盛岡、停電はしてないけど断水してる")
    assert told is not None and "negated" not in told[2]


def test_several_dangers_of_one_post() -> None:
    told = found("盛岡で停電と断水、道も冠水")
    assert told is not None and told[1] == ("flood", "lifeline")


def test_a_lead_keeps_no_word_of_the_post_and_no_author() -> None:
    text = "盛岡の内丸1-2-3山田太郎の家が冠水 090-1234-5678"
    post = Post(
        provider="x", id="7", link="https://x.com/i/web/status/7", at=NOW, language="ja", text=text, author="77"
    )
    match = matcher().match(text, NOW)
    assert match is not None
    lead = lead_of(post, match, b"salt of a day")
    kept = repr(lead)
    assert not any(secret in kept for secret in ("山田", "090", "1-2-3", "'77'"))
    assert lead.person == lead_of(post, match, b"salt of a day").person != lead_of(post, match, b"another day").person
    assert day_of(NOW + timedelta(hours=12, minutes=1)) != day_of(NOW), "a day is a day in Japan"


_PIECES = st.sampled_from(
    [
        "盛岡",
        "内丸",
        "冠水",
        "停電",
        "ない",
        "\x00",
        "去年",
        "?",
        "(",
        "クマ",
        "さん",
        "南",
        "青山",
        "\ud800",
        "🐻",
        " ",
        "訓練",
    ]
)


@given(st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=60))
def test_any_text_can_be_looked_at_and_its_spelling_does_not_matter(text: str) -> None:
    one = matcher().match(text, NOW)
    assert one == matcher().match(f"  {text}\n", NOW)
    if one is not None:
        assert one.place in book().by_name and one.hazards and set(one.marks) <= set(MARKS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('sure = ["銀座"]', "sure: 銀座"),
        ('[[more]]\nkind = "meteor"', "meteor is no hazard"),
        ('[[place]]\nname = "銀河鉄道"', "needs lon and lat"),
        (
            '[[hazard]]\nkind = "ash"\nja = "灰"\nen = "Ash"\nreport = "ash"\nwords = ["降灰"]',
            "ash is no kind of report",
        ),
        ("words = 1", "words: Extra inputs"),
        ("x = ", "Invalid value"),
    ],
)
def test_what_a_city_writes_wrongly_is_named(text: str, told: str, tmp_path: Path) -> None:
    tmp_path.joinpath("listening.toml").write_text(text)
    with pytest.raises(ProfileError, match=told):
        read_book(tmp_path, book().spots, "盛岡市", "Morioka", ("damage", "bear", "other"))


def test_a_city_without_a_file_of_its_own_is_called_by_its_name() -> None:
    one = read_book(MORIOKA / "layers", (), "花巻市", "Hanamaki City", ("damage", "bear", "other"))
    assert one.context == ("hanamaki", "花巻")
