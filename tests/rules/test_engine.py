"""The life of a series: proposed, revised, repeated, lifted; and what ends without a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.status import Status
from geo.hazard import Evidence
from rules.alert import Approval, State
from rules.engine import Sender, decide
from rules.proposal import Reason
from rules.rule import Rule
from rules.situation import Situation
from tests.rules.making import NOW, RULE, SENDER, World, hazard, place, rule, situation, toml

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def river(tmp_path: Path) -> Rule:
    return rule(tmp_path)


@pytest.fixture
def auto(tmp_path: Path) -> Rule:
    return rule(tmp_path, RULE.replace('approval = "one"', 'approval = { 0 = "auto", 4 = "one" }'))


class TestWriting:
    def test_a_first_alert(self, river: Rule) -> None:
        two = (hazard("a2", level=2), hazard("a1", level=4, evidence=(Evidence(ref="r1", text="館坂橋 2.85 m"),)))
        (alert,) = decide(situation(*two), [river], SENDER, place).alerts
        assert alert.series == "Actual-river-flood-20260720T184000"
        assert alert.identifier == "Actual-river-flood-20260720T184000-1"
        assert (alert.msg_type, alert.references, alert.revision) == ("Alert", (), 1)
        assert (alert.level, alert.alert_level, alert.kind) == (4, True, "flood")
        assert [p.code for p in alert.places] == ["a1", "a2"]  # most dangerous first
        assert (alert.sent, alert.expires) == (NOW, NOW + 3 * HOUR)
        assert list(alert.texts) == ["ja", "en"]
        assert alert.texts["ja"].short == "警戒レベル４相当 a1町、a2町 20日18時40分現在"
        assert alert.texts["en"].short == "Warning Level 4 equivalent A1, A2 18:40, 20 July現在"
        assert "館坂橋 2.85 m" in alert.evidence
        assert any("規則 river" in line and "レベルが2以上（今は4）" in line for line in alert.evidence)

    def test_sent_has_whole_seconds(self, river: Rule) -> None:
        now = NOW.replace(microsecond=987654)
        (alert,) = decide(situation(hazard(), now=now), [river], SENDER, place).alerts
        assert alert.sent == NOW

    @pytest.mark.parametrize(
        ("observed", "probability", "certainty"),
        [(True, None, "Observed"), (False, 0.51, "Likely"), (False, 0.5, "Possible"), (False, None, "Possible")],
    )
    def test_certainty_comes_from_the_hazard(
        self, river: Rule, observed: bool, probability: float | None, certainty: str
    ) -> None:
        one = hazard(observed=observed, probability=probability)
        assert decide(situation(one), [river], SENDER, place).alerts[0].certainty == certainty

    def test_languages_the_city_does_not_want_are_left_out_but_never_japanese(self, river: Rule) -> None:
        only = replace(SENDER, languages=())
        assert list(decide(situation(hazard()), [river], only, place).alerts[0].texts) == ["ja"]

    def test_a_template_that_fails_gives_plain_words_and_needs_a_person(self, tmp_path: Path) -> None:
        broken = rule(
            tmp_path, RULE.replace('approval = "one"', 'approval = "auto"').replace("離れる", "{{ facts.nothing }}")
        )
        (alert,) = decide(situation(hazard()), [broken], SENDER, place).alerts
        assert alert.approval is Approval.ONE
        assert "a1 レベル3" in alert.texts["ja"].short
        assert "20日18時40分現在" in alert.texts["ja"].short
        assert any("ひな形" in line for line in alert.evidence)

    def test_facts_cannot_reach_outside_the_sandbox(self, tmp_path: Path) -> None:
        sly = rule(tmp_path, RULE.replace("離れる", "{{ hazard.__class__.__mro__ }}"))
        (alert,) = decide(situation(hazard()), [sly], SENDER, place).alerts
        assert "object" not in alert.texts["ja"].instruction

    def test_facts_are_text_and_never_templates(self, tmp_path: Path) -> None:
        quoting = rule(tmp_path, RULE.replace("離れる", "{{ facts.text }}"))
        (alert,) = decide(situation(hazard(facts={"text": "{{ 7 * 7 }}<b>"})), [quoting], SENDER, place).alerts
        assert alert.texts["ja"].instruction == "{{ 7 * 7 }}<b>"

    @pytest.mark.parametrize("word", ["避難指示", "高齢者等避難", "緊急安全確保"])
    def test_evacuation_that_comes_out_of_facts_is_not_automatic_either(self, tmp_path: Path, word: str) -> None:
        text = RULE.replace('event = "水位"', 'event = "{{ facts.word }}"')
        relay = rule(tmp_path, text.replace('approval = "one"', 'approval = "auto"'))
        (alert,) = decide(situation(hazard(facts={"word": word})), [relay], SENDER, place).alerts
        assert alert.approval is Approval.ONE

    def test_a_sender_that_no_receiver_could_quote_is_refused(self) -> None:
        with pytest.raises(ValueError, match="spaces"):
            Sender(id="city hall", name="市")


class TestGroups:
    @pytest.mark.parametrize(
        ("group_by", "stems"),
        [
            ("city", ["Actual-river-city"]),
            ("kind", ["Actual-river-flood"]),
            ("area", ["Actual-river-a1", "Actual-river-a2"]),
            ("source", ["Actual-river-g1", "Actual-river-g2"]),
        ],
    )
    def test_one_series_each(self, river: Rule, group_by: str, stems: list[str]) -> None:
        picture = (hazard("a1"), hazard("a2", source="g2"), hazard("a2", source="g2:foreseen", observed=False))
        alerts = decide(situation(*picture), [replace(river, group_by=group_by)], SENDER, place).alerts
        assert [alert.series.rpartition("-")[0] for alert in alerts] == stems

    def test_names_that_are_no_ascii_stay_apart(self, river: Rule) -> None:
        by_area = replace(river, group_by="area")
        alerts = decide(situation(hazard("仙北 1"), hazard("仙北,2")), [by_area], SENDER, place).alerts
        assert len({alert.identifier for alert in alerts}) == 2
        assert all(not set(" ,<&") & set(alert.identifier) and alert.identifier.isascii() for alert in alerts)


class TestLife:
    def test_a_draft_gives_way_to_a_newer_draft(self, river: Rule) -> None:
        world = World([river])
        world.step(NOW, hazard(level=3))
        (second,) = world.step(NOW + MINUTE, hazard(level=4)).alerts
        assert (second.revision, second.msg_type, second.references) == (2, "Alert", ())
        assert [state for state, _ in world.families[world.only()]] == [State.WITHDRAWN, State.DRAFT]

    def test_an_update_refers_to_everything_still_in_force(self, river: Rule) -> None:
        world = World([river])
        for minute, level in enumerate((2, 3, 4)):
            (alert,) = world.step(NOW + minute * MINUTE, hazard(level=level)).alerts
            world.issue(alert.series)
        assert alert.msg_type == "Update"
        assert [reference.identifier[-2:] for reference in alert.references] == ["-1", "-2"]

    def test_what_has_expired_is_not_referred_to(self, river: Rule) -> None:
        world = World([river])
        world.step(NOW, hazard())
        world.issue(world.only())
        (second,) = world.step(NOW + 3 * HOUR, hazard()).alerts
        assert (second.msg_type, second.references, second.revision) == ("Alert", (), 2)

    def test_all_clear(self, river: Rule) -> None:
        world = World([river])
        world.step(NOW, hazard(), hazard("a2"))
        world.issue(world.only())
        (clear,) = world.step(NOW + HOUR).alerts
        assert (clear.msg_type, clear.response, clear.urgency, clear.level) == ("Update", "AllClear", "Past", 0)
        assert clear.ends
        assert [p.code for p in clear.places] == ["a1", "a2"]
        assert world.step(NOW + HOUR + MINUTE).alerts == ()
        world.issue(clear.series)
        assert world.standing(NOW + HOUR) == {}

    def test_an_all_clear_reaches_what_an_update_left_out(self, river: Rule) -> None:
        world = World([river])
        world.step(NOW, hazard("a1"), hazard("a2"))
        world.issue(world.only())
        world.step(NOW + MINUTE, hazard("a1"))
        world.issue(world.only())
        (clear,) = world.step(NOW + HOUR).alerts
        assert {p.code for p in clear.places} == {"a1", "a2"}

    def test_the_end_reaches_every_channel_that_the_beginning_reached(self, river: Rule) -> None:
        world = World([replace(river, channels=("x", "linkage"))])
        world.step(NOW, hazard())
        world.issue(world.only())
        world.rules = [replace(river, channels=("cap_feed",))]
        assert world.step(NOW + HOUR).alerts[0].channels == ("cap_feed", "x", "linkage")

    def test_the_level_that_was_announced_decides_who_approves_the_all_clear(self, auto: Rule) -> None:
        world = World([auto])
        world.step(NOW, hazard(level=4))
        world.issue(world.only())
        (clear,) = world.step(NOW + HOUR).alerts
        assert clear.approval is Approval.ONE

    def test_a_positive_end_may_be_automatic_and_a_silence_may_not(self, auto: Rule) -> None:
        for until, approval in ((NOW + 2 * HOUR, Approval.AUTO), (NOW + HOUR, Approval.ONE)):
            world = World([auto])
            world.step(NOW, hazard(valid_until=until))
            (clear,) = world.step(NOW + HOUR).alerts
            assert clear.approval is approval
            assert any("途絶え" in line for line in clear.evidence) is (approval is Approval.ONE)

    def test_a_rule_that_changed_lifts_nothing_by_itself_that_goes_on(self, auto: Rule, tmp_path: Path) -> None:
        world = World([auto])
        world.step(NOW, hazard())
        stricter = rule(tmp_path, RULE.replace("level_at_least = 2", "level_at_least = 4"))
        world.rules = [replace(stricter, approval=auto.approval)]
        (clear,) = world.step(NOW + HOUR, hazard()).alerts
        assert (clear.ends, clear.approval) == (True, Approval.ONE)
        assert any("同じレベルで続いています" in line for line in clear.evidence)

    def test_hazards_that_come_back_withdraw_the_all_clear(self, river: Rule) -> None:
        world = World([river])
        world.step(NOW, hazard())
        world.issue(world.only())
        world.step(NOW + MINUTE)
        back = world.step(NOW + 2 * MINUTE, hazard())
        assert back.alerts == ()
        assert [(w.state, w.reason) for w in back.withdrawn] == [(State.WITHDRAWN, Reason.BACK_TO_ISSUED)]
        (risen,) = world.step(NOW + 3 * MINUTE, hazard(level=5)).alerts
        assert (risen.revision, len(risen.references)) == (3, 1)  # number 2 stays with the withdrawn one

    def test_a_draft_nobody_issued_goes_without_a_word(self, river: Rule) -> None:
        world = World([river])
        world.step(NOW, hazard())
        gone = world.step(NOW + MINUTE)
        assert [(w.state, w.reason) for w in gone.withdrawn] == [(State.ENDED, Reason.GONE)]
        assert world.standing(NOW) == {}

    def test_a_new_event_is_a_new_series(self, river: Rule) -> None:
        world = World([river])
        world.step(NOW, hazard())
        world.step(NOW + MINUTE)
        (again,) = world.step(NOW + HOUR, hazard()).alerts
        assert (again.series, again.revision) == ("Actual-river-flood-20260720T194000", 1)

    def test_silence_of_a_sensor_is_no_all_clear(self, river: Rule) -> None:
        world = World([river])
        old = hazard(valid_until=NOW + HOUR)
        world.step(NOW, old)
        world.issue(world.only())
        quiet = world.step(NOW + HOUR, old)
        assert (quiet.alerts, quiet.withdrawn) == ((), ())
        assert quiet.drops[0].reason is Reason.STALE
        over = world.step(NOW + 3 * HOUR, old)
        assert [(w.state, w.reason) for w in over.withdrawn] == [(State.ENDED, Reason.STALE)]

    def test_a_draft_on_silent_sensors_goes(self, river: Rule) -> None:
        world = World([river])
        old = hazard(valid_until=NOW + HOUR)
        world.step(NOW, old)
        assert [w.reason for w in world.step(NOW + HOUR, old).withdrawn] == [Reason.STALE]

    def test_a_place_is_called_lifted_only_where_the_danger_is_over(self, tmp_path: Path) -> None:
        text = RULE.replace("離れる", "解除: {{ lifted | listed }}。")
        world = World([rule(tmp_path, text)])
        silent = hazard("a2", valid_until=NOW + HOUR)
        world.step(NOW, hazard("a1"), silent, hazard("a3"))
        world.issue(world.only())
        (update,) = world.step(NOW + HOUR, hazard("a1", level=4), silent).alerts
        assert update.texts["ja"].instruction == "解除: a3町。"
        assert any("a2町" in line and "途絶" in line for line in update.evidence)

    def test_no_means_no_until_it_grows(self, river: Rule) -> None:
        world = World([river])
        world.step(NOW, hazard(level=3))
        world.reject(world.only())
        same = world.step(NOW + MINUTE, hazard(level=3))
        assert (same.alerts, same.drops[0].reason) == ((), Reason.REJECTED)
        (risen,) = world.step(NOW + 2 * MINUTE, hazard(level=4)).alerts
        assert risen.revision == 2

    def test_a_flickering_sensor_does_not_bring_back_what_was_refused(self, river: Rule) -> None:
        world = World([river])
        world.step(NOW, hazard())
        world.reject(world.only())
        world.step(NOW + MINUTE)
        assert world.step(NOW + 2 * MINUTE, hazard()).alerts == ()
        over = world.step(NOW + 3 * HOUR)  # as long as the draft would have lived
        assert [w.state for w in over.withdrawn] == [State.ENDED]
        assert world.step(NOW + 4 * HOUR, hazard()).alerts

    def test_a_no_to_this_mornings_flood_is_none_to_tonights(self, river: Rule) -> None:
        world = World([replace(river, settle=20 * MINUTE, expires=24 * HOUR)])
        world.step(NOW, hazard(level=4))
        world.reject(world.only())
        assert world.step(NOW + HOUR, hazard(level=4)).alerts == (), "it goes on, and was refused"
        assert world.step(NOW + 2 * HOUR, hazard(level=3)).alerts == ()
        assert world.step(NOW + 3 * HOUR).alerts == ()
        again = hazard(level=4, since=NOW + 10 * HOUR)
        (draft,) = world.step(NOW + 10 * HOUR, again).alerts
        assert draft.revision == 2
        assert world.step(NOW + 11 * HOUR, again).alerts == (), "the draft waits"

    def test_repeat(self, river: Rule) -> None:
        world = World([replace(river, repeat=HOUR)])
        world.step(NOW, hazard())
        world.issue(world.only())
        assert world.step(NOW + HOUR - MINUTE, hazard()).alerts == ()
        (again,) = world.step(NOW + HOUR, hazard()).alerts
        assert again.msg_type == "Update"
        assert world.step(NOW + HOUR + MINUTE, hazard()).alerts == ()  # the draft waits

    def test_a_rule_without_words_for_the_end_lets_it_run_out(self, tmp_path: Path) -> None:
        world = World([rule(tmp_path, RULE.partition("[all_clear.ja]")[0])])
        world.step(NOW, hazard())
        world.issue(world.only())
        assert world.step(NOW + MINUTE).drops[0].reason is Reason.RUNS_OUT
        assert [w.state for w in world.step(NOW + 3 * HOUR).withdrawn] == [State.ENDED]

    def test_when_the_rule_is_taken_away(self, river: Rule) -> None:
        world = World([river])
        world.step(NOW, hazard())
        world.rules = []
        gone = world.step(NOW + MINUTE, hazard())
        assert [(w.state, w.reason) for w in gone.withdrawn] == [(State.ENDED, Reason.RULE_GONE)]

    def test_a_draft_silenced_at_night_goes_and_comes_back(self, tmp_path: Path) -> None:
        text = toml(top='unless = [{ time_of_day = { from = "22:00", until = "06:30" } }]')
        world = World([rule(tmp_path, text)])
        world.step(NOW, hazard())
        assert [w.reason for w in world.step(NOW + 4 * HOUR, hazard()).withdrawn] == [Reason.SILENCED]
        assert world.step(NOW + 12 * HOUR, hazard()).alerts

    def test_settle_keeps_what_was_issued(self, river: Rule) -> None:
        world = World([replace(river, settle=20 * MINUTE)])
        world.step(NOW, hazard(level=4))
        world.issue(world.only())
        fallen = hazard(level=3, since=NOW + 5 * MINUTE)
        assert world.step(NOW + 10 * MINUTE, fallen).drops[0].reason is Reason.SETTLING
        assert world.step(NOW + 25 * MINUTE, fallen).alerts[0].level == 3


class TestStatus:
    def test_exercise_and_real_do_not_see_each_other(self, river: Rule) -> None:
        drill = hazard(status=Status.EXERCISE)
        assert decide(situation(drill), [river], SENDER, place).alerts == ()
        picture = Situation(now=NOW, status=Status.EXERCISE, hazards=[drill, hazard("a2")])
        (alert,) = decide(picture, [river], SENDER, place).alerts
        assert alert.status is Status.EXERCISE
        assert [p.code for p in alert.places] == ["a1"]
        assert "訓練" not in alert.texts["ja"].short  # the mark is the channels' work

    def test_the_real_thing_neither_revises_nor_lifts_a_drill(self, river: Rule) -> None:
        world = World([river], status=Status.EXERCISE)
        world.step(NOW, hazard(status=Status.EXERCISE))
        world.issue(world.only())
        real = Situation(now=NOW, status=Status.ACTUAL, hazards=[hazard()], standing=world.standing(NOW))
        decision = decide(real, [river], SENDER, place)
        assert [(alert.revision, alert.series.split("-")[0]) for alert in decision.alerts] == [(1, "Actual")]
        assert decision.withdrawn == ()


def test_what_steps_aside_is_told_with_its_reason(river: Rule) -> None:
    """Also where the alert goes out without it: every suppression has a reason that staff can read."""
    stale, low = hazard("a2", valid_until=NOW), hazard(level=2, source="g2")
    decision = decide(situation(hazard(), stale, low), [river], SENDER, place)
    assert len(decision.alerts) == 1
    told = [(drop.stage, drop.reason, drop.detail, drop.rule) for drop in decision.drops]
    assert told == [
        ("fresh", Reason.STALE, "a2 レベル3", "river"),
        ("outrank", Reason.OUTRANKED, "a1 レベル2", "river"),
    ]
