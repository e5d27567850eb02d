"""What was learned is a table of numbers that says what the library says, and a bad table is refused."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from geo.river.learning import plain
from geo.river.trees import Trees, from_table

RANDOM = np.random.default_rng(3)
SIGNS = RANDOM.normal(0, 1, (600, 5))
SIGNS[RANDOM.random(SIGNS.shape) < 0.1] = np.nan
CAME = np.nan_to_num(SIGNS[:, 0]) ** 2 + np.nan_to_num(SIGNS[:, 3]) + RANDOM.normal(0, 0.1, 600)


@cache
def rises() -> tuple[Any, Trees]:
    fitted = HistGradientBoostingRegressor(loss="quantile", quantile=0.7, max_iter=25).fit(SIGNS, CAME)
    return fitted, plain(fitted)


def test_the_table_says_what_the_library_says() -> None:
    fitted, trees = rises()
    assert np.array_equal(trees.sums(SIGNS), fitted.predict(SIGNS)), "to the last bit"
    chance = HistGradientBoostingClassifier(max_iter=25).fit(SIGNS, CAME > 1)
    assert np.array_equal(plain(chance).sums(SIGNS), chance.decision_function(SIGNS))
    many = np.tile(SIGNS, (3, 1))
    assert np.array_equal(trees.sums(many), np.tile(trees.sums(SIGNS), 3)), "in parts as in one"
    assert trees.sums(SIGNS[:0]).shape == (0,)


def test_columns_that_say_nothing_are_left_out_and_the_others_keep_their_places() -> None:
    wanted = [0, 3, 4]
    fitted = HistGradientBoostingRegressor(max_iter=25).fit(SIGNS[:, wanted], CAME)
    assert np.array_equal(plain(fitted, wanted).sums(SIGNS), fitted.predict(SIGNS[:, wanted]))


def test_it_is_the_same_after_a_file() -> None:
    _, trees = rises()
    told = json.dumps(trees.table(), allow_nan=False)
    assert np.array_equal(from_table(json.loads(told), 5).sums(SIGNS), trees.sums(SIGNS))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"left": None}, "left: must be a list"),
        ({"left": [[1, 2], [3]]}, "left: must be a list"),
        ({"left": []}, "left: must be a list"),
        ({"value": [1.0]}, "one length"),
        ({"value": [1.0, float("inf")]}, "value: a value that is not finite"),
        ({"limit": ["low", "high"]}, "limit: holds something that is no number"),
        ({"sign": [0.5, 1.0]}, "sign: holds something that is no whole number"),
        ({"unknown_left": ["no", "no"]}, "unknown_left: holds something that is no true or false"),
        ({"unknown_left": [0, 1]}, "unknown_left: holds something that is no true or false"),
        ({"roots": [2**40]}, "roots: a number from -1"),
        ({"roots": [10**30]}, "roots: holds something"),
        ({"roots": [999_999]}, "a root that does not exist"),
        ({"base": float("nan")}, "base: must be a finite number"),
        ({"base": True}, "base: must be a finite number"),
        ({"more": 1}, "nothing else"),
    ],
)
def test_a_bad_table_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_table(rises()[1].table() | change, 5)


def test_a_branch_that_leads_back_would_never_end_and_a_sign_too_many_is_none() -> None:
    told = rises()[1].table()
    told["left"][0] = 0
    with pytest.raises(ValueError, match="leads back"):
        from_table(told, 5)
    with pytest.raises(ValueError, match="a sign that does not exist"):
        from_table(rises()[1].table(), 3)
