"""Road ice over plow sections: what is seen, what is foreseen, and what de-icer and doubt do to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.status import Status
from geo.hazard import Hazard
from geo.model import Inputs, Sample
from geo.models.road_ice import RoadIce
from tests.geo.making import NOW, gauge, ground, series

STEP = timedelta(minutes=10)
ALL = frozenset({"road_temperature", "air_temperature", "dew_point", "humidity", "water_film", "rain_10min", "deicer"})


def run(known: dict[str, Sequence[Sample]], now: datetime = NOW, quantities: frozenset[str] = ALL) -> list[Hazard]:
    station = gauge(quantities=quantities, unit="Cel", thresholds={}, river="", areas=("sw",))
    given_inputs = Inputs(now=now, status=Status.ACTUAL, series={("g1", name): some for name, some in known.items()})
    return RoadIce().run(given_inputs, ground(station, plow=True))


def steady(value: float, count: int = 13) -> list[Sample]:
    return series([value] * count)


def test_a_wet_road_below_freezing_is_black_ice() -> None:
    (one,) = run({"road_temperature": steady(-1.2), "water_film": steady(0.4)})
    assert (one.kind, one.area, one.level, one.observed, one.alert_level) == ("road_ice", "sw", 2, True, False)
    assert one.headline == "試験橋 路面 -1.2℃（18:00）、ブラックアイス"
    assert (one.facts["condition"], one.facts["margin_c"], one.probability) == ("black_ice", -1.2, 0.9)
    assert one.model == "road_ice@1" and {e.ref for e in one.evidence} == {"r12"}
    assert one.since == NOW - 12 * STEP


def test_rain_onto_a_cold_road_is_the_highest() -> None:
    known = {"road_temperature": steady(-0.5), "air_temperature": steady(2.5), "rain_10min": steady(0.5)}
    assert [(one.level, one.facts["condition"]) for one in run(known)] == [(3, "icing_rain")]
    snow = known | {"air_temperature": steady(-2.0)}
    assert [(one.level, one.facts["condition"]) for one in run(snow)] == [(2, "ice_or_snow")]


def test_frost_on_a_dry_road_needs_moist_air() -> None:
    known = {"road_temperature": steady(-4.0), "water_film": steady(0.0), "air_temperature": steady(-1.0)}
    assert run(known | {"humidity": steady(95.0)})[0].facts["condition"] == "frost"
    assert run(known | {"humidity": steady(60.0)}) == []
    assert run(known | {"dew_point": steady(-3.9)})[0].facts["condition"] == "frost"


def test_a_road_that_cools_is_foreseen_to_freeze() -> None:
    falling = series([3.0 - 0.25 * i for i in range(10)])  # 0.75 °C now, 1.5 °C an hour down
    (one,) = run({"road_temperature": falling, "water_film": steady(0.5)})
    assert (one.level, one.observed, one.source, one.facts["condition"]) == (1, False, "g1:foreseen", "black_ice")
    assert one.facts["icy_at"] == "2026-08-01T19:00+09:00"
    assert one.probability is not None and one.probability >= 0.5
    assert run({"road_temperature": falling, "water_film": steady(0.0)}) == []  # and dry
    assert run({"road_temperature": falling[-3:], "water_film": steady(0.5)}) == []  # too short a look to say


def test_de_icer_keeps_it_wet_and_wears_off() -> None:
    known = {"road_temperature": steady(-3.0, 37), "water_film": steady(0.2, 37)}
    spread = Sample(NOW - 3 * STEP, 20.0, "s1")
    assert run(known)[0].level == 2
    (one,) = run(known | {"deicer": [spread]})  # it was icy before the spreader came
    assert one.facts["condition"] == "black_ice" and "残るおそれ" in one.headline
    assert "凍結防止剤" in one.evidence[0].text
    early = replace(spread, at=NOW - 36 * STEP)
    (worn,) = run(known | {"deicer": [early]})
    assert worn.since > NOW - 30 * STEP and worn.facts["condition"] == "black_ice"
    washed = known | {"deicer": [replace(spread, at=NOW - 36 * STEP, value=40.0)]}
    kept = run(washed)
    rained = run(washed | {"rain_10min": steady(1.0, 37), "air_temperature": steady(4.0, 37)})
    assert rained[0].since < (kept[0].since if kept else NOW + STEP)


def test_ice_is_over_only_after_half_an_hour_of_warmth() -> None:
    film = steady(0.5, 20)
    warm_for = lambda steps: series([-1.0] * (20 - steps) + [1.5] * steps)  # noqa: E731
    held = run({"road_temperature": warm_for(3), "water_film": film})
    assert "残るおそれ" in held[0].headline and held[0].facts["condition"] == "black_ice"
    assert run({"road_temperature": warm_for(4), "water_film": film}) == []
    still_cold = series([-1.0] * 10 + [0.5] * 10)  # above freezing, below clearing
    assert run({"road_temperature": still_cold, "water_film": film})


def test_without_a_road_sensor_it_is_guessed_and_says_so() -> None:
    known = {"air_temperature": steady(1.0), "rain_10min": steady(0.0), "water_film": steady(0.5)}
    (one,) = run(known, quantities=ALL - {"road_temperature"})
    assert one.facts["guessed"] is True and "約-1.0℃" in one.headline and "推定" in one.evidence[0].text
    assert one.probability is not None and one.probability <= 0.8
    assert run({"air_temperature": steady(-5.0)}, quantities=frozenset({"air_temperature", "snow_depth"})) == []


def test_silence_says_nothing() -> None:
    known = {"road_temperature": steady(-1.2), "water_film": steady(0.4)}
    assert run(known, now=NOW + timedelta(minutes=61)) == []
    assert run({}) == []


values = st.lists(st.floats(-10, 10), min_size=1, max_size=20)


@given(values, values, st.floats(-40, 40), st.floats(0, 20))
def test_values_to_come_change_nothing(surface: list[float], film: list[float], poison: float, wet: float) -> None:
    known = {"road_temperature": series(surface), "water_film": series([abs(one) / 5 for one in film])}
    later = {
        "road_temperature": [*known["road_temperature"], Sample(NOW + STEP, poison, "x")],
        "water_film": [*known["water_film"], Sample(NOW + STEP, wet, "y")],
        "deicer": [Sample(NOW + STEP, 100.0, "z")],
    }
    assert run(later) == run(known)


@pytest.mark.parametrize("drop", [0.5, 1.0, 3.0])
@given(surface=values)
def test_colder_is_never_a_lower_level(surface: list[float], drop: float) -> None:
    film = steady(1.0, 20)
    level = lambda temps: max(  # noqa: E731
        (one.level for one in run({"road_temperature": series(temps), "water_film": film})), default=0
    )
    assert level([one - drop for one in surface]) >= level(surface)


def test_what_is_older_than_its_memory_changes_nothing() -> None:
    """The hub may hand over more than six hours, for other models' sake."""
    known = {"road_temperature": steady(0.5, 40), "water_film": steady(0.5, 40)}
    older = [Sample(NOW - 40 * STEP, -5.0, "old"), *known["road_temperature"]]
    assert run(known | {"road_temperature": older}) == run(known)
