"""What the queue tells a person who opens it: whose turn it is, what may be one event, who handles it, when it ends."""

from __future__ import annotations

from datetime import timedelta

from feeds.plain_report import KINDS as SENT
from feeds.status import Status
from rules.reports.case import Act
from rules.reports.handling import Handles, handler_of
from rules.reports.kinds import KINDS, ends_at
from rules.reports.same import MOST, likely_same
from rules.reports.turn import turn
from tests.rules.reports.making import NOW, case, lived


def test_every_kind_that_can_be_sent_has_its_row() -> None:
    assert KINDS.keys() == set(SENT)


def test_five_callers_may_be_one_event_and_the_bear_across_town_is_another() -> None:
    calls = [lived(case(n, seen_at=NOW + timedelta(minutes=4 * n), lon=141.154 + 0.0003 * n)) for n in range(1, 6)]
    far = lived(case(6, seen_at=NOW, lon=141.20))
    drill = lived(case(7, seen_at=NOW, status=Status.EXERCISE))
    boar = lived(case(8, seen_at=NOW, kind="boar"))
    late = lived(case(9, seen_at=NOW + timedelta(hours=2)))
    pairs = {(one.first, one.second) for some in likely_same([*calls, far, drill, boar, late]).values() for one in some}
    assert pairs == {(a, b) for a in range(1, 6) for b in range(a + 1, 6)}


def test_of_a_night_of_calls_each_is_shown_beside_the_oldest_alone() -> None:
    calls = [lived(case(n, seen_at=NOW + timedelta(seconds=n))) for n in range(1, 301)]
    found = likely_same(calls)
    assert [one.first for one in found[300]] == [1, 2, 3, 4, 5] and {len(some) for some in found.values()} == {MOST}


def test_without_points_only_the_same_words_for_the_place_may_be_one() -> None:
    here = lived(case(1, lon=None, lat=None, place="上の橋"))
    same = lived(case(2, lon=None, lat=None, place="上の橋"))
    nowhere = lived(case(3, lon=None, lat=None))
    assert [(one.first, one.second, one.metres) for one in likely_same([here, same, nowhere])[1]] == [(1, 2, None)]


def test_the_real_and_urgent_comes_first_and_what_is_judged_comes_last() -> None:
    bear = lived(case(1, arrived_at=NOW - timedelta(minutes=6)))
    theft = lived(case(2, kind="theft", arrived_at=NOW - timedelta(hours=5)))
    old_theft = lived(case(3, kind="theft", arrived_at=NOW - timedelta(days=2)))
    judged = lived(case(4), Act.TRIAGE, Act.CONFIRM)
    drill = lived(case(5, status=Status.EXERCISE, arrived_at=NOW - timedelta(days=3)))
    found = sorted([judged, drill, theft, bear, old_theft], key=lambda one: turn(one, NOW))
    assert [one.id for one in found] == [1, 3, 2, 5, 4], "late ones by how urgent their kind is, then who waits longest"


def test_a_report_is_whose_the_table_says_unless_a_person_said_otherwise() -> None:
    table = (
        Handles(who="鳥獣担当", kinds=("bear", "boar")),
        Handles(who="玉山", areas=("03201T*",)),
        Handles(who="当直"),
    )
    assert handler_of(case(), table) == "鳥獣担当"
    assert handler_of(case(kind="damage", area="03201T01"), table) == "玉山"
    assert handler_of(case(kind="other", handler="佐藤"), table) == "佐藤"
    assert handler_of(case(kind="other"), ()) == ""


def test_unjudged_ones_grow_old_by_their_arrival_and_told_ones_by_what_was_seen() -> None:
    waiting = lived(case(arrived_at=NOW + timedelta(hours=3)))
    assert ends_at(waiting) == NOW + timedelta(hours=27)
    assert ends_at(lived(case(), Act.TRIAGE, Act.CONFIRM)) == NOW + timedelta(days=14)
