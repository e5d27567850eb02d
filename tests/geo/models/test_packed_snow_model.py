"""Packed snow before a thaw."""

from __future__ import annotations

from datetime import timedelta

import pytest

from geo.model import Sample
from geo.models.packed_snow import PackedSnow
from tests.geo.snow.winter import HOUR, NOW, hours_of, recent, run

MODEL = PackedSnow()
SNOWY = [0.0, 30.0, 60.0, 80.0, 95.0]  # some 120 mm of water: more than 20 cm packed
COLD = {"snow_depth": hours_of(SNOWY), "air_temperature": hours_of([-5.0] * 5)}


def known(air: float) -> dict[str, list[Sample]]:
    return {"snow_depth": recent(95), "air_temperature": recent(air, name="t")}


def test_a_thaw_now() -> None:
    (one,) = run(MODEL, known(3.5), COLD)
    assert (one.kind, one.level, one.observed) == ("packed_snow", 2, True)
    assert 15 < float(one.facts["packed_cm"]) < 40 and "ザクザク" in one.headline
    assert {evidence.ref for evidence in one.evidence} == {"r0", "t0"}


def test_rain_now() -> None:
    rain = [Sample(NOW - back * HOUR, 1.0, f"w{back}") for back in range(5, -1, -1)]
    assert run(MODEL, known(1.5) | {"rain_1h": rain}, COLD)[0].level == 2
    assert run(MODEL, known(-2.0) | {"rain_1h": rain}, COLD) == []  # it is snow


def test_a_thaw_ahead_is_told_with_its_chance() -> None:
    warm_noon = [
        Sample(one.at, 4.0 if one.at.hour in {5, 6} and NOW - one.at < timedelta(hours=24) else one.value, one.ref)
        for one in COLD["air_temperature"]
    ]
    (one,) = run(MODEL, known(-1.0), COLD | {"air_temperature": warm_noon})
    assert (one.level, one.observed, one.source) == (1, False, "g1:foreseen")
    assert one.probability is not None and 0.4 <= one.probability <= 0.7
    assert run(MODEL, known(-5.0), COLD) == []


def test_thin_or_unknown_packs_say_nothing() -> None:
    thin = COLD | {"snow_depth": hours_of([0.0, 10.0, 20.0])}
    assert run(MODEL, known(5.0) | {"snow_depth": recent(20)}, thin) == []
    assert run(MODEL, known(5.0), {"air_temperature": COLD["air_temperature"]}) == []
    melted = COLD | {"air_temperature": hours_of([-5.0, -5.0, -5.0, 10.0, 10.0])}
    assert run(MODEL, known(5.0), melted) == []


def test_values_to_come_change_nothing() -> None:
    later = {name: [*some, Sample(NOW + HOUR, 30.0, "x")] for name, some in known(3.5).items()}
    poisoned = {name: [*some, Sample(NOW + HOUR, 30.0, "y")] for name, some in COLD.items()}
    assert run(MODEL, later, poisoned) == run(MODEL, known(3.5), COLD)


@pytest.mark.parametrize(("share", "told"), [(0.55, [17]), (0.45, [])])
def test_fifteen_centimetres(share: float, told: list[int]) -> None:
    winter = COLD | {"snow_depth": hours_of([share * depth for depth in SNOWY])}
    found = run(MODEL, known(3.5) | {"snow_depth": recent(share * 95)}, winter)
    assert [one.facts["packed_cm"] for one in found] == told


def test_three_degrees_or_five_millimetres() -> None:
    assert [one.observed for one in run(MODEL, known(3.0), COLD)] == [True]
    assert run(MODEL, known(2.9), COLD) == []
    rain = [Sample(NOW - back * HOUR, 1.0, f"w{back}") for back in range(4, -1, -1)]
    assert [one.observed for one in run(MODEL, known(1.5) | {"rain_1h": rain}, COLD)] == [True]
    assert run(MODEL, known(1.5) | {"rain_1h": rain[1:]}, COLD) == []


@pytest.mark.parametrize(("noon", "told"), [(2.0, [0.4]), (1.5, [])])
def test_a_thaw_is_told_of_from_four_chances_in_ten_on(noon: float, told: list[float]) -> None:
    day = timedelta(hours=24)
    air = [
        Sample(one.at, noon if one.at.hour in {5, 6} and NOW - one.at < day else one.value, one.ref)
        for one in COLD["air_temperature"]
    ]
    assert [one.probability for one in run(MODEL, known(-1.0), COLD | {"air_temperature": air})] == told
