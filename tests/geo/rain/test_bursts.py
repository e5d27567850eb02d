"""Short rain, and the gauge that speaks for a place."""

from __future__ import annotations

from datetime import timedelta

import shapely

from feeds.status import Status
from geo.model import Inputs, Sample
from geo.rain.bursts import bursts
from geo.rain.nearby import nearest_gauge, newest_ref
from tests.geo.making import NOW, gauge, ground, series

HOLDS = timedelta(minutes=30)
PLACE = shapely.Point(141.085, 39.675)


def test_the_most_of_ten_and_of_sixty_minutes() -> None:
    tens = series([9.0, 1.0, 2.0, 8.0, 3.0, 0.0, 0.0])
    assert bursts({"rain_10min": tens}, NOW, HOLDS) == (3.0, 23.0), "the sixty minutes to twenty minutes ago count"
    assert bursts({"rain_1h": series([12.0], last=NOW - timedelta(minutes=20))}, NOW, HOLDS) == (0.0, 12.0)
    assert bursts({}, NOW, HOLDS) == (0.0, 0.0)
    assert bursts({"rain_10min": series([50.0], last=NOW + timedelta(minutes=10))}, NOW, HOLDS) == (0.0, 0.0)


def test_the_nearest_gauge_that_speaks() -> None:
    rain = {"quantities": frozenset({"rain_10min"}), "thresholds": {}, "unit": "mm"}
    near, far = gauge("near", **rain), gauge("far", lon=141.12, **rain)
    out_of_reach = gauge("away", lon=141.30, **rain)
    where = ground(near, far, out_of_reach)

    def speaking(*codes: str, last: timedelta = timedelta()) -> Inputs:
        told = {(code, "rain_10min"): series([1.0], last=NOW - last) for code in codes}
        return Inputs(now=NOW, status=Status.ACTUAL, series=told)

    def found(inputs: Inputs) -> str | None:
        one = nearest_gauge(PLACE, inputs, where, 10_000.0)
        return one and one.code

    assert found(speaking("near", "far", "away")) == "near"
    assert found(speaking("far", "away")) == "far"
    assert found(speaking("away")) is None
    assert found(speaking("near", last=timedelta(hours=3))) is None
    assert newest_ref(near, speaking("near"), NOW) == Sample(NOW, 1.0, "r0")
