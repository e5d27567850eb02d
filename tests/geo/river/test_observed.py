"""What a city measured on the forecast's clock: checked levels, the rain of the right gauges, the dams upstream."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from geo.model import Sample
from geo.river.levels import Levels
from geo.river.observed import observed
from geo.river.signs import NAMES, signs
from geo.station import Station
from tests.geo.making import NOW, gauge, series

SPAN = (NOW - timedelta(hours=25), NOW)
LOW, HIGH = gauge("low", upstream=("high", "dam")), gauge("high", normal_m=0.7)
DAM = gauge("dam", quantities=frozenset({"discharge"}), thresholds={})
WET, DRY = (gauge(code, quantities=frozenset({"rain_10min", "rain_1h"}), thresholds={}) for code in ("wet", "dry"))


def seen(stations: Sequence[Station], **told: list[Sample]) -> Levels:
    found = observed({tuple(name.split("__")): samples for name, samples in told.items()}, stations, SPAN, {"low": 0.4})  # type: ignore[misc]
    assert found is not None
    return found


def now(name: str, levels: Levels) -> list[float]:
    return [float(value) for value in signs(levels)[-1][:, NAMES.index(name)]]


def test_levels_are_checked_as_the_hub_checks_them() -> None:
    spike, doubtful = series([1.0, 1.0, 4.0, 1.0]), series([1.0, 1.0, 1.0, 2.5])
    levels = seen([LOW, HIGH], low__water_level=spike, high__water_level=doubtful)
    assert levels.values[-4:, 0].tolist() == pytest.approx([1.0, 1.0, np.nan, 1.0], nan_ok=True)
    assert levels.values[-4:, 1].tolist() == [1.0, 1.0, 1.0, 1.3], "one report counts up to 0.3 m above the two before"
    assert [one.normal for one in levels.gauges] == [0.4, 0.7]
    assert len(levels.values) == 25 * 6 + 1 and levels.time(150) == NOW


def test_without_a_gauge_there_is_nothing() -> None:
    assert observed({}, [WET], SPAN, {}) is None


def test_rain_is_that_of_the_gauges_catchment_else_of_all() -> None:
    tens, hours = series([2.0] * 6), series([6.0], last=NOW - timedelta(minutes=40))
    named = gauge("low", rain_gauges=("wet",))
    levels = seen([named, HIGH, WET, DRY], wet__rain_10min=tens, dry__rain_1h=hours)
    assert now("rain_1h", levels) == [12.0, 9.0]
    assert np.isnan(now("rain_3h", levels)).all(), "what is not known is no dry hour"
    long = seen([named, WET], wet__rain_1h=series([float(hour) for hour in range(12)], timedelta(hours=1)))
    assert now("rain_3h", long) == [11 + 10 + 9] and now("rain_12h", long) == [66]


def test_a_dam_upstream_that_opens_is_told_below_it_alone() -> None:
    opening = series([10.0] * 13 + [10.0, 20.0, 30.0, 40.0, 50.0, 60.0])
    levels = seen([LOW, HIGH, DAM], dam__discharge=opening)
    assert now("release_1h", levels) == pytest.approx([np.log(61 / 11), np.nan], nan_ok=True)
    assert now("release_3h", levels) == pytest.approx([np.log(61 / 11), np.nan], nan_ok=True)


def test_upstream_is_what_the_profile_names() -> None:
    aside = gauge("aside")
    rising, falling = series([1.0 + 0.1 * i for i in range(8)]), series([2.0 - 0.1 * i for i in range(8)])
    told = {"high__water_level": falling, "aside__water_level": rising, "low__water_level": series([1.0] * 8)}
    assert now("river_slope_1h", seen([LOW, HIGH, aside], **told))[0] == pytest.approx(-0.6)
    unnamed = seen([gauge("low"), HIGH, aside], **told)
    assert now("river_slope_1h", unnamed)[0] == pytest.approx(0.6), "else the fastest of the river"
    alone = seen([gauge("low", river=""), HIGH], **told)
    assert np.isnan(now("river_slope_1h", alone)[0]), "a gauge of no named river has no neighbours"


def test_values_after_the_span_are_not_known() -> None:
    later = Sample(NOW + timedelta(seconds=1), 99.0, "later")
    levels = seen([LOW, DAM, WET], low__water_level=[later], dam__discharge=[later], wet__rain_10min=[later])
    assert np.isnan(levels.values).all()
    assert levels.rain is not None and np.isnan(levels.rain).all()
    assert levels.release is not None and np.isnan(levels.release).all()
