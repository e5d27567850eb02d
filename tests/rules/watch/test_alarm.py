"""Whose turn it is: groups in order, answers, who went and stayed silent, drills, and who never agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.status import Status
from rules.watch.alarm import (
    DESK,
    GOING_HOLDS,
    ROUNDS,
    Answer,
    Call,
    Reply,
    Standing,
    What,
    group_of,
    is_due,
    standing,
)
from rules.watch.ward import Purpose, soon_over
from tests.rules.watch.making import END, NOW, consent, supporter, ward

WARD = ward()


def call(step: int = 1, *replies: Reply, at: datetime = NOW, **changes: object) -> Call:
    whole = Call(what=What.BUTTON, status=Status.ACTUAL, step=step, step_at=at if step else None, replies=replies)
    return replace(whole, **changes)  # type: ignore[arg-type]


def said(number: int, answer: Answer, minutes: float = 0) -> Reply:
    return Reply(supporter=number, answer=answer, at=NOW + timedelta(minutes=minutes))


def test_the_first_group_is_due_at_once_and_the_next_after_five_minutes() -> None:
    assert is_due(call(0), WARD, NOW) and [one.number for one in group_of(call(0), WARD, NOW)] == [1]
    assert not is_due(call(1), WARD, NOW + timedelta(minutes=4))
    assert is_due(call(1), WARD, NOW + timedelta(minutes=5))
    assert [one.number for one in group_of(call(1), WARD, NOW)] == [2, 3]
    slow = call(1, what=What.EVACUATE)
    assert not is_due(slow, WARD, NOW + timedelta(minutes=14)) and is_due(slow, WARD, NOW + timedelta(minutes=15))


def test_who_declined_or_was_not_reached_need_not_be_waited_for_but_a_round_never_begins_early() -> None:
    assert is_due(call(1, said(1, Answer.CANNOT)), WARD, NOW)
    assert is_due(call(1, not_reached=frozenset({1})), WARD, NOW)
    assert not is_due(call(2, not_reached=frozenset({2, 3})), WARD, NOW)
    assert [one.number for one in group_of(call(2, said(1, Answer.CANNOT)), WARD, NOW)] == []


def test_who_goes_holds_the_others_for_a_while_and_done_is_the_end() -> None:
    going = call(1, said(1, Answer.GOING))
    assert standing(going, WARD, NOW) is Standing.GOING and not is_due(going, WARD, NOW + timedelta(minutes=44))
    assert is_due(going, WARD, NOW + GOING_HOLDS)
    done = call(1, said(1, Answer.GOING), said(DESK, Answer.DONE, 1))
    assert standing(done, WARD, NOW + timedelta(days=1)) is Standing.DONE
    changed = call(1, said(1, Answer.GOING), said(1, Answer.CANNOT, 1))
    assert standing(changed, WARD, NOW) is Standing.CALLING, "the last word counts"


def test_nobody_is_told_apart_from_calling() -> None:
    assert standing(call(2), WARD, NOW) is Standing.CALLING
    assert standing(call(2 * ROUNDS), WARD, NOW) is Standing.NOBODY
    every = [said(one.number, Answer.CANNOT) for one in WARD.supporters]
    assert standing(call(2, *every), WARD, NOW) is Standing.NOBODY
    assert standing(call(0), replace(WARD, supporters=()), NOW) is Standing.NOBODY
    assert standing(call(1, said(1, Answer.UNREACHED)), WARD, NOW) is Standing.UNREACHED


def test_without_a_consent_nobody_s_turn_comes() -> None:
    only = replace(WARD, consents=(consent(Purpose.DISASTER),))
    assert not is_due(call(0), only, NOW) and is_due(call(0, what=What.EVACUATE), only, NOW)
    assert not is_due(call(0, what=What.EVACUATE, status=Status.EXERCISE), only, NOW)
    assert not is_due(call(0), WARD, END), "it ran out"


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(list(Answer)), st.integers(0, 60)).map(lambda one: said(*one)),
        max_size=6,
    ),
    st.integers(0, 8),
    st.integers(0, 300),
)
def test_nobody_is_called_when_it_is_over_and_nobody_who_cannot(replies: list[Reply], step: int, later: int) -> None:
    now = NOW + timedelta(minutes=later)
    one = call(step, *replies)
    due, where = is_due(one, WARD, now), standing(one, WARD, now)
    assert not (due and where in {Standing.DONE, Standing.GOING})
    assert not (due and step >= 2 * ROUNDS)
    refused = {number for number, reply in one.latest.items() if reply.answer is Answer.CANNOT}
    assert not refused & {each.number for each in group_of(one, WARD, now)}


def test_what_runs_out_soon_is_told_unless_it_was_renewed() -> None:
    old = consent(until=NOW + timedelta(days=10))
    far = NOW + timedelta(days=30)
    short = supporter(9, "x", until=NOW + timedelta(days=5))
    found = soon_over(ward(consents=(old,), supporters=(short,), devices=()), NOW, far)
    assert [what for what, _ in found] == ["supporter:9", *(f"consent:{one.value}" for one in Purpose)]
    assert soon_over(ward(consents=(old, consent())), NOW, far) == []
