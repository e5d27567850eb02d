"""Hits, misses, false alarms and lead times, worked out by hand; and what nobody can judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from feeds.status import Status
from rules.proposal import Reason
from rules.source import RuleError
from services.backtest.definitions import CATALOG, Definition, load
from services.backtest.desk import Over, Said
from services.backtest.hindsight import Hindsight, Occurrence
from services.backtest.judge import Evidence, Verdict, verdicts
from services.backtest.record import Record
from services.backtest.summary import summaries
from tests.services.backtest.making import RULES
from tests.services.making import NOW, alert, hazard

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HIGH = next(one for one in load(CATALOG, RULES) if one.id == "gauge-at-level-2")
AREA = "032010001"


def occurred(began: int, ended: int, **more: Any) -> Occurrence:
    """A flood from so many minutes after NOW to so many."""
    whole: dict[str, Any] = {
        "of": HIGH,
        "kind": "flood",
        "place": "tatesakabashi",
        "model": "flood@1",
        "began": NOW + began * MINUTE,
        "last_seen": NOW + ended * MINUTE,
        "under_way": False,
        "level": 3,
        "headline": "",
        "areas": {AREA: "内丸"},
        "ended": True,
    }
    return Occurrence(**{**whole, **more})


def issued(record: Record, at: int, **more: Any) -> None:
    """A revision leaves the house so many minutes after NOW; it expires three hours later."""
    moment = NOW + at * MINUTE
    whole = {"sent": moment, "expires": moment + 3 * HOUR, "hazards": (f"Actual/flood/flood/{AREA}/tatesakabashi",)}
    record.hear(Said(moment, alert(**{**whole, **more}), "issued"))


def judge(record: Record, *happened: Occurrence, **more: Any) -> list[Verdict]:
    whole: dict[str, Any] = {"start": NOW, "end": NOW + 24 * HOUR, "definitions": [HIGH], "happened": happened}
    return verdicts(record, ["river-level"], Evidence(**{**whole, **more}))


def outcomes(found: list[Verdict]) -> list[tuple[str, float | None]]:
    return [(one.outcome, None if one.lead is None else one.lead / MINUTE) for one in found]


def test_the_lead_runs_from_the_first_word_to_the_event() -> None:
    record = Record(NOW)
    issued(record, 10)
    issued(record, 30, revision=2)
    assert outcomes(judge(record, occurred(50, 90))) == [("hit", 40)]


def test_a_word_that_comes_after_the_event_is_a_hit_below_zero_and_after_its_end_none() -> None:
    record = Record(NOW)
    issued(record, 60)
    assert outcomes(judge(record, occurred(50, 90))) == [("hit", -10)]
    assert outcomes(judge(record, occurred(20, 59))) == [("miss", None), ("false_alarm", None)]


def test_what_nobody_told_of_is_a_miss_and_what_did_not_come_a_false_alarm() -> None:
    record = Record(NOW)
    assert outcomes(judge(record, occurred(50, 90))) == [("miss", None)]
    issued(record, 10)
    assert outcomes(judge(record)) == [("false_alarm", None)]
    assert outcomes(judge(record, occurred(50, 90, place="the next river"))) == [
        ("false_alarm", None),
        ("miss", None),
    ]
    assert outcomes(judge(record, occurred(50, 90, place="x", model="river_forecast@1"))) == [("hit", 40)], "its area"
    elsewhere = occurred(50, 90, model="river_forecast@1", areas={"032010002": "本町通"})
    assert [one.outcome for one in judge(record, elsewhere)] == ["false_alarm", "miss"]
    assert outcomes(judge(record, occurred(50, 90, kind="landslide"))) == [("false_alarm", None), ("miss", None)]


def test_an_alert_is_borne_out_within_six_hours_or_while_it_is_in_force() -> None:
    record = Record(NOW)
    issued(record, 0)
    assert outcomes(judge(record, occurred(359, 380))) == [("hit", 359)], "the rule's own within"
    assert outcomes(judge(record, occurred(361, 380))) == [("false_alarm", None), ("miss", None)]
    issued(record, 170, revision=2)
    issued(record, 340, revision=3)
    assert outcomes(judge(record, occurred(500, 520))) == [("hit", 500)], "said again, it was in force"
    record.hear(Over(NOW + 400 * MINUTE, "Exercise-river-level-kitakami", "river-level", True, Reason.EXPIRED))
    assert outcomes(judge(record, occurred(500, 520))) == [("false_alarm", None), ("miss", None)]


def test_an_all_clear_ends_what_was_said() -> None:
    record = Record(NOW)
    issued(record, 0)
    issued(record, 30, revision=2, ends=True)
    later = replace(HIGH, within=timedelta(0))
    assert outcomes(judge(record, occurred(60, 90, of=later), definitions=[later])) == [
        ("false_alarm", None),
        ("miss", None),
    ]


def test_what_nobody_can_judge_is_no_success_and_no_failure() -> None:
    record = Record(NOW)
    issued(record, 30)
    before = occurred(-60, 10, under_way=True)
    assert [one.why for one in judge(Record(NOW), before)] == ["it had begun before the period"]
    short = judge(record, end=NOW + 5 * HOUR)
    assert [(one.outcome, one.why) for one in short] == [
        ("not_judgeable", "what it spoke of may still have come after the period")
    ]
    gauges = {"stations": frozenset({"tatesakabashi"})}
    assert [one.why for one in judge(record, **gauges)] == ["its gauges were silent afterwards"]
    heard = frozenset({("tatesakabashi", NOW + 2 * HOUR)})
    assert outcomes(judge(record, **gauges, heard=heard)) == [("false_alarm", None)]
    nobody = replace(HIGH, absence=False)
    assert [one.why for one in judge(record, definitions=[nobody])] == ["nobody reports that there was nothing"]


def test_what_began_before_the_period_is_no_alert_of_it_but_may_have_told_of_its_events() -> None:
    record = Record(NOW + HOUR)
    issued(record, 10)
    assert outcomes(judge(record, start=NOW + HOUR)) == []
    assert outcomes(judge(record, occurred(90, 100), start=NOW + HOUR)) == [("hit", 80)]


def test_the_sums() -> None:
    record = Record(NOW)
    for n, minutes in enumerate((0, 1200)):
        issued(record, minutes, series=f"Actual-river-level-g-{n}")
    issued(record, 1210, series="Actual-river-level-g-1", revision=2, msg_type="Update")
    found = judge(record, occurred(40, 50), occurred(700, 710), occurred(60, 70))
    (line, of_kind) = summaries(record, ["river-level"], found)
    assert (line["alerts"], line["updates"], line["most_in_a_day"]) == (2, 1, 2)
    assert (line["events"], line["hits"], line["misses"], line["false_alarms"]) == (3, 2, 1, 0)
    assert line["not_judgeable"] == 1, "the second has six hours that end after the period"
    assert (line["pod"], line["far"], line["csi"]) == (0.667, 0.0, 0.667)
    assert (line["lead_median_min"], line["lead_p90_min"]) == (50, 60)
    assert of_kind["kind"] == "flood" and of_kind["hits"] == 2
    (silent,) = summaries(Record(NOW), ["other"], [])
    assert (silent["pod"], silent["far"], silent["lead_median_min"]) == (None, None, None)


class TestHindsight:
    """What happened, out of pictures."""

    def seen(self, *pictures: tuple[int, tuple[Any, ...]]) -> list[Occurrence]:
        hindsight = Hindsight([HIGH], Status.EXERCISE)
        for minutes, hazards in pictures:
            hindsight.see(NOW + minutes * MINUTE, {one.key: one for one in hazards})
        return hindsight.found

    def test_it_begins_when_its_level_began_and_ends_when_it_was_last_seen(self) -> None:
        one = hazard(since=NOW + 3 * MINUTE, source="g1", valid_until=NOW + 9 * HOUR)
        (found,) = self.seen((0, ()), (5, (one,)), (10, (replace(one, level=4, headline="上"),)), (15, ()))
        assert (found.began, found.last_seen) == (NOW + 3 * MINUTE, NOW + 10 * MINUTE)
        assert (found.level, found.headline, found.place, found.ended) == (4, "上", "g1", True)

    def test_one_gauge_over_two_districts_is_one_event_and_what_comes_back_the_same(self) -> None:
        one = hazard(source="g1", valid_until=NOW + 99 * HOUR)
        two = replace(one, area="032010002", area_name="本町通")
        (found,) = self.seen((0, ()), (5, (one, two)), (10, ()), (300, (one,)))
        assert set(found.areas) == {AREA, "032010002"}
        first, second = self.seen((0, ()), (5, (one,)), (10, ()), (5 + 12 * 60 + 1, (one,)))
        assert not first.under_way and second.began == NOW + (5 + 12 * 60 + 1) * MINUTE

    def test_what_is_foreseen_expired_or_for_staff_did_not_happen(self) -> None:
        one = hazard(source="g1")
        for other in (replace(one, observed=False), replace(one, relayed=True), replace(one, level=1)):
            assert self.seen((0, ()), (5, (other,))) == []
        assert self.seen((0, ()), (70, (one,))) == []

    def test_what_stands_at_the_first_look_was_under_way(self) -> None:
        (found,) = self.seen((0, (hazard(source="g1"),)))
        assert found.under_way


class TestDefinitions:
    """What counts is data."""

    def test_every_rule_is_judged_by_one_at_least(self) -> None:
        found = load(CATALOG, RULES)
        assert {rule.id for rule in RULES} <= {rule for one in found for rule in one.rules}
        assert {rule for one in found for rule in one.rules} <= {rule.id for rule in RULES}, "and no other is named"

    def test_faults_are_told_with_their_lines(self, tmp_path: Any) -> None:
        path = tmp_path / "events.toml"
        path.write_text(
            '[[event]]\nid = "X"\nrules = ["a"]\nwithin = "soon"\n[event.when]\nlevle = 3\n', encoding="utf-8"
        )
        with pytest.raises(RuleError) as refused:
            load(path, ())
        told = {(fault.line, fault.key) for fault in refused.value.faults}
        assert told >= {(2, "event[0].id"), (4, "event[0].within"), (6, "event[0].when.levle")}
        path.write_text("[[event", encoding="utf-8")
        with pytest.raises(RuleError, match="valid TOML"):
            load(path, ())
        assert isinstance(HIGH, Definition)
