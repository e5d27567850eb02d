"""Calls that may be about one animal: what links them, what keeps them apart, and that their order does not matter."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.finding import Finding
from feeds.japan import JAPAN
from feeds.records import Report
from geo.sighted.linking import Apart, Assumed, Chain, Sighting, Step, chains, extended, sighting_of, step

DAWN = datetime(2025, 10, 23, 5, 10, tzinfo=JAPAN)
KM = 1 / 111.195  # degrees of latitude
ASSUMED = Assumed()


def seen(minutes: float, north_km: float, key: str = "", **more: object) -> Sighting:
    at = DAWN + timedelta(minutes=minutes)
    fields = {
        "at": at,
        "key": key or f"{minutes}/{north_km}",
        "kind": "bear",
        "lon": 141.15,
        "lat": 39.70 + north_km * KM,
    }
    return Sighting(**(fields | more))  # type: ignore[arg-type]


# One morning: eight calls in 83 minutes, from Takizawa along the Kitakami to the Nakatsu in Morioka.
MORNING = [
    seen(0, 6.2, "takizawa-1", number=1),
    seen(9, 5.1, "takizawa-2"),
    seen(21, 3.3, "morioka-1", number=1),
    seen(23, 3.5, "morioka-2"),  # the same, from the other bank
    seen(40, 1.9, "morioka-3", number=1),
    seen(55, 1.0, "morioka-4"),
    seen(70, 0.4, "morioka-5", number=1),
    seen(83, 0.0, "morioka-6"),
]


def test_eight_calls_in_83_minutes_over_two_cities_may_be_one_bear() -> None:
    (one,) = chains(MORNING, ASSUMED)
    assert one.sightings == tuple(MORNING) and one.key == "takizawa-1"
    assert (one.places, one.number, one.others) == (7, 1, 0)
    assert one.steps[2].reason == "2分後・200 m：同じ目撃の可能性"
    assert one.steps[1].reason == "12分後・1.8 km（時速7.5 km）：移動した可能性"


def test_a_second_animal_is_a_chain_of_its_own() -> None:
    others = [seen(30, 14.0, "far away"), seen(44, 2.6, "mother", number=3), seen(50, 2.0, "boar", kind="boar")]
    found = chains([*MORNING, *others], ASSUMED)
    assert [chain.key for chain in found] == ["takizawa-1", "far away", "mother", "boar"]
    assert found[0].sightings == tuple(MORNING)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 200)), unique=True, max_size=14), st.randoms())
def test_the_outcome_is_the_same_in_any_order_at_once_or_one_by_one(
    calls: list[tuple[int, int]], order: random.Random
) -> None:
    sightings = [seen(minutes, tenths / 10) for minutes, tenths in calls]
    whole = chains(sightings, ASSUMED)
    order.shuffle(sightings)
    assert chains(sightings, ASSUMED) == whole
    grown: tuple[Chain, ...] = ()
    for one in sightings:
        grown = extended(grown, one, ASSUMED)
    assert grown == whole
    assert sorted(one.key for chain in whole for one in chain.sightings) == sorted(one.key for one in sightings)
    for chain in whole:
        for earlier, later, way in zip(chain.sightings[:-1], chain.sightings[1:], chain.steps, strict=True):
            assert step(earlier, later, ASSUMED) == way and (way.kmh or 0) <= ASSUMED.speed_kmh


@pytest.mark.parametrize(
    ("later", "why"),
    [
        (seen(30, 0, kind="boar"), Apart.KIND),
        (seen(30, 0, number=2), Apart.NUMBER),
        (seen(180, 9), None),
        (seen(180.1, 0), Apart.LATE),
        (seen(60, 15.2), None),  # 15 km/h, and what callers may be wrong by
        (seen(60, 15.4), Apart.FAST),
        (seen(0, 0.4), Apart.FAST),
    ],
)
def test_what_keeps_two_sightings_apart(later: Sighting, why: Apart | None) -> None:
    found = step(seen(0, 0, number=1), later, ASSUMED)
    assert found is why if why else isinstance(found, Step)


def test_numbers_carry_over_calls_that_told_none() -> None:
    found = chains([seen(0, 0, "one", number=1), seen(10, 0.5, "?"), seen(20, 1.0, "two", number=2)], ASSUMED)
    assert [[one.key for one in chain.sightings] for chain in found] == [["one", "?"], ["two"]]


def test_where_two_chains_fit_the_slower_step_is_taken_and_the_doubt_is_told() -> None:
    found = chains([seen(0, 0, "a", number=1), seen(1, 4, "b", number=2), seen(60, 1, "c")], ASSUMED)
    assert [[one.key for one in chain.sightings] for chain in found] == [["a", "c"], ["b"]]
    assert found[0].others == 1


def test_a_repeat_of_a_report_and_its_correction_count_once() -> None:
    found = extended(chains(MORNING, ASSUMED), replace(MORNING[3], lat=39.70 + 3.4 * KM), ASSUMED)
    assert [len(chain.sightings) for chain in found] == [8]
    assert chains([seen(0, 0, "x"), seen(300, 0, "y")], Assumed(gap=timedelta(hours=6)))[0].places == 2


def test_a_trace_is_where_an_animal_was_and_in_no_chain() -> None:
    told = Report(
        gateway="gw", report_id="1", kind="bear", measured_at=DAWN, text="2頭", place="", lon=141.15, lat=39.7
    )  # fmt: skip
    assert sighting_of(told) is not None
    assert sighting_of(replace(told, finding=Finding.INJURY)) is not None
    assert sighting_of(replace(told, finding=Finding.TRACE)) is None
