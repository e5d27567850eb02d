"""Learning a river model from floods that were: boosted trees for the chance of a rise and for quantiles of it.

Several made-up thresholds a row, so that the chance holds for any gap. What is chosen beside the trees (the width of
the intervals, the chance from which to warn) is chosen on rivers, or weeks, that the trees in question have not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from geo.river.forecast import QUANTILES, Lead, raw_rises, with_gap
from geo.river.levels import Array
from geo.river.rows import Rows
from geo.river.signs import NAMES
from geo.river.skill import best_threshold
from geo.river.trees import Trees

_GAPS = (0.05, 3.0)  # metres; made-up thresholds lie so far above the level, evenly by their logarithm
_GAPS_A_ROW = 3
_FOLDS = 3
_THINNEST = 0.001  # metres; no half of an interval counts as thinner
_LEAST_UP = 30  # rows; with fewer nothing is said of a width
_SHAPE: dict[str, Any] = {
    "max_iter": 100,
    "learning_rate": 0.06,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 60,
    "max_bins": 63,
}


class TooLittleError(ValueError):
    """There is not enough to learn from; the text says what is missing."""


def learned(data: Rows, seed: int = 0) -> Lead:
    """One lead time from its rows. Raises TooLittleError without floods in three parts at the least.

    Parts are dealt in the order of their names: of weeks, name those with floods first, that none gets all of them.
    """
    parts = sorted(set(data.part))
    if len(parts) < _FOLDS:
        raise TooLittleError(f"floods of {_FOLDS} rivers at the least are needed, here are {len(parts)}")
    if data.up.sum() < _LEAST_UP or not (data.highest >= _GAPS[0]).any():
        raise TooLittleError(f"{int(data.up.sum())} hours with a river that is up; at least {_LEAST_UP} are needed")
    with threadpool_limits(1, "openmp"):  # with more, sorting the signs waits in steps of 10 ms, for each of them
        return _learned(data, parts, seed)


def _learned(data: Rows, parts: Sequence[str], seed: int) -> Lead:
    happened, chances, shares = [], [], []
    for kept, left in _folds(data, parts):
        part = _trees(kept, seed)
        gaps = _gaps(left, 1, seed)
        asked = with_gap(left.signs, gaps)
        happened.append(left.highest >= gaps)
        chances.append(1 / (1 + np.exp(-part.reach.sums(asked))))
        shares.append(_shares(part, left))
    whole = _trees(data, seed)
    return Lead(
        reach=whole.reach,
        rise=whole.rise,
        widen=_widening(np.concatenate(shares)),
        warn=best_threshold(np.concatenate(happened), np.concatenate(chances)),
    )


def _folds(data: Rows, parts: Sequence[str]) -> Iterator[tuple[Rows, Rows]]:
    """Parts to learn from, and parts left out of that."""
    for fold in range(_FOLDS):
        out = np.isin(data.part, parts[fold::_FOLDS])
        yield data.where(~out), data.where(out)


def _trees(data: Rows, seed: int) -> Lead:
    gaps = _gaps(data, _GAPS_A_ROW, seed)
    signs = np.tile(data.signs, (_GAPS_A_ROW, 1))
    happened, weight = np.tile(data.highest, _GAPS_A_ROW) >= gaps, np.tile(data.weight, _GAPS_A_ROW)
    if happened.all() or not happened.any():
        raise TooLittleError("the floods are too few, or all in one part: left out, nothing to learn from remains")
    higher_is_rarer = [0] * len(NAMES) + [-1, 0, 0, 0]
    chance = HistGradientBoostingClassifier(**_SHAPE, l2_regularization=5, early_stopping=False, random_state=seed)
    asked = with_gap(signs, gaps)
    told = _telling(asked)
    chance.set_params(monotonic_cst=[higher_is_rarer[one] for one in told])
    chance.fit(asked[:, told], happened, weight)
    known = _telling(data.signs)
    rise = {}
    for quantile in QUANTILES:
        one = HistGradientBoostingRegressor(
            **_SHAPE, loss="quantile", quantile=quantile, early_stopping=False, random_state=seed
        )
        one.fit(data.signs[:, known], data.end)  # quiet hours may count little: their levels stay
        rise[quantile] = plain(one, known)
    return Lead(reach=plain(chance, told), rise=rise, widen=0.0, warn=0.5)


def _telling(signs: Array) -> list[int]:
    """The signs that are known and not always the same: a city without a rain gauge has none of rain."""
    return [
        place for place, column in enumerate(signs.T) if len(values := column[~np.isnan(column)]) and np.ptp(values) > 0
    ]


def _gaps(data: Rows, times: int, seed: int) -> Array:
    low, high = np.log(_GAPS)
    return np.exp(np.random.default_rng(seed).uniform(low, high, times * len(data)))


def _shares(part: Lead, left: Rows) -> Array:
    """How much wider the 80 % interval would have had to be to hold each rise of a river that is up."""
    up = left.where(left.up)
    foretold = raw_rises(part.rise, up.signs)
    low, middle, high = foretold[:, 0], foretold[:, len(QUANTILES) // 2], foretold[:, -1]
    below = (middle - up.end) / np.maximum(middle - low, _THINNEST)
    above = (up.end - middle) / np.maximum(high - middle, _THINNEST)
    return np.asarray(np.maximum(below, above) - 1)


def _widening(shares: Array) -> float:
    """Conformal: the share that would have been enough for eight of ten."""
    return round(float(np.quantile(shares, 0.8)), 4)


def plain(
    fitted: HistGradientBoostingClassifier | HistGradientBoostingRegressor, signs: Sequence[int] | None = None
) -> Trees:
    """The library's trees as our own tables; ``signs``: which of ours each of its columns was."""
    tables = [trees[0].nodes for trees in fitted._predictors]
    starts = np.cumsum([0, *(len(table) for table in tables)])[:-1]
    nodes = np.concatenate(tables)
    leaf = nodes["is_leaf"].astype(bool)
    shift = np.repeat(starts, [len(table) for table in tables])
    ours = np.arange(fitted.n_features_in_) if signs is None else np.asarray(signs)
    limit = np.minimum(nodes["num_threshold"], np.finfo(np.float64).max)  # a table holds no infinity
    return Trees(
        base=float(np.ravel(fitted._baseline_prediction)[0]),
        roots=starts.astype(np.int32),
        sign=np.where(leaf, -1, ours[np.where(leaf, 0, nodes["feature_idx"])]).astype(np.int32),
        limit=np.where(leaf, 0.0, limit),
        unknown_left=nodes["missing_go_to_left"].astype(bool),
        left=np.where(leaf, 0, nodes["left"] + shift).astype(np.int32),
        right=np.where(leaf, 0, nodes["right"] + shift).astype(np.int32),
        value=np.where(leaf, nodes["value"], 0.0),
    )
