"""An outlook in words: no finer than it is known, never certain, and always by what means."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from geo.river.outlook import Method, Outlook, Why, outlooks
from geo.river.saying import METHODS, WHYS, chance_told, expectation, means
from tests.geo.making import gauge, ground, inputs, series

ONE = outlooks(inputs("g1", "water_level", series([2.6] * 7)), ground(gauge()))["g1"]


def as_method(method: Method, why: Why = "") -> Outlook:
    return replace(ONE, method=method, why=why)


def test_every_means_and_every_reason_has_words_in_both_languages() -> None:
    assert set(METHODS) == set(get_args(Method)) and set(WHYS) == set(get_args(Why)) - {""}
    assert means(as_method("extrapolated", "no_normal")) == (
        "予測の方法：今の変化を伸ばした見込み（平常時の水位がわからないため） / "
        "Forecast: the present rise, damped (its ordinary level is not known)"
    )


@pytest.mark.parametrize(
    ("method", "chance", "said"),
    [
        ("learned", 0.999, 0.95),
        ("learned", 0.63, 0.65),
        ("learned", 0.01, 0.0),
        ("extrapolated", 0.999, 0.9),
        ("extrapolated", 0.63, 0.6),
    ],
)
def test_a_chance_is_told_no_finer_than_it_is_known(method: Method, chance: float, said: float) -> None:
    assert chance_told(as_method(method), chance) == said


def test_the_range_is_that_of_the_last_lead() -> None:
    chances, level = expectation(as_method("learned"), "judgement").split("。")
    assert chances == "達する確率は 1時間以内 95％、2時間以内 95％、3時間以内 95％、6時間以内 95％"
    assert level == "6時間後の水位は 2.1～3.1 m（80％の幅）"
