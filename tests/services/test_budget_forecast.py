"""The forecast of a season: by the own record and by winters of the past, the same each time, never without grounds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.channels.budget.forecast import Winter, by_the_past, by_winter, season_of, three_kinds, winters

TODAY, END = date(2026, 12, 1), date(2027, 4, 1)


def steady(days: int, amount: int) -> dict[date, int]:
    return {TODAY - timedelta(days=n): amount for n in range(1, days + 1)}


def test_a_season_is_half_a_year() -> None:
    assert season_of(date(2027, 2, 3)) == (date(2026, 10, 1), date(2027, 4, 1))
    assert season_of(date(2026, 10, 1)) == (date(2026, 10, 1), date(2027, 4, 1))
    assert season_of(date(2026, 9, 30)) == (date(2026, 4, 1), date(2026, 10, 1))


def test_what_costs_the_same_each_day_goes_on_so() -> None:
    found = by_the_past(steady(60, 10), TODAY - timedelta(days=60), TODAY, END)
    rest = (END - TODAY).days * 10
    assert found and (found.low, found.middle, found.high, found.days) == (rest, rest, rest, 60)


def test_two_weeks_are_the_least_that_anything_is_said_from() -> None:
    assert by_the_past(steady(13, 10), TODAY - timedelta(days=13), TODAY, END) is None
    assert by_the_past({}, TODAY, TODAY, END) is None


def test_weeks_that_differ_make_a_range_and_the_same_record_the_same_range() -> None:
    first = TODAY - timedelta(days=70)
    spells = {first + timedelta(days=n): 100 for n in range(70) if (n // 7) % 3 == 0}
    found = by_the_past(spells, first, TODAY, END)
    assert found and found.low < found.middle < found.high
    assert found == by_the_past(spells, first, TODAY, END)


def test_the_same_time_of_other_years_weighs_more_than_another_season() -> None:
    first = date(2025, 4, 1)
    snow = {date(2026, 1, 1) + timedelta(days=n): 50 for n in range(59)}
    january = by_the_past(snow, first, date(2027, 1, 1), date(2027, 2, 1))
    june = by_the_past(snow, first, date(2027, 6, 1), date(2027, 7, 1))
    assert january and june and january.low > 0 and january.high == 31 * 50 and june.high == 0


def test_a_winter_costs_what_its_days_still_cost() -> None:
    hard = Winter("hard", {12: 31, 1: 10})
    assert by_winter(hard, 2.0, date(2026, 12, 1), END) == 2 * 31 + 2 * 10
    assert by_winter(hard, 2.0, date(2026, 12, 31), END) == 2 + 20
    assert by_winter(hard, 2.0, END, END) == 0


def test_heavy_days_are_counted_by_the_rise_and_gaps_count_as_none() -> None:
    depths = [(date(2026, 1, 1), 0.0), (date(2026, 1, 2), 12.0), (date(2026, 1, 3), 11.0), (date(2026, 1, 5), 40.0)]
    assert winters(depths, 10) == {2025: {1: 1}}


def test_mild_normal_and_hard_are_winters_that_were() -> None:
    found = {2017: {1: 9}, 2018: {1: 2}, 2019: {12: 1, 1: 4}}
    assert [(year, kind.name) for year, kind in three_kinds(found)] == [
        (2018, "mild"),
        (2019, "normal"),
        (2017, "hard"),
    ]
    with pytest.raises(ValueError, match="too few"):
        three_kinds({2017: {}})
