"""Small streams without a gauge: a proxy that says it is one, and never an alert level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.status import Status
from geo.flooding.places import Stream
from geo.flooding.proxy import proxy, routed
from geo.hazard import Hazard
from geo.model import Inputs, Sample
from geo.models.small_stream import SmallStream
from geo.rain.soil_water import empty, runoff, step
from tests.geo.making import NOW, gauge, ground, series

STREAM = Stream(
    code="moroku",
    name="諸葛川",
    geometry=shapely.box(141.06, 39.66, 141.09, 39.69),
    areas=("sw", "se"),
    travel_minutes=40,
    caution_mm_h=4.0,
    danger_mm_h=8.0,
)
RAIN = gauge("r1", name="雨量計", quantities=frozenset({"rain_10min", "rain_1h"}), thresholds={}, unit="mm")
TEN, HOUR = timedelta(minutes=10), timedelta(hours=1)


def run(rain: Sequence[Sample], stream: Stream = STREAM, status: Status = Status.ACTUAL) -> list[Hazard]:
    known = Inputs(now=NOW, status=status, series={("r1", "rain_10min"): rain})
    return SmallStream().run(known, replace(ground(RAIN), streams=(stream,)))


def falling(mm_each_ten: float, hours: int = 3) -> list[Sample]:
    return series([0.0] * (6 * (12 - hours)) + [mm_each_ten] * (6 * hours))


def test_no_rain_and_no_gauge_say_nothing() -> None:
    assert run(falling(0.0)) == []
    assert run([]) == []
    assert run(falling(20.0), replace(STREAM, geometry=shapely.box(141.5, 39.6, 141.6, 39.7))) == []


def test_what_a_hazard_tells() -> None:
    found = run(falling(8.0))
    one = next(h for h in found if h.source == "moroku" and h.area == "sw")
    assert (one.kind, one.alert_level, one.observed) == ("small_stream", False, False)
    assert one.level == 3 and float(one.facts["runoff_mm_h"]) >= 8.0
    assert one.headline.startswith("諸葛川（代用指数）：雨から見た流出が目安 8 mm/時 以上")
    assert "水位は測っていない" in one.headline
    assert "水位でも気象庁の流域雨量指数でもない。警戒レベルには使わない" in one.evidence[0].text
    assert one.facts["proxy"] is True and one.facts["at_least"] is False


def test_it_is_seen_ahead_as_the_water_is_still_on_its_way() -> None:
    found = run(falling(8.0, hours=1))
    assert [(h.area, h.facts["lead_h"], h.level) for h in found] == [("sw", 1.0, 1), ("se", 1.0, 1)]
    assert all(h.source == "moroku:foreseen" and "この1時間の雨が続くと" in h.headline for h in found)


def test_missing_rain_makes_it_a_lower_bound() -> None:
    rain = [one for i, one in enumerate(falling(8.0)) if i != 60]
    one = run(rain)[0]
    assert one.facts["at_least"] is True and "10 分間の雨が届いておらず" in one.evidence[0].text


def test_the_proxy_is_the_first_tank_by_hand() -> None:
    """From dry ground, without travel: the recursion itself."""
    state = empty()
    for _ in range(18):
        state = step(state, np.array([5.0]), TEN)
    found = proxy({"rain_10min": falling(5.0)}, {}, NOW, timedelta(), timedelta())
    assert found.now == pytest.approx(float(runoff(state)[0]), abs=1e-12)
    s1 = float(state.s1[0])
    assert found.now == pytest.approx(0.10 * (s1 - 15) + 0.15 * max(0.0, s1 - 60), abs=1e-12)


def test_hourly_rain_is_spread_over_its_hour() -> None:
    hours = [
        Sample(NOW - back * HOUR, mm, "h") for back, mm in reversed(list(enumerate([30.0, 30.0, 30.0] + [0.0] * 9)))
    ]
    spread = proxy({"rain_1h": hours}, {}, NOW, timedelta(), timedelta())
    assert spread.missing == 0
    assert spread.now == pytest.approx(proxy({"rain_10min": falling(5.0)}, {}, NOW, timedelta(), timedelta()).now)


@pytest.mark.parametrize("minutes", [0, 3, 7, 20, 25, 26, 40, 90, 360])
def test_routing_keeps_the_water_and_delays_it(minutes: int) -> None:
    flows = np.zeros(400)
    flows[5] = 6.0
    passed = routed(flows, timedelta(minutes=minutes))
    assert passed.sum() == pytest.approx(6.0, rel=1e-6)
    middle = float((np.arange(400) * passed).sum() / passed.sum() - 5) * 10
    assert middle == pytest.approx(minutes if minutes >= 6.25 else 0, abs=0.01)


def test_a_drill_stays_a_drill_and_the_future_is_not_known() -> None:
    assert {h.status for h in run(falling(8.0), status=Status.EXERCISE)} == {Status.EXERCISE}
    assert run([*falling(2.0), Sample(NOW + TEN, 80.0, "later")]) == run(falling(2.0))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 20), min_size=72, max_size=72), st.integers(0, 71), st.floats(0, 30), st.integers(0, 120))
def test_more_rain_never_lowers_it(rain: list[float], where: int, more: float, minutes: int) -> None:
    wetter = [mm + (more if i == where else 0.0) for i, mm in enumerate(rain)]
    travel = timedelta(minutes=minutes)
    low, high = (proxy({"rain_10min": series(mm)}, {}, NOW, travel, HOUR) for mm in (rain, wetter))
    assert high.now >= low.now - 1e-12 and high.ahead >= low.ahead - 1e-12
