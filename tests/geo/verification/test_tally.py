"""Scores with answers worked out by hand, and what holds of any forecasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.model import Ground, Inputs, Sample
from geo.verification.came import Came, came
from geo.verification.issued import Issued, Limit, issued
from geo.verification.tally import LEVEL, Bin, Tally, judged, tenth
from tests.services.web_floor import ground

BEGIN = datetime(2026, 1, 15, tzinfo=UTC)
TEN = timedelta(minutes=10)


def forecast(chance: float = 0.7, warned: bool = True, **changes: object) -> Issued:
    """Two metres three hours on, of a gauge that stands at 1.5 m and rises."""
    whole = Issued(
        station="x",
        made_at=BEGIN,
        hour=BEGIN,
        method="learned",
        lead=3,
        level=1.5,
        q10=1.6,
        q50=1.9,
        q90=2.2,
        extrapolated=1.95,
        moving=True,
        limits={"caution": Limit(metres=2.0, chance=chance, warned=warned)},
    )
    return replace(whole, **changes)


def total(pairs: list[tuple[Issued, Came | None]], name: str = "caution") -> Tally:
    return reduce(add, (judged(one, seen)[name][0] for one, seen in pairs), Tally())


CAME, STAYED = Came(2.1, 2.0), Came(1.6, 1.5)


def test_ten_forecasts_worked_out_by_hand() -> None:
    sure, unsure = forecast(0.8), forecast(0.2, warned=False)
    whole = total([(sure, CAME)] * 3 + [(sure, STAYED)] + [(unsure, CAME)] + [(unsure, STAYED)] * 5 + [(sure, None)])
    assert (whole.n, whole.events, whole.hits, whole.false_alarms, whole.unknown) == (10, 4, 3, 1, 1)
    skill = whole.outlook()
    assert (skill.pod, skill.far, skill.csi) == (0.75, 0.25, 0.6)
    # Brier: (3 × 0.04 + 0.64 + 0.64 + 5 × 0.04) / 10 = 0.16; the rate 0.4 alone has 0.24
    assert skill.bss == pytest.approx(1 - 0.16 / 0.24)
    # the damped slope stands at 1.95 m, below the threshold: it foretold nothing, as persistence
    assert whole.extrapolation().told() == {**whole.persistence().told(), "crpss": None}
    assert whole.persistence().pod == 0 and whole.persistence().far is None
    assert whole.persistence().bss == pytest.approx(1 - 0.4 / 0.24)


def test_the_level_is_scored_against_the_level_that_stays() -> None:
    tally = total([(forecast(), CAME), (forecast(), None)], LEVEL)
    # 2 × mean of 0.1 × 0.4, 0.5 × 0.1 and 0.1 × 0.2 metres
    assert tally.score == pytest.approx(2 * (0.04 + 0.05 + 0.02) / 3)
    assert (tally.levels, tally.inside, tally.unknown) == (1, 1, 1)
    assert tally.stays == pytest.approx(0.5) and tally.damped == pytest.approx(0.05)
    assert tally.outlook().crpss == pytest.approx(1 - tally.score / 0.5)
    assert tally.extrapolation().crpss == pytest.approx(0.9) and tally.persistence().crpss == 0
    assert LEVEL not in judged(forecast(moving=False), CAME), "a river at rest is foretold by anybody"


METRES = st.integers(0, 900).map(lambda centimetres: centimetres / 100)


@given(st.lists(st.tuples(METRES, METRES, st.floats(0, 1), st.booleans()), min_size=1, max_size=20))
def test_whoever_says_that_all_stays_has_no_skill_and_no_score_leaves_its_bounds(
    rows: list[tuple[float, float, float, bool]],
) -> None:
    pairs = [
        (forecast(chance, warned, level=level, q10=level, q50=level, q90=level, extrapolated=level), Came(end, end))
        for level, end, chance, warned in rows
    ]
    level, event = total(pairs, LEVEL), total(pairs)
    assert level.outlook().crpss in (None, pytest.approx(0.0)) and level.extrapolation().crpss in {None, 0.0}
    skill = event.outlook()
    for share in (skill.pod, skill.far, skill.csi):
        assert share is None or 0 <= share <= 1
    assert skill.csi is None or skill.csi <= min(1 - (skill.far or 0), 1 if skill.pod is None else skill.pod) + 1e-9
    assert skill.bss is None or skill.bss <= 1
    assert event.hits <= event.events and event.hits + event.false_alarms <= event.n == len(rows)
    sure = total([(forecast(float(end >= 2), end >= 2), Came(end, end)) for _, end, _, _ in rows])
    assert sure.outlook().bss in (None, pytest.approx(1.0)) and sure.outlook().csi in {None, 1.0}


@given(st.lists(st.sampled_from([CAME, STAYED, None]), max_size=12), st.integers(0, 12))
def test_days_add_up_to_the_year(seen: list[Came | None], cut: int) -> None:
    pairs = [(forecast(), one) for one in seen]
    whole, halves = total(pairs), total(pairs[:cut]) + total(pairs[cut:])
    assert halves.brier == pytest.approx(whole.brier)
    assert replace(halves, brier=0.0) == replace(whole, brier=0.0)


def test_chances_fall_into_tenths() -> None:
    assert [tenth(one) for one in (0, 0.09, 0.1, 0.3, 0.7, 0.899, 0.9, 1)] == [0, 0, 1, 3, 7, 8, 9, 9]
    assert judged(forecast(0.7), CAME)["caution"][1] == {7: Bin(1, 1, 0.7)}
    assert Bin(1, 1, 0.7) + Bin(2, 0, 1.5) == Bin(3, 1, 2.2)


def samples(levels: list[float | None]) -> list[Sample]:
    """One each ten minutes from BEGIN on."""
    return [Sample(BEGIN + place * TEN, one, "r") for place, one in enumerate(levels) if one is not None]


def test_what_came_is_the_highest_on_the_way_and_missing_reports_are_missing() -> None:
    hour = BEGIN + 6 * TEN
    assert came(samples([9.0, 1.1, 1.3, 1.2, 1.2, 1.2, 1.1, 9.0]), BEGIN, hour) == Came(1.3, 1.1)
    assert came(samples([9.0, 1.1, 1.3, 1.2, 1.2, 1.2, None, 9.0]), BEGIN, hour) == Came(1.3, None)
    assert came(samples([9.0, 1.1, None, None, 1.2, 1.2, 1.1, 9.0]), BEGIN, hour) is None
    assert came([], BEGIN, hour) is None


def test_an_outlook_is_kept_with_what_the_baselines_said() -> None:
    town: Ground = ground()
    rising = samples([1.0] * 12 + [1.0 + 0.1 * step for step in range(9)])
    inputs = Inputs(now=rising[-1].at, status=forecast().status, series={("tatesakabashi", "water_level"): rising})
    found = issued(inputs, town, "flood@2")
    assert [one.lead for one in found] == [1, 2, 3, 6] and {one.version for one in found} == {"flood@2"}
    for one in found:
        assert one.level == pytest.approx(1.8) and one.moving and one.made_at == inputs.now
        assert set(one.limits) == {"caution", "danger"} and one.extrapolated == pytest.approx(one.q50)
        assert one.until == inputs.now + timedelta(hours=one.lead)
    assert [one.limits["caution"].warned for one in found] == [True] * 4
    high = [replace(one, value=one.value + 0.5) for one in rising]
    above = issued(replace(inputs, series={("tatesakabashi", "water_level"): high}), town, "flood@2")
    assert {name for one in above for name in one.limits} == {"danger"}, "what is reached is not foretold any more"
    calm = replace(inputs, series={("tatesakabashi", "water_level"): samples([1.0] * 21)})
    assert not any(one.moving for one in issued(calm, town, "flood@2"))
    assert issued(replace(inputs, series={}), town, "flood@2") == []
