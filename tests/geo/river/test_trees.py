"""What was learned is a table of numbers that says what the library says, and a bad table is refused."""

from __future__ import annotations

import json
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


def rises() -> tuple[Any, Trees]:
    fitted = HistGradientBoostingRegressor(loss="quantile", quantile=0.7, max_iter=25).fit(SIGNS, CAME)
    return fitted, plain(fitted)


def test_the_table_says_what_the_library_says() -> None:
    fitted, trees = rises()
    assert trees.sums(SIGNS) == pytest.approx(fitted.predict(SIGNS), abs=1e-9)
    chance = HistGradientBoostingClassifier(max_iter=25).fit(SIGNS, CAME > 1)
    assert plain(chance).sums(SIGNS) == pytest.approx(chance.decision_function(SIGNS), abs=1e-9)


def test_it_is_the_same_after_a_file() -> None:
    _, trees = rises()
    again = from_table(json.loads(json.dumps(trees.table())))
    assert np.array_equal(again.sums(SIGNS), trees.sums(SIGNS))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"left": None}, "trees"),
        ({"value": [1.0]}, "one length"),
        ({"roots": [999_999]}, "does not exist"),
        ({"base": float("nan")}, "not finite"),
        ({"sign": "loop"}, "leads back"),
    ],
)
def test_a_bad_table_is_refused(change: dict[str, Any], said: str) -> None:
    told = rises()[1].table()
    if change == {"sign": "loop"}:  # a branch that leads to itself would never end
        told["left"][0] = 0
    else:
        told |= change
    with pytest.raises(ValueError, match=said):
        from_table(told)
