"""The outlook of a gauge without a learned model: extrapolated, or thresholds alone, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.model import Sample
from geo.river.forecast import LEADS
from geo.river.gauge import GaugeConfig
from geo.river.outlook import Outlook, outlooks, watched
from tests.geo.making import NOW, gauge, ground, inputs, series

RISING = [2.6 - 0.05 * i for i in range(6, -1, -1)]  # 0.3 m an hour
CITY = ground(gauge())


def of(samples: list[Sample], minutes: float = 0) -> Outlook:
    now = NOW + timedelta(minutes=minutes)
    return outlooks(replace(inputs("g1", "water_level", samples), now=now), CITY)["g1"]


def test_a_rise_goes_on_and_says_that_nothing_better_is_there() -> None:
    one = of(series(RISING))
    assert (one.method, one.why, one.made_at, one.measured_at) == ("extrapolated", "no_model", NOW, NOW)
    assert [lead.hours for lead in one.ahead] == list(LEADS)
    assert [lead.q50 for lead in one.ahead] == pytest.approx([2.6 + 0.3 * share for share in (0.8, 1.4, 1.8, 3.6)])
    assert one.expected["danger"] - NOW == pytest.approx(timedelta(hours=0.8), abs=timedelta(minutes=2))
    assert set(one.expected) == {"danger"}, "caution and judgement are reached already, overflow is too far"
    assert all(lead.chances["caution"] == lead.chances["judgement"] == 1 for lead in one.ahead)
    assert [sorted(lead.warned) for lead in one.ahead] == [["danger"]] * 4
    assert one.ahead[0].chances["danger"] == pytest.approx(0.71615, abs=1e-5)  # 0.04 m above it, error 0.07 m


def test_the_leads_count_from_now_and_not_from_the_report() -> None:
    fresh, old = of(series(RISING)), of(series(RISING), minutes=20)
    assert old.made_at - old.measured_at == timedelta(minutes=20)
    assert old.ahead[0].q50 > fresh.ahead[0].q50 and old.expected == fresh.expected


def test_a_silent_gauge_and_one_without_a_slope_have_their_thresholds_alone() -> None:
    for one, why in ((of(series(RISING), minutes=31), "silent"), (of(series([2.6, 2.6])), "no_slope")):
        assert (one.method, one.why, one.ahead, one.expected) == ("thresholds", why, (), {})
        assert one.level == 2.6


def test_a_gauge_that_says_nothing_has_no_outlook() -> None:
    assert outlooks(inputs("other", "water_level", series(RISING)), CITY) == {}


def test_models_that_ask_for_the_same_gauges_one_after_the_other_share_the_work() -> None:
    known = inputs("g1", "water_level", series(RISING))
    once = watched(known, CITY, GaugeConfig())
    assert watched(known, CITY, GaugeConfig()) is once
    later = watched(replace(known, now=NOW + timedelta(minutes=31)), CITY, GaugeConfig())
    assert (once["g1"][1].method, later["g1"][1].method) == ("extrapolated", "thresholds")


LEVELS = st.lists(st.floats(0.0, 5.0), min_size=1, max_size=14)


@given(LEVELS, LEVELS)
@settings(max_examples=50)
def test_values_after_now_never_change_an_outlook(past: list[float], future: list[float]) -> None:
    known = series(past)
    later = [Sample(NOW + timedelta(minutes=10 * i), value, "later") for i, value in enumerate(future, 1)]
    assert of([*known, *later]) == of(known)


@given(LEVELS)
def test_chances_never_fall_with_the_lead_and_quantiles_never_cross(past: list[float]) -> None:
    one = of(series(past))
    for lead in one.ahead:
        assert lead.q10 <= lead.q50 <= lead.q90
    for near, far in zip(one.ahead, one.ahead[1:], strict=False):
        assert all(far.chances[name] >= chance for name, chance in near.chances.items())
        assert near.warned <= far.warned
    assert all(at > one.measured_at for at in one.expected.values())
