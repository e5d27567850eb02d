"""Landslides over districts: soil water at gauges against critical lines, now and if it rains on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.records import Telegram, TelegramArea
from feeds.status import Status
from geo.hazard import Hazard
from geo.mesh import cells_over
from geo.model import Inputs, Sample
from geo.models.landslide import Landslide, LandslideConfig
from geo.rain.critical_lines import CriticalLines, read_lines
from geo.rain.soil_history import HOURS, ahead, soil_now
from geo.rain.soil_water import empty, step
from tests.geo.making import SQUARES, gauge, ground
from tests.geo.official.telegrams import telegram
from tests.geo.rain.test_critical_lines import falling, table

NOW = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)
HOUR, TEN = timedelta(hours=1), timedelta(minutes=10)
CODES = sorted(int(cell.code) for name in ("sw", "se") for cell in cells_over(SQUARES[name], 3))


def lines(at_rest: Mapping[int, int]) -> CriticalLines:
    return read_lines({level: table(dict.fromkeys(CODES, falling(limit))) for level, limit in at_rest.items()})


LINES = lines({2: 80, 4: 120, 5: 200})


def hourly(amounts: Sequence[float], last: datetime = NOW) -> list[Sample]:
    return [Sample(last - back * HOUR, mm, f"h{back}") for back, mm in enumerate(reversed(amounts))][::-1]


def month(newest: Sequence[float]) -> list[Sample]:
    """A dry month, then these hours."""
    return hourly([0.0] * (HOURS - len(newest)) + list(newest))


def run(
    rain: Sequence[Sample],
    many: Sequence[Sample] = (),
    now: datetime = NOW,
    where: CriticalLines | None = LINES,
    quakes: Sequence[Telegram] = (),
    **config: float,
) -> list[Hazard]:
    station = gauge(quantities=frozenset({"rain_1h"}), thresholds={}, unit="mm", areas=())
    there = replace(ground(station), critical_lines=where)
    series, season = {("g1", "rain_1h"): rain}, {("g1", "rain_1h"): many}
    known = Inputs(now=now, status=Status.ACTUAL, series=series, season=season, telegrams=quakes)
    return Landslide(LandslideConfig(**config)).run(known, there)  # type: ignore[arg-type]


def test_the_tanks_of_a_gauge_are_those_of_the_recursion() -> None:
    amounts = [0.0] * 700 + [20.0] * 6 + [0.0] * 6
    state = empty()
    for mm in amounts:
        state = step(state, np.array([mm]), HOUR)
    soil = soil_now([{"rain_1h": hourly(amounts[-24:])}], [{"rain_1h": hourly(amounts)}], NOW)
    assert float(soil.index_mm[0]) == pytest.approx(float(state.index[0]), abs=1e-9)
    assert soil.missing.tolist() == [HOURS - 712]
    assert float(ahead(soil, 3).index[0]) < float(soil.index_mm[0])  # it does not rain any more


def test_rain_since_the_full_hour_counts() -> None:
    tens = [Sample(NOW + 10 * timedelta(minutes=i), 5.0, f"t{i}") for i in range(1, 4)]
    known = [{"rain_10min": [*hourly([0.0] * 24), *tens]}]
    soil = soil_now(known, [{"rain_10min": month([0.0])}], NOW + 30 * timedelta(minutes=1))
    assert (float(soil.index_mm[0]), float(soil.before_mm[0])) == (15.0, 0.0)
    assert float(soil.rain_60_mm[0]) == 15.0
    sums = [{"rain_1h": [Sample(NOW + 3 * TEN, 12.0, "s")]}]
    half = soil_now(sums, [{"rain_1h": month([0.0])}], NOW + 3 * TEN)
    assert float(half.index_mm[0]) == 6.0, "half of the sum of an hour fell in the half that is over"
    unknown = soil_now([{}], [{}], NOW + TEN)
    assert float(unknown.index_mm[0]) == 0 and unknown.missing.tolist() == [HOURS]


def test_if_it_rains_on_each_ten_minutes_bring_a_sixth_of_the_last_hour() -> None:
    soil = soil_now([{"rain_1h": hourly([12.0])}], [{"rain_1h": month([12.0])}], NOW)
    state = soil.tanks
    for _ in range(18):
        state = step(state, np.array([2.0]), TEN)
    assert float(ahead(soil, 3).index[0]) == pytest.approx(float(state.index[0]), abs=1e-9)


def test_reports_of_ten_minutes_are_six_to_the_hour() -> None:
    """The one of an hour ago tells of the hour before; hourly means of them are a sixth of the hour's rain."""
    tens = [Sample(NOW - back * TEN, 2.0, f"t{back}") for back in range(6, -1, -1)]
    soil = soil_now([{"rain_10min": tens}], [{"rain_10min": month([1.0])}], NOW)
    assert float(soil.rain_60_mm[0]) == 12.0
    assert float(soil.before_mm[0]) == 14.0, "both hours, by the reports and not by their means"
    means = soil_now([{}], [{"rain_10min": month([1.0])}], NOW)
    assert float(means.before_mm[0]) == 6.0


def test_a_line_that_is_reached_now() -> None:
    rain = month([30.0] * 4)
    found = run(rain[-25:], rain)
    assert {(one.area, one.level, one.observed) for one in found} == {("sw", 4, True), ("se", 4, True)}
    one = found[0]
    assert (one.kind, one.alert_level, one.facts["line"], one.facts["at_least"]) == ("landslide", False, 4, False)
    assert "レベル4の基準線に達した" in one.headline and one.evidence[0].ref == "h0"
    assert "図がない（安全という意味ではない）" in one.evidence[1].text


def test_a_line_that_will_be_reached_if_it_rains_on_is_level_3() -> None:
    rain = month([20.0] * 3)
    found = run(rain[-25:], rain)
    assert {(one.level, one.observed, one.source) for one in found} == {(3, False, "foreseen")}
    foreseen = next(one for one in found if not one.observed)
    assert foreseen.facts["line"] in {4, 5} and 1 <= float(foreseen.facts["lead_h"]) <= 3
    assert "おそれ" in foreseen.headline and "この1時間の雨が続く場合" in foreseen.evidence[0].text


def test_a_level_is_held_to_the_next_full_hour() -> None:
    rain = month([30.0] * 4)
    dry = [*rain[-25:], Sample(NOW + 30 * timedelta(minutes=1), 0.0, "dry")]
    later = run(dry, rain, now=NOW + 30 * timedelta(minutes=1))
    assert {one.level for one in later if one.observed} == {4}


def test_after_an_earthquake_the_lines_are_lowered_for_months() -> None:
    def shaken(felt: str, days_ago: int) -> Telegram:
        here = TelegramArea(code="0320100", name="試験市", hazard="earthquake", max_intensity=felt)
        return telegram("VXSE53", here, at=NOW - timedelta(days=days_ago), event_id="e1", hazard="earthquake")

    rain = month([20.0] * 5)
    usual, after, long_after = (
        run(rain[-25:], rain, quakes=quakes) for quakes in ((), (shaken("6-", 80),), (shaken("6-", 100),))
    )
    assert max(one.level for one in usual if one.observed) == 2 and usual == long_after
    worst = max(after, key=lambda one: (one.observed, one.level))
    assert (worst.level, worst.facts["rain_factor"]) == (4, 0.7) and "地震のため基準70％" in worst.headline
    assert any(shaken("6-", 80).key == reason.ref and "震度6弱" in reason.text for reason in worst.evidence)
    assert run(rain[-25:], rain, quakes=[shaken("5-", 80)]) == usual


def test_nothing_is_guessed() -> None:
    rain = month([60.0] * 6)
    assert run(rain[-25:], rain, where=None) == []  # no table
    assert run([], []) == []  # no rain known
    assert run(rain[-25:], rain, reach_m=10.0) == []  # no gauge near enough
    assert run(rain[-25:])[0].facts["at_least"] is True  # no month before: told as a lower bound


@settings(max_examples=20)
@given(st.lists(st.floats(0, 60), min_size=1, max_size=12), st.floats(0, 20), st.floats(0, 100))
def test_more_rain_is_never_lower_and_rain_to_come_changes_nothing(
    amounts: list[float], more: float, poison: float
) -> None:
    rain, wetter = month(amounts), month([one + more for one in amounts])
    here = run(rain[-25:], rain)
    levels = [max((one.level for one in found), default=0) for found in (here, run(wetter[-25:], wetter))]
    assert levels[1] >= levels[0]
    later = Sample(NOW + TEN, poison, "x")
    assert run([*rain[-25:], later], [*rain, replace(later, at=NOW + HOUR)]) == here


@pytest.mark.parametrize(("missing", "lower_bound"), [(24, False), (25, True)])
def test_a_day_may_be_missing_of_the_month(missing: int, lower_bound: bool) -> None:
    rain = month([30.0] * 4)
    found = run(rain[-25:], rain[missing:])
    assert {one.facts["at_least"] for one in found} == {lower_bound}
