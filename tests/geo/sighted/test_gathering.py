"""Separate events in fixed places: what is linked, what is told, and what it cannot tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.japan import JAPAN
from geo.mesh import cell_at
from geo.sighted.gathering import Link, Seen, gatherings
from geo.sighted.squares import mesh_cell, mesh_place

TODAY = date(2026, 8, 2)
NOON = datetime(2026, 8, 1, 12, tzinfo=JAPAN)  # yesterday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANIMAL = Link(3 * HOUR, 15.0)
HERE = cell_at(141.0703, 39.6632, 4)
PLACE = mesh_place(HERE)


def place(north: int) -> str:
    return mesh_place(HERE.beside(north, 0))


def told(*seen: tuple[timedelta, str], link: Link | None = ANIMAL) -> list[tuple[str, int, int | None]]:
    reports = [Seen(NOON - back, where, f"key {i}") for i, (back, where) in enumerate(seen)]
    return [(one.place, one.low, one.high) for one in gatherings(reports, TODAY, 7.0, link)]


def apart(count: int, where: str = PLACE) -> list[tuple[timedelta, str]]:
    return [(6 * HOUR * i, where) for i in range(count)]


@pytest.mark.parametrize(
    ("count", "bounds"),
    [(1, None), (2, None), (3, (3, 5)), (5, (3, 5)), (6, (6, 10)), (10, (6, 10)), (11, (11, None)), (60, (11, None))],
)
def test_numbers_are_told_in_classes_and_not_below_three(count: int, bounds: tuple[int, int | None] | None) -> None:
    assert told(*apart(count)) == ([(PLACE, *bounds)] if bounds else [])


def test_several_calls_about_one_animal_are_one_event() -> None:
    calls = [(10 * i * timedelta(minutes=1), PLACE) for i in range(9)]  # eight calls in 83 minutes
    assert told(*calls) == [] and told(*calls, link=None) == [(PLACE, 6, 10)]
    chain = [(2 * HOUR * i, PLACE) for i in range(6)]
    assert told(*chain) == [], "links carry over from report to report"
    assert told(*[(4 * HOUR * i, PLACE) for i in range(6)]) == [(PLACE, 6, 10)], "four hours later it is another"


@pytest.mark.parametrize(
    ("cells_away", "hours", "one_animal"),
    [(1, 2.9, True), (90, 2.9, True), (110, 2.9, False), (1, 0.01, True), (3, 0.01, False), (5, 3.1, False)],
)
def test_an_animal_walks_no_faster_than_it_can(cells_away: int, hours: float, one_animal: bool) -> None:
    """Here, elsewhere after ``hours``, there again, and here again; another two days here. A cell is 463 m high."""
    there = place(cells_away)
    again = [(-hours * HOUR, there), (-(hours + 2.995) * HOUR, there), (-(hours + 5.9) * HOUR, place(0))]
    shifted = [(back + 12 * HOUR, where) for back, where in [(timedelta(0), place(0)), *again]]
    assert told(*shifted, (5 * DAY, place(0))) == ([] if one_animal else [(place(0), 3, 5)])


def test_an_incident_between_people_is_linked_in_its_place_only() -> None:
    link = Link(HOUR, 0.0)
    assert told(*[(20 * i * timedelta(minutes=1), "sw") for i in range(5)], link=link) == []
    both = [(timedelta(0), "sw"), (timedelta(0), "se"), (DAY, "sw"), (2 * DAY, "sw")]
    assert told(*both, link=link) == [("sw", 3, 5)]


def test_old_events_weigh_less() -> None:
    def weight(*days: int) -> float:
        seen = [Seen(NOON - day * DAY, PLACE, str(day)) for day in days]
        (one,) = gatherings(seen, TODAY, 7.0, ANIMAL)
        return one.weight

    assert weight(0, 7, 14) == 1 + 0.5 + 0.25
    seen = [Seen(NOON - timedelta(days=7, hours=hour), PLACE, str(hour)) for hour in (-11, 0, 11)]
    assert gatherings(seen, TODAY, 7.0, None)[0].weight == 1.5, "by the day and not by the hour"


REPORTS = st.lists(st.tuples(st.integers(0, 14 * 24), st.integers(0, 3)), max_size=40)


@given(REPORTS, st.randoms())
def test_order_keys_and_repeats_are_nothing(reports: list[tuple[int, int]], chance: object) -> None:
    seen = [Seen(NOON - back * HOUR, place(north), f"tanaka-{i}") for i, (back, north) in enumerate(reports)]
    found = gatherings(seen, TODAY, 7.0, ANIMAL)
    turned = list(reversed([*seen, *seen]))
    renamed = [replace(one, key=f"other-{i}") for i, one in enumerate(turned[len(seen) :])]
    assert gatherings(turned, TODAY, 7.0, ANIMAL) == gatherings(renamed, TODAY, 7.0, ANIMAL) == found
    assert "tanaka" not in repr(found)


@given(REPORTS, st.integers(0, 14 * 24), st.integers(0, 3))
def test_one_report_more_is_a_class_more_at_most(reports: list[tuple[int, int]], back: int, north: int) -> None:
    classes = [0, 3, 6, 11]
    seen = [Seen(NOON - hours * HOUR, place(at), str(i)) for i, (hours, at) in enumerate(reports)]
    more = [*seen, Seen(NOON - back * HOUR, place(north), "more")]
    before, after = (
        {one.place: classes.index(one.low) for one in gatherings(some, TODAY, 7.0, None)} for some in (seen, more)
    )
    moved = {where for where in before.keys() | after.keys() if before.get(where, 0) != after.get(where, 0)}
    assert moved <= {place(north)} and after.get(place(north), 0) - before.get(place(north), 0) in (0, 1)


def test_places() -> None:
    assert mesh_cell(PLACE) == HERE and f"mesh-{HERE.code}" == PLACE
    assert mesh_cell("032010001") is None and mesh_cell("mesh-1") is None
