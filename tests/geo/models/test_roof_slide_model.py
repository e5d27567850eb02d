"""Snow off roofs: after a week of snow, in the warm hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.model import Sample
from geo.models.roof_slide import RoofSlide
from tests.geo.snow.winter import HOUR, NOW, hours_of, recent, run

MODEL = RoofSlide()
WEEK = [0.0, 0.0, 15.0, 30.0, 45.0, 60.0, 60.0, 60.0]  # each day at once: fifteen centimetres an hour are snow


def cold_with_a_warm_noon(noon: float) -> list[Sample]:
    """Four days at −8 °C, the last two with a warm noon."""
    hours = hours_of([-8.0] * 4)
    return [
        Sample(one.at, noon if one.at.hour in {5, 6, 7} and NOW - one.at < timedelta(hours=47) else one.value, one.ref)
        for one in hours
    ]


def test_it_slides_now() -> None:
    known = {"snow_depth": recent(60), "air_temperature": recent(-1.0, name="t")}
    (one,) = run(MODEL, known, {"snow_depth": hours_of(WEEK), "air_temperature": hours_of([-1.0] * 3)})
    assert (one.kind, one.level, one.observed) == ("roof_slide", 2, True)
    assert one.facts["week_snow_cm"] == 60 and one.facts["first_thaw"] is False
    assert {evidence.ref for evidence in one.evidence} == {"r0", "t0"}


def test_the_first_thaw_after_a_cold_spell_is_worse() -> None:
    known = {"snow_depth": recent(60), "air_temperature": recent(-1.0, name="t")}
    (one,) = run(MODEL, known, {"snow_depth": hours_of(WEEK), "air_temperature": hours_of([-6.0] * 3)})
    assert (one.level, one.facts["first_thaw"]) == (3, True) and "初めてのゆるみ" in one.evidence[0].text


def test_the_hours_of_tomorrow_are_told() -> None:
    known = {"snow_depth": recent(60), "air_temperature": recent(-8.0, name="t")}
    season = {"snow_depth": hours_of(WEEK), "air_temperature": cold_with_a_warm_noon(1.0)}
    (one,) = run(MODEL, known, season)
    assert (one.observed, one.level, one.source) == (False, 1, "g1:foreseen")
    assert one.probability is not None and 0.3 <= one.probability <= 0.9
    assert (one.facts["hours_from"], one.facts["hours_to"]) == ("13:00", "16:00") and "13:00～16:00ごろ" in one.headline


def test_cold_or_little_snow_or_a_bare_roof_slides_not() -> None:
    cold = {"snow_depth": recent(60), "air_temperature": recent(-8.0, name="t")}
    assert run(MODEL, cold, {"snow_depth": hours_of(WEEK), "air_temperature": hours_of([-8.0] * 3)}) == []
    warm = {"snow_depth": recent(60), "air_temperature": recent(1.0, name="t")}
    assert run(MODEL, warm, {"snow_depth": hours_of([60.0] * 8), "air_temperature": hours_of([1.0] * 3)}) == []
    bare = {"snow_depth": recent(5), "air_temperature": recent(1.0, name="t")}
    assert run(MODEL, bare, {"snow_depth": hours_of(WEEK), "air_temperature": hours_of([1.0] * 3)}) == []
    assert run(MODEL, {"snow_depth": recent(60)}, {"snow_depth": hours_of(WEEK)}) == []
    assert run(MODEL, warm, {"snow_depth": hours_of(WEEK)})[0].observed  # no past is needed for now


def test_of_a_thermometer_that_has_just_begun_nobody_knows_whether_it_thaws_first() -> None:
    known = {"snow_depth": recent(60), "air_temperature": recent(1.0, name="t")}
    last = hours_of([1.0] * 3)[-1:]
    (one,) = run(MODEL, known, {"snow_depth": hours_of(WEEK), "air_temperature": last})
    assert one.observed and one.facts["first_thaw"] is False


@given(st.floats(-20, 10), st.floats(-30, 30))
def test_values_to_come_change_nothing(air: float, poison: float) -> None:
    known = {"snow_depth": recent(60), "air_temperature": recent(air, name="t")}
    season = {"snow_depth": hours_of(WEEK), "air_temperature": hours_of([air - 3] * 3)}
    later = known | {"air_temperature": [*known["air_temperature"], Sample(NOW + HOUR, poison, "x")]}
    poisoned = {name: [*some, Sample(NOW + HOUR, poison, "y")] for name, some in season.items()}
    assert run(MODEL, later, poisoned) == run(MODEL, known, season)


@pytest.mark.parametrize(
    ("fallen", "lying", "air", "found"),
    [
        (40.0, 10.0, -2.0, True),
        (39.0, 10.0, -2.0, False),
        (40.0, 9.9, -2.0, False),
        (40.0, 10.0, -2.1, False),
    ],
)
def test_where_it_begins(fallen: float, lying: float, air: float, found: bool) -> None:
    """40 cm in a week, 10 of them still on the roof, and −2 °C."""
    week = [0.0, 0.0, 10.0, 20.0, 30.0, fallen, fallen, fallen]
    known = {"snow_depth": recent(lying), "air_temperature": recent(air, name="t")}
    season = {"snow_depth": hours_of(week), "air_temperature": hours_of([-8.0] * 3)}
    assert any(one.observed for one in run(MODEL, known, season)) is found


@pytest.mark.parametrize(("hours_ago", "first"), [(50, True), (46, False)])
def test_a_cold_spell_is_two_days(hours_ago: int, first: bool) -> None:
    air = [replace(one, value=0.0 if NOW - one.at == hours_ago * HOUR else -8.0) for one in hours_of([-8.0] * 4)]
    known = {"snow_depth": recent(60), "air_temperature": recent(-1.0, name="t")}
    (one,) = run(MODEL, known, {"snow_depth": hours_of(WEEK), "air_temperature": air})
    assert one.facts["first_thaw"] is first
