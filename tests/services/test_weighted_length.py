"""Weights as X counts them, and cutting that loses nothing."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from services.channels.thread.cutting import Scale, clipped, prepared, split
from services.channels.x.weight import URL, weighted_length

SCALE = Scale(weighted_length, regex.compile(f"{URL.pattern}|[A-Za-z0-9]+", URL.flags))


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("This is a test.", 15),
        ("あ" * 140, 280),
        ("ｱｶﾞ", 6),  # half-width kana, and its voice mark counted by itself
        ("か\u3099", 2),  # NFC first
        ("e\u0301", 1),
        ("저찀쯿쿿", 8),
        ("—“”…", 5),  # the ellipsis is outside the light ranges
        ("\u2028", 2),
        ("🐱", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🏃🏽‍♂️", 2),
        ("❤️‍🔥", 2),
        ("🇯🇵", 2),
        ("1️⃣", 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("☀️", 2),
        ("©", 1),
        ("©️", 2),
        ("http://test.com", 23),
        ("test.com", 23),
        ("city.example.jp", 23),
        ("Test https://test.com test https://test.com test.com test", 86),
        ("https://www.city.example.jp/kurashi/anzen/bousai/1000001/index.html?a=b&c=%E3%81%82#x を見て", 30),
        ("詳細https://example.jp/a。", 29),
        ("(https://example.jp/x)", 25),
        ("https://example.com/a(b)c.", 24),
        ("info@city.jp", 12),  # a mail address is no link
        ("水位2.5mを12.5cm超過", 20),  # nor is a number
        ("very-long-name-that-is-not-a-known-domain.example", 49),  # not sure: the heavier reading
        ("", 0),
    ],
)
def test_weight(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


SENTENCES = st.text(
    alphabet=st.sampled_from("あ漢。、「」ー \nabc19./-@🐱👍🏽\u200d❤\ufe0f🇯🇵か\u3099e\u0301ｶﾞ％"),
    min_size=0,
    max_size=300,
)
TEXTS = st.one_of(
    SENTENCES,
    st.text(max_size=200),
    st.lists(
        st.sampled_from(["川が", "https://example.jp/a/b?c=d", "示す。", " ", "example.com", "x" * 90, "👨‍👩‍👧"])
    ).map("".join),
)


def solid(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, st.integers(min_value=60, max_value=280))
def test_splitting_loses_nothing_and_never_exceeds(text: str, room: int) -> None:
    whole = prepared(text)
    pieces = split(whole, lambda _: room, SCALE)
    assert solid("".join(pieces)) == solid(whole)
    assert all(weighted_length(piece) <= room for piece in pieces)
    assert all(piece.strip() for piece in pieces)


@given(TEXTS, st.integers(min_value=60, max_value=120))
def test_cuts_fall_between_graphemes(text: str, room: int) -> None:
    whole = prepared(text)
    borders = {found.end() for found in regex.finditer(r"\X", whole)}
    at = 0
    for piece in split(whole, lambda _: room, SCALE):
        at = whole.index(piece, at) + len(piece)
        assert at in borders


@given(st.text())
def test_prepared_is_stable_normal_and_clean(text: str) -> None:
    once = prepared(text)
    assert prepared(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in once.replace("\n", ""))


def test_cuts_prefer_the_end_of_a_sentence_and_spare_links() -> None:
    text = "川の水位が上がっています。すぐに川から離れてください。詳しくは https://example.jp/a をご覧ください。"
    assert split(text, lambda _: 60, SCALE) == (
        "川の水位が上がっています。すぐに川から離れてください。",
        "詳しくは https://example.jp/a をご覧ください。",
    )
    assert split("危険です！」と「警告」した", lambda _: 12, SCALE)[0] == "危険です！」"


def test_one_grapheme_heavier_than_a_post_is_refused_with_the_cure() -> None:
    with pytest.raises(ValueError, match="stacked marks"):
        split("x" + "\u20dd" * 200, lambda _: 100, SCALE)


def test_a_label_is_cut_with_an_ellipsis() -> None:
    assert clipped("山岸\n地区", 20, SCALE) == "山岸 地区"
    assert clipped("👨‍👩‍👧" * 30, 12, SCALE) == "👨‍👩‍👧" * 5 + "…"
