"""Underpasses: the sensor in it, the rain before, and what must never close a road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.status import Status
from geo.flooding.places import Underpass as Place
from geo.hazard import Hazard
from geo.model import Inputs, Sample
from geo.models.underpass import Underpass
from tests.geo.making import NOW, gauge, ground, series

PLACE = Place(
    code="ekimae",
    name="駅前アンダーパス",
    geometry=shapely.LineString([(141.08, 39.68), (141.081, 39.681)]),
    sensor="s1",
    caution_cm=5.0,
    closed_cm=20.0,
    rain_10min_mm=10.0,
    rain_60min_mm=30.0,
)
RAIN = gauge("r1", name="雨量計", quantities=frozenset({"rain_10min", "rain_1h"}), thresholds={}, unit="mm")


def run(
    depths: Sequence[Sample] = (), rain: Sequence[Sample] = (), place: Place = PLACE, status: Status = Status.ACTUAL
) -> list[Hazard]:
    known = Inputs(now=NOW, status=status, series={("s1", "inundation_depth"): depths, ("r1", "rain_10min"): rain})
    return Underpass().run(known, replace(ground(RAIN), underpasses=(place,)))


@pytest.mark.parametrize(("depth", "level"), [(0.0, None), (4.9, None), (5.0, 2), (19.9, 2), (20.0, 3), (80.0, 3)])
def test_levels_by_depth(depth: float, level: int | None) -> None:
    found = run(series([depth] * 4))
    assert [h.level for h in found] == ([level] if level else [])
    assert all(h.observed and not h.alert_level and h.area == "sw" and h.kind == "underpass" for h in found)


def test_what_a_hazard_tells() -> None:
    (one,) = run(series([35.0] * 4))
    assert one.headline == "駅前アンダーパス 冠水 35 cm（18:00、通行止めの目安 20 cm 以上）"
    assert (one.source, one.facts["closed"], one.facts["depth_cm"]) == ("ekimae", True, 35.0)
    assert one.evidence[0].ref == "r3"


def test_a_glitch_closes_no_road_and_the_second_report_does() -> None:
    assert [h.level for h in run(series([0.0, 0.0, 0.0, 300.0]))] == [3], (
        "believed up to 20 cm: the road is under water"
    )
    (one,) = run(series([0.0, 0.0, 0.0, 300.0]))
    assert one.facts["depth_cm"] == 20.0 and "未確認" in one.headline
    deep = replace(PLACE, closed_cm=30.0)
    assert [h.level for h in run(series([0.0, 0.0, 0.0, 300.0]), place=deep)] == [2]
    assert [h.level for h in run(series([0.0, 0.0, 300.0, 300.0]), place=deep)] == [3]
    assert [h.level for h in run(series([300.0]))] == [2], "one report alone closes nothing"


def test_limits_that_the_city_does_not_know_reach_nothing() -> None:
    assert run(series([300.0] * 4), place=replace(PLACE, closed_cm=None, caution_cm=None)) == []


def test_silence_is_marked_and_then_forgotten() -> None:
    (one,) = run(series([35.0] * 4, last=NOW - timedelta(hours=1)))
    assert one.facts["stale"] is True and "値が届いていない" in one.headline
    assert one.valid_until == NOW + timedelta(hours=2)
    assert run(series([35.0] * 4, last=NOW - timedelta(hours=4))) == []


def test_rain_foresees_it() -> None:
    (one,) = run(rain=series([0.0, 12.0, 1.0]))
    assert (one.level, one.observed, one.source) == (1, False, "ekimae:foreseen")
    assert one.headline == "駅前アンダーパス 冠水のおそれ：雨量計 10分間に 12 mm（目安 10 mm）"
    assert "雨の目安による見込み" in one.evidence[0].text
    (one,) = run(rain=series([6.0] * 6))
    assert "60分間に 36 mm（目安 30 mm）" in one.headline
    assert run(rain=series([4.0] * 6)) == []
    assert run(rain=series([12.0, 0.0, 0.0, 0.0])) == [], "thirty minutes later it has run off"


def test_what_is_measured_goes_before_what_is_foreseen() -> None:
    (one,) = run(series([35.0] * 4), series([12.0] * 6))
    assert one.observed
    (one,) = run(series([0.0] * 4), series([12.0] * 6))
    assert not one.observed, "dry as yet"


def test_the_city_stands_in_where_there_is_no_district() -> None:
    (one,) = run(series([35.0] * 4), place=replace(PLACE, geometry=shapely.Point(141.01, 39.61)))
    assert (one.area, one.area_name) == ("03201", "試験市")


def test_a_drill_stays_a_drill_and_the_future_is_not_known() -> None:
    assert {h.status for h in run(series([35.0] * 4), status=Status.EXERCISE)} == {Status.EXERCISE}
    later = Sample(NOW + timedelta(minutes=10), 500.0, "later")
    assert run([*series([3.0] * 4), later], [later]) == run(series([3.0] * 4))


AMOUNTS = st.lists(st.floats(0, 60), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, AMOUNTS, st.floats(0, 40))
def test_more_water_and_more_rain_never_lower_it(depths: list[float], rain: list[float], more: float) -> None:
    low, high = (
        max((h.level for h in run(series([d + add for d in depths]), series([r + add for r in rain]))), default=0)
        for add in (0.0, more)
    )
    assert high >= low
