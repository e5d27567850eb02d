"""Scores, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from geo.river.forecast import quantile_score, widened
from geo.river.skill import best_threshold, brier_skill, contingency, skill_against

HAPPENED = np.array([True, True, True, False, False, False, False, False])


def test_contingency() -> None:
    warned = np.array([True, True, False, True, False, False, False, False])
    assert contingency(HAPPENED, warned) == (2 / 3, 1 / 3, 2 / 4)
    assert contingency(HAPPENED, np.zeros(8, dtype=bool)) == (0.0, None, 0.0)
    assert contingency(np.zeros(8, dtype=bool), np.zeros(8, dtype=bool)) == (None, None, None)


def test_brier_skill() -> None:
    assert brier_skill(HAPPENED, HAPPENED.astype(float)) == 1
    assert brier_skill(HAPPENED, np.full(8, 3 / 8)) == pytest.approx(0)
    assert brier_skill(np.zeros(8, dtype=bool), np.zeros(8)) is None, "without an event nothing can be said"


def test_the_quantile_score_of_one_known_level_is_its_error() -> None:
    foretold = np.array([[1.0, 1.0, 1.0, 1.0, 1.0]])
    assert quantile_score(np.array([1.5]), foretold) == pytest.approx([0.5])
    spread = np.array([[0.0, 0.5, 1.0, 1.5, 2.0]])
    assert quantile_score(np.array([1.0]), spread) == pytest.approx([2 * (0.1 + 0.125 + 0 + 0.125 + 0.1) / 5])
    assert skill_against(np.array([0.2]), np.array([0.4])) == pytest.approx(0.5)
    assert skill_against(np.array([]), np.array([])) is None


def test_an_interval_is_widened_about_its_middle() -> None:
    assert widened(np.array([[0.0, 1.0, 2.0, 3.0, 6.0]]), 0.5).tolist() == [[-1.0, 0.5, 2.0, 3.5, 8.0]]


def test_the_best_threshold_tells_events_from_the_rest() -> None:
    chances = np.array([0.6, 0.7, 0.65, 0.1, 0.2, 0.3, 0.2, 0.1])
    assert 0.3 < best_threshold(HAPPENED, chances) <= 0.6
