"""The life of an order, whatever is tried with it and in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.status import Status
from rules.orders.decision import Kind
from rules.orders.life import GIVEN, OPEN, Act, ActError, Event, How, Order, State, allowed, apply, late, overdue

NOW = datetime(2027, 1, 14, 15, tzinfo=UTC)
NEW = Order(id=1, status=Status.ACTUAL, section="sw", section_name="南西工区", kind=Kind.PLOW, rule="all-roads")
TRIES = st.lists(st.tuples(st.sampled_from(Act), st.sampled_from(How)), max_size=12)


def event(act: Act, how: How = How.DESK, minutes: float = 0, **more: object) -> Event:
    return Event(act=act, at=NOW + timedelta(minutes=minutes), how=how, who="who", **more)  # type: ignore[arg-type]


def after(*acts: tuple[Act, How]) -> Order:
    order = NEW
    for minutes, (act, how) in enumerate(acts):
        order = apply(order, event(act, how, minutes))
    return order


PROPOSED = ((Act.PROPOSE, How.HUB),)
ORDERED = (*PROPOSED, (Act.ORDER, How.DESK))


@given(TRIES)
def test_whatever_is_tried_people_order_and_what_is_over_stays_so(tries: list[tuple[Act, How]]) -> None:
    order = NEW
    for minutes, (act, how) in enumerate(tries):
        before = order
        try:
            order = apply(order, event(act, how, minutes))
        except ActError:
            assert act not in allowed(before.state, how)
            continue
        assert act in allowed(before.state, how)
        assert len(order.events) == len(before.events) + 1 and order.events[:-1] == before.events
        if before.state is not None and before.state not in OPEN:
            assert order.state is before.state and act is Act.NOTE
        if order.state in GIVEN:
            given_by = order.first(Act.ORDER)
            assert given_by is not None and given_by.how is How.DESK


@given(TRIES)
def test_the_hub_alone_never_gives_declines_or_ends_an_order(tries: list[tuple[Act, How]]) -> None:
    order = after(*PROPOSED)
    for minutes, (act, _) in enumerate(tries):
        for how in (How.HUB, How.PASSES, How.LINK):
            try:
                order = apply(order, event(act, how, minutes))
            except ActError:
                continue
    assert order.state in {State.PROPOSED, State.CANCELLED}


def test_the_usual_night() -> None:
    order = after(*ORDERED, (Act.ACKNOWLEDGE, How.LINK), (Act.START, How.PASSES), (Act.FINISH, How.PASSES))
    assert order.state is State.FINISHED
    assert order.when(Act.START) == NOW + timedelta(minutes=3)
    with pytest.raises(ActError, match="finished"):
        apply(order, event(Act.CANCEL))


def test_who_was_quicker_is_told_in_both_languages_and_a_contractor_learns_no_name() -> None:
    with pytest.raises(ActError) as told:
        apply(after(*ORDERED), event(Act.DECLINE))
    ja, _, en = str(told.value).partition(" / ")
    assert "1月15日00:01 who 指示" in ja and en == "not possible while ordered: order, who 15 Jan 00:01 JST"
    with pytest.raises(ActError) as told:
        apply(after(*ORDERED, (Act.CANCEL, How.DESK)), event(Act.START, How.LINK))
    assert "who" not in str(told.value) and str(told.value).endswith("cancelled: cancel, 15 Jan 00:02 JST")
    with pytest.raises(ActError, match=r"while new$"):
        apply(NEW, event(Act.DECLINE))


def test_plows_may_be_faster_than_the_answer_and_a_contractor_may_refuse() -> None:
    started = after(*ORDERED, (Act.START, How.PASSES), (Act.ACKNOWLEDGE, How.LINK))
    assert started.state is State.WORKING
    assert after(*ORDERED, (Act.REFUSE, How.LINK)).state is State.DECLINED
    with pytest.raises(ActError):
        after(*PROPOSED, (Act.ACKNOWLEDGE, How.LINK))


def test_times_of_the_street_fit_the_order() -> None:
    order = after(*ORDERED)
    for act, off, code in ((Act.START, 30, "future"), (Act.START, -30, "too_early")):
        with pytest.raises(ActError) as caught:
            apply(order, event(act, minutes=5, happened_at=NOW + timedelta(minutes=off)))
        assert caught.value.code == code
    begun = apply(order, event(Act.START, minutes=20, happened_at=NOW + timedelta(minutes=15)))
    with pytest.raises(ActError, match="before the work began"):
        apply(begun, event(Act.FINISH, minutes=30, happened_at=NOW + timedelta(minutes=10)))
    seconds_later = apply(after(*PROPOSED), event(Act.ORDER, minutes=1.7))  # a form tells minutes alone
    at_once = apply(seconds_later, event(Act.START, minutes=3, happened_at=NOW + timedelta(minutes=1)))
    assert at_once.when(Act.START) == NOW + timedelta(minutes=1)
    noted_later = apply(after(*PROPOSED), event(Act.ORDER, minutes=15, happened_at=NOW))
    assert noted_later.when(Act.ORDER) == NOW


def test_overdue_and_late_are_told_by_the_clock() -> None:
    patience = timedelta(minutes=15)
    order = after(*ORDERED)
    given_at = NOW + timedelta(minutes=1)
    assert not overdue(order, given_at + timedelta(minutes=14), patience)
    assert overdue(order, given_at + patience, patience)
    assert not overdue(apply(order, event(Act.ACKNOWLEDGE, How.LINK, 2)), given_at + patience, patience)
    assert not late(order, NOW + timedelta(days=1))  # nobody said until when


def test_vehicles_are_those_told_last() -> None:
    order = apply(after(*ORDERED), event(Act.ACKNOWLEDGE, How.LINK, 2, vehicles=3))
    assert apply(order, event(Act.START, How.LINK, 3)).vehicles == 3
