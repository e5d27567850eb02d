"""Each stage alone: what goes on, what is dropped, and for which reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from rules.alert import Place, State
from rules.proposal import Drop, Proposal, Reason
from rules.rule import Rule
from rules.situation import Standing
from rules.stages import CHAIN, all_clear, change, dedup, fresh, hold, late, outrank, rejected, settle, unless
from tests.rules.making import NOW, RULE, hazard, issued, proposal, rule, situation, toml

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def river(tmp_path: Path) -> Rule:
    return rule(tmp_path)


def dropped(outcome: Proposal | Drop) -> Reason:
    assert isinstance(outcome, Drop), outcome
    return outcome.reason


def passed(outcome: Proposal | Drop) -> Proposal:
    assert isinstance(outcome, Proposal), outcome
    return outcome


def test_the_chain_reads_in_the_documented_order() -> None:
    names = [stage.__name__ for stage in CHAIN]  # type: ignore[attr-defined]
    speaks = ["fresh", "left_out", "late", "hold", "unless", "mute", "outrank"]
    assert names == [
        *speaks,
        *["inhibit", "gather", "all_clear", "rejected", "dedup", "settle", "spare", "digest", "quiet"],
    ]


class TestFresh:
    def test_believed_until_now_is_not_believed_now(self, river: Rule) -> None:
        old = hazard(valid_until=NOW)
        assert dropped(fresh(situation(old), proposal(river, old))) is Reason.STALE

    def test_one_second_more_is_enough(self, river: Rule) -> None:
        young = hazard(valid_until=NOW + timedelta(seconds=1))
        assert passed(fresh(situation(young), proposal(river, young))).hazards == (young,)

    def test_the_stale_one_steps_aside_and_the_other_speaks(self, river: Rule) -> None:
        old, young = hazard("a1", valid_until=NOW), hazard("a2")
        outcome = passed(fresh(situation(old, young), proposal(river, old, young)))
        assert (outcome.hazards, outcome.aside) == ((young,), (old,))


class TestLate:
    def test_readings_that_came_late_begin_nothing(self, river: Rule) -> None:
        old = hazard(late=True)
        assert dropped(late(situation(old), proposal(river, old))) is Reason.LATE

    def test_they_neither_raise_what_was_told_nor_end_it(self, river: Rule) -> None:
        standing = issued(river, hazard(level=3))
        same, risen = hazard(level=3, late=True), hazard(level=4, late=True)
        assert passed(late(situation(same), proposal(river, same, standing=standing))).hazards == (same,)
        assert dropped(late(situation(risen), proposal(river, risen, standing=standing))) is Reason.LATE

    def test_what_has_run_out_is_not_renewed_by_them(self, river: Rule) -> None:
        standing = issued(river, hazard(level=3))
        past = replace(standing, alert=replace(standing.alert, expires=NOW))
        same = hazard(level=3, late=True)
        assert dropped(late(situation(same), proposal(river, same, standing=past))) is Reason.LATE

    def test_beside_a_fresh_one_they_step_aside(self, river: Rule) -> None:
        fresh_one, old = hazard("a1"), hazard("a2", late=True)
        outcome = passed(late(situation(fresh_one, old), proposal(river, fresh_one, old)))
        assert (outcome.hazards, outcome.aside) == ((fresh_one,), (old,))


class TestHold:
    @pytest.mark.parametrize(
        ("minutes", "goes_on"),
        [(0, False), (9, False), (10, True), (60, True)],  # the tenth minute counts
    )
    def test_the_level_must_have_stood(self, river: Rule, minutes: int, goes_on: bool) -> None:
        slow = replace(river, hold=10 * MINUTE)
        one = hazard(since=NOW - minutes * MINUTE)
        outcome = hold(situation(one), proposal(slow, one))
        assert isinstance(outcome, Proposal) is goes_on
        if isinstance(outcome, Drop):
            assert outcome.reason is Reason.NOT_HELD
            assert f"{minutes}分／10分" in outcome.detail

    def test_what_the_series_speaks_of_already_need_not_wait_again(self, river: Rule) -> None:
        slow = replace(river, hold=10 * MINUTE)
        standing = issued(slow, hazard(level=3))
        risen = hazard(level=4, since=NOW)
        assert passed(hold(situation(risen), proposal(slow, risen, standing=standing))).hazards == (risen,)


class TestUnless:
    def test_a_graver_kind_in_the_same_area_silences(self, tmp_path: Path) -> None:
        text = toml(top='unless = [{ other = { kind = "landslide", level_at_least = 4 } }]')
        advisory, slide = hazard(), hazard(kind="landslide", level=4)
        quiet = rule(tmp_path, text)
        assert dropped(unless(situation(advisory, slide), proposal(quiet, advisory))) is Reason.SILENCED
        elsewhere = replace(slide, area="a9")
        assert passed(unless(situation(advisory, elsewhere), proposal(quiet, advisory)))

    def test_without_exceptions_everything_goes_on(self, river: Rule) -> None:
        assert passed(unless(situation(hazard()), proposal(river, hazard()))).hazards == (hazard(),)


class TestOutrank:
    def test_the_higher_level_of_kind_and_area_speaks(self, river: Rule) -> None:
        high, low = hazard(level=4, source="g2"), hazard(level=3)
        outcome = passed(outrank(situation(), proposal(river, high, low)))
        assert (outcome.hazards, outcome.aside) == ((high,), (low,))

    def test_at_one_level_the_observed_speaks_for_the_foreseen(self, river: Rule) -> None:
        seen, foreseen = hazard(), hazard(observed=False, source="g1:foreseen")
        assert passed(outrank(situation(), proposal(river, foreseen, seen))).hazards == (seen,)

    def test_other_areas_and_kinds_keep_their_voice(self, river: Rule) -> None:
        several = (hazard(level=4), hazard("a2", level=2), hazard(kind="landslide", level=2))
        assert passed(outrank(situation(), proposal(river, *several))).hazards == several

    def test_two_sources_at_one_level_both_speak(self, river: Rule) -> None:
        two = (hazard(), hazard(source="g2"))
        assert passed(outrank(situation(), proposal(river, *two))).hazards == two


class TestAllClear:
    def test_with_hazards_there_is_nothing_to_end(self, river: Rule) -> None:
        assert passed(all_clear(situation(), proposal(river, hazard()))).reason is None

    def test_what_was_issued_is_lifted(self, river: Rule) -> None:
        standing = issued(river, hazard())
        assert passed(all_clear(situation(), proposal(river, standing=standing))).reason is Reason.ALL_CLEAR

    @pytest.mark.parametrize(
        ("make", "reason"),
        [
            (lambda s: replace(s, state=State.DRAFT, issued_revision=0, chain=()), Reason.GONE),
            (lambda s: replace(s, state=State.REJECTED, issued_revision=0, chain=()), Reason.GONE),
            (lambda s: replace(s, alert=replace(s.alert, expires=NOW), chain=()), Reason.EXPIRED),
            (lambda s: replace(s, state=State.DRAFT, alert=replace(s.alert, ends=True)), Reason.NOTHING_NEW),
            (lambda s: replace(s, state=State.REJECTED, alert=replace(s.alert, ends=True)), Reason.REJECTED),
        ],
    )
    def test_when_there_is_nothing_to_lift(
        self, river: Rule, make: Callable[[Standing], Standing], reason: Reason
    ) -> None:
        standing = make(issued(river, hazard()))
        assert dropped(all_clear(situation(), proposal(river, standing=standing))) is reason

    def test_an_all_clear_that_lay_too_long_is_written_anew(self, river: Rule) -> None:
        first = issued(river, hazard())
        late = replace(first, state=State.DRAFT, alert=replace(first.alert, ends=True, expires=NOW))
        assert passed(all_clear(situation(), proposal(river, standing=late))).ends

    def test_what_never_was_is_no_all_clear_and_is_said_by_rules_without_one_too(
        self, river: Rule, tmp_path: Path
    ) -> None:
        mute = rule(tmp_path, RULE.partition("[all_clear.ja]")[0])
        for one in (river, mute):
            standing = issued(one, hazard())
            back = replace(situation(), taken_back=frozenset({hazard().key}))
            ended = passed(all_clear(back, proposal(one, standing=standing)))
            assert ended.reason is Reason.TAKEN_BACK and ended.ends
        part = issued(river, hazard(), hazard("a2"))
        assert passed(all_clear(back, proposal(river, standing=part))).reason is Reason.ALL_CLEAR

    def test_a_rule_without_all_clear_words_lets_it_run_out(self, tmp_path: Path) -> None:
        mute = rule(tmp_path, RULE.partition("[all_clear.ja]")[0])
        standing = issued(mute, hazard())
        assert dropped(all_clear(situation(), proposal(mute, standing=standing))) is Reason.RUNS_OUT


class TestRejected:
    @pytest.mark.parametrize(
        ("now_there", "comes_back"),
        [
            ([hazard(level=3)], False),  # the same
            ([hazard(level=2)], False),  # less
            ([hazard(level=4)], True),  # risen
            ([hazard(level=3), hazard("a2", level=2)], True),  # another area
        ],
    )
    def test_comes_back_only_when_it_grows(self, river: Rule, now_there: list, comes_back: bool) -> None:
        standing = issued(river, hazard(level=3), state=State.REJECTED)
        outcome = rejected(situation(), proposal(river, *now_there, standing=standing))
        assert isinstance(outcome, Proposal) is comes_back
        if not comes_back:
            assert dropped(outcome) is Reason.REJECTED


class TestDedup:
    def test_first(self, river: Rule) -> None:
        assert passed(dedup(situation(), proposal(river, hazard()))).reason is Reason.FIRST

    @pytest.mark.parametrize(
        ("before", "after", "reason"),
        [
            ([hazard(level=3)], [hazard(level=4)], Reason.RISEN),
            ([hazard(level=3)], [hazard(level=2)], Reason.FALLEN),
            ([hazard()], [hazard(), hazard("a2")], Reason.GROWN),
            ([hazard()], [hazard(), hazard(source="g2")], Reason.GROWN),
            ([hazard(), hazard("a2")], [hazard()], Reason.SHRUNK),
            # a foreseen level 4 has gone and the observed 3 below it speaks again: a fall, not news
            ([hazard(level=4, source="g1:foreseen")], [hazard(level=3)], Reason.FALLEN),
            # one district falls while another joins: the joining is what people must hear
            ([hazard(level=4)], [hazard(level=3), hazard("a2", level=3)], Reason.GROWN),
            # a lower district rises, the highest stays
            ([hazard(level=4), hazard("a2", level=2)], [hazard(level=4), hazard("a2", level=3)], Reason.RISEN),
        ],
    )
    @pytest.mark.parametrize("state", [State.DRAFT, State.ISSUED])
    def test_changes(self, river: Rule, before: list, after: list, reason: Reason, state: State) -> None:
        standing = issued(river, *before, state=state)
        assert passed(dedup(situation(), proposal(river, *after, standing=standing))).reason is reason

    @pytest.mark.parametrize("state", [State.DRAFT, State.ISSUED])
    def test_new_words_for_the_same_are_no_news(self, river: Rule, state: State) -> None:
        standing = issued(river, hazard(), state=state)
        same = hazard(headline="水位 2.86 m", facts={"level_m": 2.86}, valid_until=NOW + 3 * HOUR)
        assert dropped(dedup(situation(), proposal(river, same, standing=standing))) is Reason.NOTHING_NEW

    @pytest.mark.parametrize(
        ("after", "reason"), [(59 * MINUTE, Reason.NOTHING_NEW), (HOUR, Reason.REPEAT), (3 * HOUR, Reason.RENEWED)]
    )
    def test_repeats_and_renews(self, river: Rule, after: timedelta, reason: Reason) -> None:
        standing = issued(river, hazard())
        outcome = dedup(
            situation(), proposal(replace(river, repeat=HOUR), hazard(), now=NOW + after, standing=standing)
        )
        assert outcome.reason is reason

    def test_without_repeat_it_is_said_again_only_when_it_expires(self, river: Rule) -> None:
        standing = issued(river, hazard())
        early = proposal(river, hazard(), now=NOW + 3 * HOUR - MINUTE, standing=standing)
        assert dropped(dedup(situation(), early)) is Reason.NOTHING_NEW

    def test_a_draft_is_not_needed_when_things_are_as_issued(self, river: Rule) -> None:
        first = issued(river, hazard(level=3))
        second = issued(river, hazard(level=4), state=State.DRAFT)
        standing = replace(second, issued_revision=1, chain=first.chain)
        outcome = dedup(situation(), proposal(river, hazard(level=3), standing=standing))
        assert dropped(outcome) is Reason.BACK_TO_ISSUED

    def test_what_stepped_aside_has_not_gone_while_it_is_in_force(self, river: Rule) -> None:
        standing = issued(river, hazard(), hazard("a2"))
        quiet = replace(proposal(river, hazard(), standing=standing), aside=(hazard("a2"),))
        assert dropped(dedup(situation(), quiet)) is Reason.NOTHING_NEW

    def test_a_draft_is_written_anew_without_what_stepped_aside(self, river: Rule) -> None:
        standing = issued(river, hazard(), hazard("a2"), state=State.DRAFT)
        quiet = replace(proposal(river, hazard(), standing=standing), aside=(hazard("a2"),))
        assert passed(dedup(situation(), quiet)).reason is Reason.SHRUNK

    def test_after_a_refused_all_clear_the_issued_revision_counts(self, river: Rule) -> None:
        first = issued(river, hazard())
        refused = replace(first, state=State.REJECTED, alert=replace(first.alert, ends=True, revision=2))
        assert dropped(dedup(situation(), proposal(river, hazard(), standing=refused))) is Reason.NOTHING_NEW


class TestSettle:
    @pytest.mark.parametrize(
        ("reason", "sent_ago", "fallen_ago", "goes_on"),
        [
            (Reason.FALLEN, 60, 60, True),
            (Reason.FALLEN, 60, 5, False),  # only just fell
            (Reason.FALLEN, 5, 60, False),  # the newest revision is young
            (Reason.SHRUNK, 5, 60, False),
            (Reason.ALL_CLEAR, 5, 60, False),
            (Reason.ALL_CLEAR, 20, 60, True),
            (Reason.RISEN, 0, 0, True),  # a rise never waits
            (Reason.GROWN, 0, 0, True),
        ],
    )
    def test_only_a_fall_waits(
        self, river: Rule, reason: Reason, sent_ago: int, fallen_ago: int, goes_on: bool
    ) -> None:
        calm = replace(river, settle=20 * MINUTE)
        standing = issued(calm, hazard(level=4), now=NOW - sent_ago * MINUTE)
        now_there = () if reason is Reason.ALL_CLEAR else (hazard(level=3, since=NOW - fallen_ago * MINUTE),)
        given = replace(proposal(calm, *now_there, standing=standing), reason=reason)
        outcome = settle(situation(), given)
        assert isinstance(outcome, Proposal) is goes_on
        if not goes_on:
            assert dropped(outcome) is Reason.SETTLING

    @pytest.mark.parametrize(("gone_ago", "goes_on"), [(1, False), (19, False), (20, True)])
    def test_the_end_is_counted_from_when_it_left(self, river: Rule, gone_ago: int, goes_on: bool) -> None:
        """A gauge that dips below its threshold for a moment, long after the alert, ends nothing."""
        calm = replace(river, settle=20 * MINUTE)
        standing = issued(calm, hazard(), now=NOW - HOUR)
        given = replace(proposal(calm, standing=standing), reason=Reason.ALL_CLEAR)
        left = replace(situation(), gone={hazard().key: NOW - gone_ago * MINUTE})
        assert isinstance(settle(left, given), Proposal) is goes_on
        below = situation(hazard(level=1, since=NOW - gone_ago * MINUTE))
        assert isinstance(settle(below, given), Proposal) is goes_on, "below the rule, but still in the picture"

    @pytest.mark.parametrize(("fallen_ago", "goes_on"), [(5, False), (20, True)])
    def test_what_was_told_by_a_clock_that_ran_ahead_holds_nothing_up(
        self, river: Rule, fallen_ago: int, goes_on: bool
    ) -> None:
        """The clock was an hour ahead, and is right again: a fall waits as long as the rule says, and no hour more."""
        calm = replace(river, settle=20 * MINUTE)
        standing = issued(calm, hazard(level=4), now=NOW + HOUR)
        fallen = hazard(level=3, since=NOW - fallen_ago * MINUTE)
        given = replace(proposal(calm, fallen, standing=standing), reason=Reason.FALLEN)
        assert isinstance(settle(situation(fallen), given), Proposal) is goes_on
        over = replace(proposal(calm, standing=standing), reason=Reason.ALL_CLEAR)
        gone = replace(situation(), gone={hazard().key: NOW + HOUR})
        assert isinstance(settle(gone, over), Proposal), "when it left, nobody knows: it is not there"


def test_an_alert_of_an_older_hub_without_levels_counts_at_its_own_level(river: Rule) -> None:
    standing = issued(river, hazard(level=3))
    older = replace(standing.alert, levels=(), places=(Place(code="a1", name="a1町"),))
    assert change(older, proposal(river, hazard(level=3), standing=standing)) is None


def test_every_reason_speaks_both_languages() -> None:
    for reason in Reason:
        assert reason.ja
        assert reason.en.endswith(".")
    assert len({reason.ja for reason in Reason}) == len(Reason)
