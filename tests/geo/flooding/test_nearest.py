"""Which map a level calls for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.flooding.nearest import nearest
from geo.flooding.scenario import MAXIMUM, PLANNED, UNSTATED, Scenario, scenario_named
from tests.geo.making import gauge

TEN, THIRTY = scenario_named("1/10"), scenario_named("1/30")
ALL = (TEN, THIRTY, PLANNED, MAXIMUM)
KNOWN = {"1/10": 2.5, "1/30": 3.0, "planned": 3.5}


@pytest.mark.parametrize(
    ("value", "level", "drawn", "scenario", "at_least"),
    [
        (2.7, 3, ALL, None, False),
        (2.9, 4, ALL, PLANNED, False),
        (4.1, 5, ALL, MAXIMUM, False),
        (2.9, 4, (MAXIMUM,), MAXIMUM, False),
        (2.9, 4, (UNSTATED,), UNSTATED, False),
        (2.9, 4, (TEN, THIRTY), THIRTY, True),
        (4.1, 5, (PLANNED,), PLANNED, True),
        (2.9, 4, (Scenario("planned", 150), MAXIMUM), Scenario("planned", 150), False),
        (4.1, 5, (), None, False),
    ],
)
def test_by_thresholds(
    value: float, level: int, drawn: tuple[Scenario, ...], scenario: Scenario | None, at_least: bool
) -> None:
    found = nearest(gauge(), value, level, drawn)
    assert (found and found.scenario, bool(found and found.at_least)) == (scenario, at_least)


@pytest.mark.parametrize(
    ("value", "level", "scenario", "wanted"),
    [
        (2.4, 3, None, None),
        (2.5, 3, TEN, TEN),
        (2.4, 4, TEN, TEN),
        (2.6, 3, THIRTY, THIRTY),
        (3.0, 4, THIRTY, THIRTY),
        (3.4, 4, PLANNED, PLANNED),
        (3.6, 4, MAXIMUM, None),
    ],
)
def test_by_the_levels_of_the_scenarios(
    value: float, level: int, scenario: Scenario | None, wanted: Scenario | None
) -> None:
    found = nearest(gauge(scenario_levels=KNOWN), value, level, ALL)
    assert (found and found.scenario) == scenario
    assert (found and found.wanted) == wanted


def test_above_every_level_and_no_rarer_map_is_told_as_at_least() -> None:
    found = nearest(gauge(scenario_levels=KNOWN), 9.0, 5, (TEN, PLANNED))
    assert found is not None and (found.scenario, found.at_least) == (PLANNED, True)


SOME = st.sets(st.sampled_from([*ALL, UNSTATED, Scenario("planned", 150), scenario_named("1/200")]))
LEVELS = st.dictionaries(st.sampled_from(["1/10", "1/30", "1/200", "planned", "maximum"]), st.floats(0, 6))


@given(SOME, LEVELS, st.floats(0, 8), st.floats(0, 8))
def test_a_higher_level_never_calls_for_more_frequent_rain(
    some: set[Scenario], levels: dict[str, float], one: float, other: float
) -> None:
    drawn = sorted(some, key=lambda scenario: scenario.order)
    station = gauge(scenario_levels=levels)
    limits = list(station.thresholds.values())
    low, high = (
        nearest(station, value, [0, 2, 3, 4, 5][sum(value >= limit for limit in limits)], drawn)
        for value in sorted((one, other))
    )
    if low is not None:
        assert high is not None and high.scenario.order >= low.scenario.order
