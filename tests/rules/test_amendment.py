"""What people make of a series, act by act; and what the rules then leave alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from rules.alert import Act, Alert, Approval, State, Text
from rules.amendment import amend
from rules.cap_message import to_cap
from rules.ledger import issued_as
from rules.proposal import Reason
from rules.redraft import AmendmentError, Pen, Said, Series, edited
from rules.rule import Rule
from rules.situation import Standing
from rules.wording.by_hand import forms
from rules.wording.languages import LANGUAGES
from tests.rules.making import NOW, SENDER, World, hazard, issued, place, rule

MINUTE = timedelta(minutes=1)
A1, A2 = hazard("a1"), hazard("a2")


@pytest.fixture
def river(tmp_path: Path) -> Rule:
    return rule(tmp_path)


def pen(minutes: int = 5) -> Pen:
    return Pen(author="sato", now=NOW + minutes * MINUTE, sender=SENDER, places=place)


def amended(act: Act, standing: Standing, said: Said | None = None, of: Rule | None = None, **more: object) -> Alert:
    return amend(act, Series(standing=standing, rule=of, **more), said or Said(), pen())  # type: ignore[arg-type]


def six(alert: Alert) -> Alert:
    """The alert in every language there is."""
    texts = {tag: replace(alert.texts["ja"], language=tag, event=f"event-{tag}") for tag in LANGUAGES}
    return replace(alert, texts=texts)


def test_every_language_has_its_own_words_and_opens_with_its_own_mark() -> None:
    assert forms().keys() == LANGUAGES.keys()
    for tag, own in forms().items():
        turns = LANGUAGES[tag].turns
        for part, mark in (("all_clear", turns["【解除】"]), ("cancel", turns["【取消】"])):
            assert set(own[part]) == {"headline", "description", "instruction", "short"}
            opening = own[part]["short"].lower()
            assert opening.startswith((mark.lower(), mark[1:-1].lower())), (tag, part)
    words = [own["cancel"]["short"] for own in forms().values()]
    assert len(set(words)) == len(words), "a language borrowed another's words"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cancellation_says_in_each_language_that_it_was_an_error(river: Rule, language: str) -> None:
    standing = issued(river, A1)
    base = six(standing.alert)
    told = amended(Act.CANCEL, replace(standing, alert=base, chain=(base,)), Said(reason={language: "REASON {0}"}))
    text = told.texts[language]
    assert (told.msg_type, told.response, told.level, told.ends) == ("Cancel", "None", 0, True)
    assert text.event == f"event-{language}" and "REASON {0}" in text.short and "REASON" in text.description
    assert ("a1町" in text.short) or ("A1" in text.short)
    assert to_cap(told).msg_type == "Cancel" and told.approval is Approval.ONE


def test_an_all_clear_speaks_by_the_rule_or_where_there_is_none_by_itself(river: Rule) -> None:
    standing = issued(river, A1, A2)
    by_rule = amended(Act.ALL_CLEAR, standing, of=river)
    alone = amended(Act.ALL_CLEAR, standing)
    assert (by_rule.msg_type, by_rule.response) == (alone.msg_type, alone.response) == ("Update", "AllClear")
    assert by_rule.texts["ja"].event == "水位" and alone.texts["ja"].short.startswith("【解除】")
    assert by_rule.references == alone.references == (standing.alert.reference,)
    assert {p.code for p in by_rule.places} == {"a1", "a2"} and issued_as(by_rule) is State.LIFTED


def test_who_approves_an_end_reads_that_the_danger_is_still_there(river: Rule) -> None:
    told = amended(Act.ALL_CLEAR, issued(river, A1), of=river, hazards=(A1,))
    assert any("今も続いている対象" in line and A1.headline in line for line in told.evidence)


def test_an_update_with_fewer_areas_lifts_the_others_and_the_rules_leave_them_out(river: Rule) -> None:
    world = World([river])
    world.step(NOW, A1, A2)
    series = world.only()
    world.issue(series)
    told = amended(Act.UPDATE, world.standing(NOW)[series], Said(areas=("a1",)))
    assert [p.code for p in told.lifted] == ["a2"] and told.hazards == (A1.key,)
    world.families[series].append((State.DRAFT, told))
    world.issue(series)
    assert world.step(NOW + 6 * MINUTE, A1, A2).alerts == ()
    grown = replace(A2, level=4, since=NOW + 7 * MINUTE)
    (anew,) = world.step(NOW + 8 * MINUTE, A1, grown).alerts
    assert {p.code for p in anew.places} == {"a1", "a2"} and anew.series == series


def test_an_alert_that_keeps_the_lesser_districts_has_their_level(river: Rule) -> None:
    standing = issued(river, replace(A1, level=4), A2)
    assert amended(Act.UPDATE, standing, Said(areas=("a2",))).level == 3
    assert amended(Act.UPDATE, standing, Said(areas=("a1",))).level == 4
    assert amended(Act.UPDATE, standing).levels == (4, 3)


def test_the_end_that_a_person_drafted_waits_for_people_though_the_gauge_fell_silent(river: Rule) -> None:
    runs_out, short = replace(river, all_clear={}), replace(A1, valid_until=NOW + timedelta(hours=1))
    for later in ((replace(A2, level=3), short), (short,), ()):
        world = World([runs_out])
        world.step(NOW, short, A2)
        series = world.only()
        world.issue(series)
        told = amended(Act.ALL_CLEAR, world.standing(NOW)[series])
        world.families[series].append((State.DRAFT, told))
        decision = world.step(NOW + timedelta(hours=2), *later)
        assert decision.alerts == () and decision.withdrawn == ()


def test_words_of_a_person_are_repeated_until_the_facts_change(river: Rule) -> None:
    told = replace(river, repeat=timedelta(hours=1), approval=((0, "auto"),))
    world = World([told])
    world.step(NOW, A1)
    series = world.only()
    own = {
        "ja": Text(
            language="ja", event="水位", headline="川から離れて", description="本文", instruction="", short="短文"
        )
    }
    told_by_hand = amended(Act.UPDATE, world.standing(NOW)[series], Said(texts=own))
    world.families[series].append((State.DRAFT, told_by_hand))
    world.issue(series)
    (again,) = world.step(NOW + timedelta(hours=2), A1).alerts
    assert again.texts["ja"] == own["ja"] and again.approval is Approval.ONE, "a person's words wait for a person"
    (risen,) = world.step(NOW + timedelta(hours=2, minutes=1), replace(A1, level=5)).alerts
    assert risen.texts["ja"] != own["ja"] and not risen.author


def test_a_rise_that_was_refused_does_not_come_back_with_the_next_word(river: Rule) -> None:
    world, risen = World([river]), replace(A1, level=4)
    world.step(NOW, A1)
    series = world.only()
    world.issue(series)
    assert world.step(NOW + MINUTE, risen).alerts
    world.reject(series)
    told = amended(Act.UPDATE, world.standing(NOW + 2 * MINUTE)[series])
    assert told.level == 3, "it says what was announced"
    world.families[series].append((State.DRAFT, told))
    assert world.step(NOW + 6 * MINUTE, risen).alerts == ()


@pytest.mark.parametrize(
    ("act", "said", "code"),
    [
        (Act.UPDATE, Said(areas=("a9",)), "bad_area"),
        (Act.UPDATE, Said(areas=()), "bad_area"),
        (Act.UPDATE, Said(expires=NOW), "bad_expires"),
        (Act.UPDATE, Said(expires=NOW + timedelta(days=99)), "bad_expires"),
        (Act.UPDATE, Said(texts={}), "bad_text"),
        (Act.UPDATE, Said(channels=("fax",)), "bad_channel"),
        (Act.UPDATE, Said(channels=()), "bad_channel"),
        (Act.CANCEL, Said(channels=("line",)), "channel_owed"),
        (Act.CORRECTION, Said(wrong={"ja": "あ"}), "bad_correction"),
    ],
)
def test_what_cannot_be_is_refused_with_the_cure(river: Rule, act: Act, said: Said, code: str) -> None:
    standing = issued(replace(river, channels=("x", "line")), A1)
    with pytest.raises(AmendmentError) as refused:
        amended(act, standing, said, reached=("x",))
    assert refused.value.code == code and len(str(refused.value)) > 8


@pytest.mark.parametrize("part", ["event", "headline", "description", "short"])
def test_an_edit_that_comes_to_order_an_evacuation_needs_two(river: Rule, part: str) -> None:
    draft = issued(river, A1, state=State.DRAFT)
    words: dict[str, str] = {part: "避難指示を出しました"}
    text = replace(draft.alert.texts["ja"], **words)  # a post may show the short text alone
    told = edited(draft.alert, Said(texts={"ja": text}), Series(standing=draft), pen())
    assert told.approval is Approval.TWO and told.act is Act.EDIT and told.revision == 2


def test_a_person_may_take_it_back_though_the_clock_was_set_back(river: Rule) -> None:
    """Else the cancellation would be older than what it cancels, and nobody would take it."""
    standing = issued(river, A1)
    late = replace(pen(), now=standing.alert.sent - timedelta(hours=1))
    told = amend(Act.CANCEL, Series(standing=standing), Said(reason={"ja": "誤り"}), late)
    assert told.sent == standing.alert.sent + timedelta(seconds=1) and told.references == (standing.alert.reference,)
    draft = replace(standing, state=State.DRAFT, chain=(standing.alert,))
    words = replace(draft.alert.texts["ja"], description="直した")
    assert edited(draft.alert, Said(texts={"ja": words}), Series(standing=draft), late).sent > standing.alert.sent


def test_after_an_end_the_same_is_left_out_and_a_fall_too_but_not_for_ever(river: Rule) -> None:
    world = World([river])
    world.step(NOW, A1)
    series = world.only()
    world.issue(series)
    told = amended(Act.ALL_CLEAR, world.standing(NOW)[series])
    world.families[series].append((State.DRAFT, told))
    world.issue(series)
    decision = world.step(NOW + 6 * MINUTE, A1)
    assert decision.alerts == () and [drop.reason for drop in decision.drops] == [Reason.LEFT_OUT] * 2
    fallen = replace(A1, level=2, since=NOW + timedelta(hours=1))
    assert world.step(NOW + timedelta(hours=1), fallen).alerts == ()
    assert world.step(NOW + timedelta(hours=9), fallen).alerts, "when their word would have run out, it is a new case"


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (Act.CORRECTION, {"wrong": {"ja": "水位"}, "right": {"ja": "全員、避難指示"}}),
        (Act.ALL_CLEAR, {"reason": {"ja": "上流に避難指示"}}),
        (Act.CANCEL, {"reason": {"en": "An evacuation order follows"}}),
    ],
)
def test_an_order_in_the_words_beside_the_text_takes_two_people(river: Rule, act: Act, said: dict[str, object]) -> None:
    told = amended(act, issued(river, A1), Said(**said))  # type: ignore[arg-type]
    assert told.approval is Approval.TWO
