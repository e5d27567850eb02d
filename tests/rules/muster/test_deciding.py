"""Which event asks whom: by table, over an event's whole life, and for any order in which things come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.status import Status
from rules.muster.deciding import Begin, Known, Raise, Running, Withdrawn, decide
from rules.muster.trigger import Trigger
from rules.muster.want import Want, covers, merged
from tests.rules.muster.making import MORIOKA, NOW, after, issued, quake, warning

COME = Want.COME
ALL = {"1": COME, "2": COME, "3": COME}


@pytest.mark.parametrize(
    ("trigger", "asks", "automatic"),
    [
        (quake("3"), None, False),
        (quake("4"), {"1": Want.INFORM}, True),
        (quake("5-"), {"1": COME, "2": COME}, True),
        (quake("5+"), ALL, True),
        (quake("7"), ALL, True),
        (quake("5+", at=NOW - timedelta(hours=3)), ALL, False),  # the hub was away: a person decides
        (warning(3), None, False),
        (warning(4), {"1": COME}, False),
        (warning(5), ALL, False),
        (issued(3), None, False),
        (issued(4), {"1": COME, "2": COME}, False),
        (issued(5), ALL, False),
    ],
)
def test_morioka_asks(trigger: Trigger, asks: dict[str, Want] | None, automatic: bool) -> None:
    steps = decide(MORIOKA, [trigger], Known(), NOW)
    assert [(step.asks, step.automatic) for step in steps if isinstance(step, Begin)] == (
        [(asks, automatic)] if asks else []
    )


def test_an_aftershock_that_is_stronger_widens_the_muster_and_a_weaker_one_only_joins_it() -> None:
    first, stronger, weaker = quake("5-"), quake("5+", "20260116032000"), quake("5-", "20260116034000")
    known = after(Known(), decide(MORIOKA, [first], Known(), NOW), NOW)
    (step,) = decide(MORIOKA, [first, stronger], known, NOW)
    assert isinstance(step, Raise) and step.changed and step.asks == ALL
    known = after(known, [step], NOW)
    (joined,) = decide(MORIOKA, [first, stronger, weaker], known, NOW)
    assert isinstance(joined, Raise) and not joined.changed
    known = after(known, [joined], NOW)
    assert decide(MORIOKA, [first, stronger, weaker], known, NOW) == []


def test_the_same_earthquake_told_stronger_raises_and_told_weaker_changes_nothing() -> None:
    known = after(Known(), decide(MORIOKA, [quake("4")], Known(), NOW), NOW)
    (step,) = decide(MORIOKA, [quake("5-")], known, NOW)
    assert isinstance(step, Raise) and step.asks == {"1": COME, "2": COME}
    known = after(known, [step], NOW)
    assert decide(MORIOKA, [quake("4")], known, NOW) == []


def test_two_warnings_and_an_order_at_once_are_one_proposal() -> None:
    steps = decide(MORIOKA, [warning(5), warning(4, key="warning/landslide/landslide"), issued(4)], Known(), NOW)
    (step,) = steps
    assert isinstance(step, Begin) and not step.automatic and step.asks == ALL


def test_what_was_closed_or_declined_is_not_begun_again_unless_it_grows() -> None:
    past = Known(past={(Status.ACTUAL, "quake/20260116031000"): quake("5-").strength})
    assert decide(MORIOKA, [quake("5-")], past, NOW) == []
    assert [type(step) for step in decide(MORIOKA, [quake("6-")], past, NOW)] == [Begin]


def test_another_earthquake_hours_later_is_asked_about_anew() -> None:
    known = after(Known(), decide(MORIOKA, [quake("5+")], Known(), NOW), NOW)
    later = NOW + timedelta(hours=7)
    again = quake("5-", "20260116101000", at=later, until=later + timedelta(hours=24))
    (step,) = decide(MORIOKA, [quake("5+"), again], known, later)
    assert isinstance(step, Begin) and step.replaces == 1 and step.asks == {"1": COME, "2": COME}


def test_a_drill_is_its_own_and_a_test_of_the_lines_asks_nobody() -> None:
    drill, test = quake("6-", status=Status.EXERCISE), quake("6-", status=Status.TEST)
    known = after(Known(), decide(MORIOKA, [drill, test], Known(), NOW), NOW)
    assert [one.status for one in known.running] == [Status.EXERCISE]
    (step,) = decide(MORIOKA, [drill, test, quake("5-")], known, NOW)
    assert isinstance(step, Begin) and step.status is Status.ACTUAL


def test_an_earthquake_that_is_taken_back_is_told_and_a_warning_that_ends_is_not() -> None:
    known = after(Known(), decide(MORIOKA, [quake("5+"), warning(5)], Known(), NOW), NOW)
    assert decide(MORIOKA, [], known, NOW) == [Withdrawn(1, ("quake/20260116031000",), whole=True)]
    assert decide(MORIOKA, [], known, NOW + timedelta(hours=25)) == [], "it has only grown old"
    by_hand = Known(running=[replace(one, by_hand=True) for one in known.running])
    assert [step.whole for step in decide(MORIOKA, [], by_hand, NOW) if isinstance(step, Withdrawn)] == [False]


def test_one_of_two_earthquakes_taken_back_leaves_the_muster() -> None:
    both = [quake("5-"), quake("5+", "20260116032000")]
    known = after(Known(), decide(MORIOKA, both, Known(), NOW), NOW)
    assert decide(MORIOKA, both[:1], known, NOW) == [Withdrawn(1, ("quake/20260116032000",), whole=False)]


def test_what_is_proposed_is_only_what_is_not_asked_already() -> None:
    stale = quake("5-", at=NOW - timedelta(hours=3))
    asked = Running(number=9, family="earthquake", status=Status.ACTUAL, open=True, asks=ALL, began=NOW)
    (step,) = decide(MORIOKA, [stale], Known(running=[asked]), NOW)
    assert isinstance(step, Raise) and step.number == 9 and not step.changed


EVENTS = st.builds(
    lambda intensity, event, status, minutes: quake(
        intensity,
        f"2026011603{event}",
        status=status,
        at=NOW + timedelta(minutes=minutes),
        until=NOW + timedelta(minutes=minutes, hours=24),
    ),
    st.sampled_from(["4", "5-", "5+", "6-", "7"]),
    st.integers(0, 3),
    st.sampled_from([Status.ACTUAL, Status.EXERCISE, Status.TEST]),
    st.integers(0, 600),
)


@given(st.lists(EVENTS, max_size=8))
def test_one_open_muster_of_each_status_whatever_comes(events: list[Trigger]) -> None:
    """And everybody whom an event asks is asked by it, nobody twice for the same, and looking again does nothing."""
    known, seen = Known(), dict[tuple[Status, str], Trigger]()
    now = NOW
    for event in events:
        now = max(now, event.at)
        seen[event.status, event.key] = event
        current = list(seen.values())
        steps = decide(MORIOKA, current, known, now)
        known = after(known, steps, now)
        assert decide(MORIOKA, current, known, now) == []
        opened = [one for one in known.running if one.open]
        assert len({one.status for one in opened}) == len(opened)
        assert Status.TEST not in {one.status for one in known.running}
        if event.status is not Status.TEST and any(isinstance(step, Begin | Raise) for step in steps):
            asked = merged(*(one.asks for one in known.running if one.status is event.status))
            wanted = merged(*(rule.asks for rule in MORIOKA.rules if rule.fits(event)))
            assert covers(asked, wanted)
