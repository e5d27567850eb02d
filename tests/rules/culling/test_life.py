"""A case of emergency culling, whatever is tried with it, in any order: nothing begins unsafe, nothing is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from feeds.status import Status
from rules.culling.case import Act, Case, Condition, Event, Office, Outcome, Plan, Stage, Told
from rules.culling.life import LONGEST, REMIND, CullingError, apply, missing, overdue, possible
from tests.rules.reports.making import NOW

HERE, THERE = ("032010001",), ("032010001", "032010002")


def case(*events: Event) -> Case:
    return Case(id=1, status=Status.EXERCISE, animal="bear", events=events or (did(Act.OPEN),))


def did(act: Act, minutes: float = 0, **more: object) -> Event:
    return Event(act=act, at=NOW + timedelta(minutes=minutes), who="sato", **more)  # type: ignore[arg-type]


def plan(areas: tuple[str, ...] = HERE, minutes: float = 60) -> Plan:
    return Plan(areas=areas, roads="", until=NOW + timedelta(minutes=minutes))


class Life(RuleBasedStateMachine):
    """People and the public's alert move at will; ``told`` follows the alert as the hub would see it."""

    def __init__(self) -> None:
        super().__init__()
        self.case, self.told, self.minute = case(), Told(), 0.0

    @rule(
        act=st.sampled_from([one for one in Act if one is not Act.OPEN]),
        condition=st.sampled_from(Condition),
        outcome=st.sampled_from([Outcome.TAKEN, Outcome.LEFT, Outcome.STOPPED, None]),
        areas=st.sampled_from([HERE, THERE, ()]),
        ahead=st.sampled_from([-5, 30, 60, 13 * 60]),
    )
    def anything(
        self, act: Act, condition: Condition, outcome: Outcome | None, areas: tuple[str, ...], ahead: float
    ) -> None:
        self.minute += 1
        made = did(
            act,
            self.minute,
            condition=condition if act in (Act.TICK, Act.UNTICK) else None,
            office=Office.MAYOR if act is Act.ORDER else None,
            outcome={Act.FINISH: outcome, Act.CALL_OFF: Outcome.CALLED_OFF}.get(act),
            plan=plan(areas, self.minute + ahead) if act is Act.PLAN else None,
        )
        before, known = self.case, missing(self.case, act, made.at, self.told)
        try:
            self.case = apply(before, made, self.told)
        except CullingError as error:
            assert " / " in str(error), "told in both languages"
            assert act not in possible(before, made.at, self.told) or outcome is None
            return
        assert self.case.events == (*before.events, made), "every act is kept, and none is changed"
        assert before.closed is None and (before.over is None or act in (Act.CLEAR, Act.CLOSE))
        assert not known or act in (Act.TICK, Act.UNTICK, Act.PLAN)
        self._began(act)
        if act is Act.WARN and self.told.stage is not Stage.OUT:
            self.told = Told(stage=Stage.WAITING)
        if act in (Act.FINISH, Act.CALL_OFF, Act.CLEAR):
            stages = {Stage.OUT: Stage.ENDING, Stage.WAITING: Stage.NOTHING}
            self.told = Told(stage=stages.get(self.told.stage, self.told.stage), areas=self.told.areas)

    def _began(self, act: Act) -> None:
        if act is Act.BEGIN:
            assert set(self.case.ticked) == set(Condition) and self.case.order, "four conditions and an order"
            assert self.told.stage is Stage.OUT and self.case.plan
            assert self.told.areas == set(self.case.plan.areas), "exactly those who are inside know"
        if act is Act.CLOSE:
            assert self.told.stage in (Stage.NOTHING, Stage.OVER, Stage.RUN_OUT), "nobody is left sitting inside"

    @rule()
    def approved(self) -> None:
        if self.told.stage is Stage.WAITING and self.case.plan:
            self.told = Told(stage=Stage.OUT, areas=frozenset(self.case.plan.areas))
        elif self.told.stage is Stage.ENDING:
            self.told = Told(stage=Stage.OVER)

    @rule()
    def refused(self) -> None:
        stages = {Stage.WAITING: Stage.NOTHING, Stage.ENDING: Stage.OUT}
        self.told = Told(stage=stages.get(self.told.stage, self.told.stage), areas=self.told.areas)

    @rule()
    def ran_out(self) -> None:
        if self.told.stage in (Stage.OUT, Stage.ENDING):
            self.told = Told(stage=Stage.RUN_OUT)

    @invariant()
    def what_was_told_is_lifted_or_it_rings(self) -> None:
        now = NOW + timedelta(minutes=self.minute)
        owed = overdue(self.case, self.told, now)
        sitting = self.told.stage in (Stage.OUT, Stage.ENDING, Stage.RUN_OUT)
        if self.case.over and sitting and not self.case.closed:
            assert owed == self.case.over.at, "at once, and until it is lifted"
        if self.case.plan and sitting and not self.case.closed and now >= self.case.plan.until - REMIND:
            assert owed is not None
        assert owed is None or sitting, "nothing rings where nobody was told"

    @invariant()
    def it_is_under_way_only_while_all_of_it_stands(self) -> None:
        if self.case.under_way:
            assert set(self.case.ticked) == set(Condition) and self.case.order and not self.case.over


Life.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
test_life = Life.TestCase


def ready() -> tuple[Case, Told]:
    """All that has to be before it may begin."""
    ticks = [did(Act.TICK, condition=one) for one in Condition]
    events = (did(Act.OPEN), did(Act.PLAN, plan=plan()), *ticks, did(Act.ORDER, office=Office.MAYOR))
    return case(*events), Told(stage=Stage.OUT, areas=frozenset(HERE))


def test_another_area_asks_for_safety_and_order_anew_a_later_hour_does_not() -> None:
    whole, told = ready()
    begun = apply(whole, did(Act.BEGIN, 1), told)
    longer = apply(begun, did(Act.PLAN, 2, plan=plan(minutes=120)), told)
    assert longer.under_way and longer.order
    wider = apply(begun, did(Act.PLAN, 2, plan=plan(THERE)), told)
    assert not wider.under_way and not wider.order and Condition.SAFE not in wider.ticked and wider.ever_began


@pytest.mark.parametrize("condition", Condition)
def test_a_condition_that_falls_halts_it(condition: Condition) -> None:
    whole, told = ready()
    begun = apply(whole, did(Act.BEGIN, 1), told)
    fallen = apply(begun, did(Act.UNTICK, 2, condition=condition), told)
    assert not fallen.under_way and not fallen.order
    with pytest.raises(CullingError, match="確かめられていない"):
        apply(fallen, did(Act.BEGIN, 3), told)


def test_nothing_begins_before_the_word_is_out_for_the_same_area_and_its_hour_lies_ahead() -> None:
    whole, told = ready()
    for wrong in (
        Told(),
        Told(stage=Stage.WAITING),
        Told(stage=Stage.ENDING, areas=told.areas),
        Told(stage=Stage.OVER),
    ):
        with pytest.raises(CullingError, match="発表されていません"):
            apply(whole, did(Act.BEGIN, 1), wrong)
    with pytest.raises(CullingError, match="区域が、決めた区域と違います"):
        apply(whole, did(Act.BEGIN, 1), Told(stage=Stage.OUT, areas=frozenset(THERE)))
    with pytest.raises(CullingError, match="見込み"):
        apply(whole, did(Act.BEGIN, 61), told)
    with pytest.raises(CullingError, match="12時間以内"):
        apply(whole, did(Act.PLAN, plan=plan(minutes=LONGEST.total_seconds() / 60 + 1)), told)
