"""Quiet hours: the minor waits or comes without a sound; what may hurt and what must end never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from rules.alert import State
from rules.engine import Decision, Reason, decide
from rules.noise.quiet import Manner, QuietHours
from rules.rule import CATALOG, Rule, load_rules
from rules.source import RuleError
from services.channels.line import Config, Line
from tests.rules.making import NOW, SENDER, World, hazard, issued, place, rule, situation, toml
from tests.rules.noise.test_inhibition import table

HOURS = QuietHours(
    start=time(22), end=time(6, 30), wait=frozenset({"Minor"}), soundless=frozenset({"Moderate", "Unknown"})
)
NIGHT = NOW.replace(hour=23, minute=0)
MORNING = NIGHT + timedelta(hours=7, minutes=30)
MINOR = {"alert_level": False, "level": 2}


@pytest.fixture
def minor(tmp_path: Path) -> Rule:
    return rule(tmp_path, toml().replace('"Moderate"', '"Minor"'), quiet=HOURS)


def at(minor: Rule, now: object, **changes: object) -> Decision:
    return decide(situation(hazard(**MINOR | changes), now=now), [minor], SENDER, place)  # type: ignore[arg-type]


def test_at_night_it_waits_and_says_until_when(minor: Rule) -> None:
    decision = at(minor, NIGHT)
    (drop,) = decision.drops
    assert (drop.reason, drop.detail, decision.alerts) == (Reason.QUIET_HOURS, "7月21日06:30まで", ())
    assert len(at(minor, MORNING).alerts) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"hazard": {"level": 3}},
        {"hazard": {"alert_level": True}},
        {"rule": {"urgency": ((0, "Immediate"),)}},
        {"rule": {"response": ((0, "Evacuate"),)}},
        {"rule": {"response": ((0, "Shelter"),)}},
        {"rule": {"severity": ((0, "Severe"),)}},
        {"rule": {"quiet": None}},
        {"rule": {"quiet": HOURS.always(Manner.SPEAK)}},
    ],
    ids=str,
)
def test_what_cannot_wait_does_not(minor: Rule, changes: dict) -> None:
    loud = replace(minor, **changes.get("rule", {}))
    (alert,) = at(loud, NIGHT, **changes.get("hazard", {})).alerts
    assert not alert.soundless


def test_what_is_moderate_comes_at_once_and_wakes_nobody(minor: Rule) -> None:
    moderate = replace(minor, severity=((0, "Moderate"),))
    (alert,) = at(moderate, NIGHT).alerts
    (by_day,) = at(moderate, NOW).alerts
    line = Line(Config.model_validate({"token": "t"}))
    assert (alert.soundless, by_day.soundless) == (True, False)
    assert (line.render(alert).quiet, line.render(by_day).quiet) == (True, False)


def test_what_is_over_by_the_morning_is_not_told_and_of_what_changed_the_latest(minor: Rule) -> None:
    gone, moved = World([minor]), World([minor])
    gone.step(NIGHT, hazard(**MINOR))
    assert gone.step(MORNING).alerts == ()
    moved.step(NIGHT, hazard(**MINOR))
    moved.step(NIGHT + timedelta(hours=2), hazard(**MINOR), hazard("a2", **MINOR))
    (alert,) = moved.step(MORNING, hazard("a2", **MINOR)).alerts
    assert [one.code for one in alert.places] == ["a2"]


def test_the_end_of_what_was_announced_is_told_at_night(minor: Rule) -> None:
    standing = issued(replace(minor, expires=timedelta(hours=12)), hazard(**MINOR))
    (end,) = decide(situation(now=NIGHT, **{standing.alert.series: standing}), [minor], SENDER, place).alerts
    assert end.ends and not end.soundless


def test_a_draft_of_the_evening_is_left_to_people_until_it_is_no_longer_true(minor: Rule) -> None:
    world = World([minor])
    world.step(NIGHT.replace(hour=21, minute=50), hazard(**MINOR))
    assert world.step(NIGHT, hazard(**MINOR)).withdrawn == ()
    (gone,) = world.step(NIGHT, hazard(**MINOR), hazard("a2", **MINOR)).withdrawn
    assert (gone.state, gone.reason) == (State.ENDED, Reason.QUIET_HOURS)
    (alert,) = world.step(MORNING, hazard(**MINOR), hazard("a2", **MINOR)).alerts
    assert len(alert.places) == 2


@pytest.mark.parametrize(
    ("clock", "holds"), [("21:59", False), ("22:00", True), ("00:00", True), ("06:29", True), ("06:30", False)]
)
def test_the_hours_pass_midnight(clock: str, holds: bool) -> None:
    assert HOURS.includes(time.fromisoformat(clock)) is holds
    assert replace(HOURS, start=time(6, 30), end=time(22)).includes(time.fromisoformat(clock)) is not holds


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('from = "22:00"\nuntil = "6 am"\n', "6 am"),
        ('from = "22:00"\nuntil = "06:00"\nwait = ["Severe"]\n', "Severe"),
        ('from = "22:00"\n', "until"),
        ('from = "22:00"\nuntil = "06:00"\nsilent = []\n', "silent"),
    ],
)
def test_a_bad_table_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(RuleError, match=told):
        load_rules(table(tmp_path, text, "quiet"))


def test_a_city_has_its_own_hours_and_a_rule_its_own_manner(tmp_path: Path) -> None:
    folders = table(tmp_path, 'from = "23:00"\nuntil = "05:00"\nwait = ["Moderate"]\n', "quiet")
    rules = {rule.id: rule for rule in load_rules(folders)}
    bear, plows = rules["bear-sighting"].quiet, rules["snow-plowing"].quiet
    assert bear and (bear.start, bear.manner("Moderate"), bear.manner("Minor")) == (time(23), "wait", "speak")
    assert plows and plows.manner("Minor") is Manner.SOUNDLESS, "plows go out at night"
    assert {rule.quiet is None for rule in load_rules([CATALOG])} == {False}
