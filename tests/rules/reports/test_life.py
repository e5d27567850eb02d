"""The life of a report, whatever is tried with it and in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from feeds.records import Report
from geo.sighted.told import held_back
from rules.reports.case import GONE, OPEN, PUBLIC, Act, Case, CaseError, How, State
from rules.reports.life import REASONS, allowed, apply, waits
from rules.reports.reason import Reason
from rules.reports.standing import stood
from tests.rules.reports.making import NOW, case, event, lived

BEAR = Report(gateway="gw", report_id="1", kind="bear", measured_at=NOW, text="クマ", place="河川敷")
_PEOPLE = ("sato", "suzuki")


class Life(RuleBasedStateMachine):
    """Residents, issuers, two officers and the clock try whatever they like."""

    def __init__(self) -> None:
        super().__init__()
        self.case, self.minute = case(), 0.0

    @rule(
        act=st.sampled_from(Act),
        how=st.sampled_from(How),
        who=st.sampled_from(_PEOPLE),
        into=st.integers(1, 3),
        minutes=st.sampled_from([0, 1, 20]),
    )
    def anything(self, act: Act, how: How, who: str, into: int, minutes: float) -> None:
        self.minute += minutes
        before, facts = self.case, {"into": into} if act is Act.MERGE else {}
        one = event(act, how, self.minute, who, **facts)
        try:
            self.case = apply(before, one)
        except CaseError as error:
            assert " / " in str(error), "told in both languages"
            claimed = before.claimed(one.at)
            barred = claimed is not None and claimed.who != who
            assert act not in allowed(before, how) or barred or (act is Act.MERGE and into == before.id)
            return
        assert act in allowed(before, how)
        assert self.case.events == (*before.events, one), "every act is kept, and none is changed"

    @invariant()
    def only_people_and_issuers_make_it_public(self) -> None:
        if self.case.state not in PUBLIC:
            return
        made = [one for one in self.case.events if one.act in (Act.VOUCH, Act.CONFIRM, Act.SIGN_OFF)]
        assert made and all(one.how is (How.ISSUER if one.act is Act.VOUCH else How.DESK) for one in made)

    @invariant()
    def the_record_says_no_more_than_the_case(self) -> None:
        if self.case.state is None:
            return
        told = stood(BEAR, self.case)
        public = self.case.state in PUBLIC and self.case.same_as is None
        assert held_back(told) is not public or self.case.state is State.EXPIRED
        assert told.text == BEAR.text
        if self.case.state in GONE:
            assert told.judged is not None and told.judged.gone and not told.confirmed

    @invariant()
    def what_is_over_stays_over_until_a_person_reopens_it(self) -> None:
        acts = [one.act for one in self.case.events]
        if Act.EXPIRE in acts:
            assert self.case.state is State.EXPIRED
        if self.case.state in OPEN and {Act.REJECT, Act.WITHDRAW} & set(acts):
            assert Act.REOPEN in acts


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_the_way_from_arrival_to_the_end_has_a_reason_at_every_step() -> None:
    one = lived(case(), Act.TRIAGE, Act.SIGN_OFF, Act.CONFIRM)
    one = apply(one, event(Act.EXPIRE, How.HUB, who="hub"))
    assert one.state is State.EXPIRED
    assert all(isinstance(step.reason, Reason) and step.reason.ja and step.reason.en for step in one.events)
    assert stood(BEAR, one).confirmed, "over, and not untrue: it still counts where sightings are counted"


@pytest.mark.parametrize("act", [Act.CONFIRM, Act.SIGN_OFF, Act.REJECT])
def test_what_nobody_has_read_is_not_judged_and_the_refusal_tells_the_cure(act: Act) -> None:
    with pytest.raises(CaseError, match="先に「内容を確かめた」") as refused:
        apply(lived(case()), event(act))
    assert refused.value.code == "state"


def test_an_act_without_its_own_reason_is_refused_with_those_that_fit() -> None:
    wrong = replace(event(Act.REJECT), reason=Reason.POLICE)
    with pytest.raises(CaseError, match="fake_photo") as refused:
        apply(lived(case(), Act.TRIAGE), wrong)
    assert refused.value.code == "no_reason"


def test_a_claim_keeps_others_away_until_it_ends_is_released_or_an_approver_signs() -> None:
    mine = lived(case(), Act.CLAIM, Act.TRIAGE)
    with pytest.raises(CaseError, match="sato") as refused:
        apply(mine, event(Act.CONFIRM, minutes=5, who="suzuki"))
    assert refused.value.code == "claimed"
    assert apply(mine, event(Act.CONFIRM, minutes=15, who="suzuki")).state is State.CONFIRMED
    freed = apply(mine, event(Act.RELEASE, minutes=5, who="suzuki"))
    assert apply(freed, event(Act.CONFIRM, minutes=5, who="suzuki")).state is State.CONFIRMED
    assert apply(mine, event(Act.SIGN_OFF, minutes=5, who="suzuki")).state is State.UNCONFIRMED


def test_a_merged_report_is_let_alone_and_comes_back_as_it_was() -> None:
    child = apply(lived(case(2), Act.TRIAGE), event(Act.MERGE, into=1))
    assert child.state is State.TRIAGED and not waits(child)
    assert stood(BEAR, child).judged.gone  # type: ignore[union-attr]
    with pytest.raises(CaseError, match="番号 1") as refused:
        apply(child, event(Act.CONFIRM))
    assert refused.value.code == "merged"
    alone = apply(child, event(Act.SPLIT))
    assert waits(alone) and not stood(BEAR, alone).judged.gone  # type: ignore[union-attr]


def test_what_a_sender_changes_after_the_judgement_waits_for_a_person_and_undoes_nothing() -> None:
    known = lived(case(), Act.TRIAGE, Act.CONFIRM)
    changed = apply(known, event(Act.REVISE, How.SENDER, who="gw"))
    assert changed.state is State.CONFIRMED and waits(changed)
    assert not waits(apply(changed, event(Act.NOTE)))


def test_a_correction_counts_only_once_people_may_have_been_told() -> None:
    before = apply(lived(case(), Act.TRIAGE), event(Act.CORRECT, place="上の橋"))
    assert stood(BEAR, before).place == "上の橋"
    assert stood(BEAR, before).judged.corrected == 0  # type: ignore[union-attr]
    after = apply(apply(before, event(Act.CONFIRM)), event(Act.CORRECT, seen_at=(NOW - timedelta(hours=1)).isoformat()))
    told = stood(BEAR, after)
    assert told.judged.corrected == 1 and told.place == "上の橋"  # type: ignore[union-attr]
    assert told.measured_at == NOW - timedelta(hours=1)


def test_every_act_that_leads_somewhere_has_reasons() -> None:
    free = {Act.CLAIM, Act.RELEASE, Act.ASSIGN, Act.NOTE}
    assert REASONS.keys() == set(Act) - free
    assert isinstance(case(), Case)
