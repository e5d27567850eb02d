"""Chosen words of a notice, and nothing in between."""

from __future__ import annotations

import pytest

from feeds.crime_people import act_of, looks_of, names_of, suspect_of


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("声かけ", "声かけ"),
        ("城南小学校の近くで女子児童の後をつけた", "つきまとい"),
        ("「息子を名乗る男から」電話", "オレオレ詐欺"),
        ("車に乗らないかと言った", ""),  # what it was is not for us to say
        ("道をたずねた", ""),
    ],
)
def test_the_act_is_one_of_those_known(words: str, act: str) -> None:
    assert act_of(words) == act


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("年齢４０歳代から５０歳代くらい、身長１７０センチ、男", "40歳代・男"),
        ("盛岡太郎、23歳、男性、○○高校の制服、外国人風", "20歳代・男"),
        ("30代くらいの女性、赤い車、ナンバー12-34", "30歳代・女"),
        ("6歳", ""),
        ("黒い服", ""),
    ],
)
def test_of_a_suspect_sex_and_decade(words: str, told: str) -> None:
    assert suspect_of(words) == told


def test_of_a_missing_person_looks_and_no_name() -> None:
    names = names_of((("氏名", "盛岡　花子（82歳）"), ("特徴", "x")))
    assert names == ("盛岡　花子", "盛岡", "花子")
    words = "盛岡花子さん（女性、82歳、身長150センチ）、花子の上着、"
    words += "紺色のズボン、内丸1-2-3方居住、電話019-651-4111、白い帽子"
    assert looks_of(words, names) == "女性、82歳、身長150センチ、紺色のズボン、白い帽子"
