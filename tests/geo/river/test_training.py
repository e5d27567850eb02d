"""A city's own past: enough or not, and whether a model learned from it is better than what is in use."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from geo.river.forecast import LEADS, RiverModel
from geo.river.learning import TooLittleError
from geo.river.levels import Levels
from geo.river.training import Past, learned_from
from geo.river.trial import Trial, tried
from geo.river.weeks import WEEK, weeks, with_normals
from tests.geo.river.making import bold_trees, two_gauges

PAST = two_gauges(weeks=5)
END = PAST.time(len(PAST.values) - 1)


@pytest.fixture(scope="module")
def past() -> Past:
    return Past.of(PAST)


@pytest.fixture(scope="module")
def trial(past: Past) -> Trial:
    with bold_trees():
        return tried(past.weeks, None)


@pytest.fixture(scope="module")
def model(past: Past, trial: Trial) -> RiverModel:
    with bold_trees():
        return learned_from(past, trial, END, "0.1.0")


def test_a_week_ends_with_itself_and_begins_with_what_was_before() -> None:
    whole = with_normals(PAST)
    all_weeks = weeks(whole, [6])
    assert [week.begin.weekday() for week in all_weeks] == [0] * len(all_weeks)
    assert sum(week.flood for week in all_weeks) == 5
    values = PAST.values.copy()
    third = (all_weeks[3].begin - PAST.begin) // timedelta(minutes=10)
    values[third:] = 99.0
    for before, after in zip(all_weeks[:3], weeks(replace(whole, values=values), [6])[:3], strict=True):
        assert np.array_equal(before.rows[6].signs, after.rows[6].signs, equal_nan=True)
        assert np.array_equal(before.rows[6].end, after.rows[6].end), "no week knows what became of the next"
    first_hours = all_weeks[2].rows[6].signs[:2, 4]  # slope of six hours, at the very beginning of a week
    assert not np.isnan(first_hours).any()


def test_what_was_learned_beats_the_damped_slope_on_weeks_left_out(trial: Trial, model: RiverModel) -> None:
    assert trial.against == "extrapolation" and not trial.worse
    assert max(trial.ratios) < 1
    assert set(trial.scores[3]) == {"candidate", "extrapolation", "persistence"}
    assert set(model.leads) == set(LEADS)
    known = model.provenance
    assert known is not None and known.stations == ("up", "down")
    assert (known.since, known.until, known.trained_at) == (PAST.begin, END, END)
    assert (
        known.rows > 500
        and len(known.digest) == 64
        and set(known.scores)
        == {
            "crps_of_extrapolation",
            "brier_of_extrapolation",
        }
    )
    assert model.normals == pytest.approx({"up": 0.5, "down": 0.4}, abs=0.05)


def spoiled(model: RiverModel) -> RiverModel:
    """One that always expects a metre more, and a flood."""
    leads = {
        hours: replace(
            lead,
            reach=replace(lead.reach, base=lead.reach.base + 5),
            rise={one: replace(trees, base=trees.base + 1) for one, trees in lead.rise.items()},
        )
        for hours, lead in model.leads.items()
    }
    return replace(model, leads=leads)


def with_until(model: RiverModel, weeks_ago: int) -> RiverModel:
    assert model.provenance is not None
    return replace(model, provenance=replace(model.provenance, until=END - weeks_ago * WEEK))


def test_only_weeks_that_are_newer_than_the_model_in_use_count(past: Past, trial: Trial, model: RiverModel) -> None:
    with bold_trees():
        better = tried(past.weeks, with_until(spoiled(model), 3))
        assert better.against == "in_use" and not better.worse
        assert better.rows[3] < trial.rows[3]
        assert better.scores[3]["in_use"].crps_m > better.scores[3]["candidate"].crps_m
        with pytest.raises(TooLittleError, match=r"until when the model in use has learned, there were floods in [01]"):
            tried(past.weeks, with_until(model, 1))


def test_what_is_worse_by_either_score_is_worse(trial: Trial) -> None:
    one = dict(trial.scores[3])
    for change in ({"crps_m": 9.0}, {"brier": 9.0}):
        worse = one | {"candidate": replace(one["candidate"], **change)}
        assert replace(trial, scores={3: worse}).worse
    assert not replace(trial, scores={3: one | {"candidate": one["extrapolation"]}}).worse, "as good is not worse"


def test_too_little_is_told_gauge_by_gauge() -> None:
    short = two_gauges(weeks=2)
    with pytest.raises(TooLittleError) as refused:
        Past.of(short)
    said = str(refused.value)
    assert "720 hours of levels each ten minutes" in said and "in 3 different weeks, here are 2" in said
    assert "up: 33" in said and "down: 33" in said
    quiet: Levels = replace(PAST, values=np.minimum(PAST.values, 0.55))
    with pytest.raises(TooLittleError, match="in 3 different weeks, here are 0"):
        Past.of(quiet)
