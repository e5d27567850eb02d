"""Digests: minor things gather and are told together at their times; what rises above breaks out at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from rules.alert import Alert, Approval
from rules.engine import Reason
from rules.noise.digest import Digest, gathered
from rules.rule import Rule, load_rules
from rules.source import RuleError
from tests.rules.making import NOW, World, hazard, rule, toml

FIVE = NOW.replace(hour=17, minute=0)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MINOR = {"alert_level": False, "level": 2}


@pytest.fixture
def minor(tmp_path: Path) -> Rule:
    text = toml(top='digest = { at = ["06:30", "17:00"] }').replace('"one"', '"auto"').replace('"PT3H"', '"PT24H"')
    return rule(tmp_path, text, group_by="city")


def told(world: World, now: datetime, *there: object) -> list[Alert]:
    return list(world.step(now, *there).alerts)  # type: ignore[arg-type]


def young(area: str, since: datetime, **changes: object) -> object:
    return hazard(area, **MINOR | {"since": since} | changes)


def test_they_gather_and_one_alert_names_them_all(minor: Rule) -> None:
    world = World([minor])
    first, second = young("a1", FIVE - 3 * HOUR), young("a2", FIVE - HOUR)
    decision = world.step(FIVE - 2 * HOUR, first)  # type: ignore[arg-type]
    assert [(drop.reason, drop.detail) for drop in decision.drops] == [(Reason.DIGEST, "次は7月20日17:00")]
    assert told(world, FIVE - MINUTE, first, second) == []
    (alert,) = told(world, FIVE, first, second)
    assert [one.code for one in alert.places] == ["a1", "a2"]
    third = young("a3", FIVE + MINUTE)
    assert told(world, FIVE + 2 * MINUTE, first, second, third) == []
    (next_day,) = told(world, FIVE + timedelta(hours=13, minutes=30), second, third)
    assert [one.code for one in next_day.places] == ["a2", "a3"]


def test_what_rises_above_its_level_breaks_out_at_once(minor: Rule) -> None:
    world = World([minor])
    assert told(world, FIVE - 2 * HOUR, young("a1", FIVE - 3 * HOUR)) == []
    (alert,) = told(world, FIVE - HOUR, young("a1", FIVE - HOUR, level=3), young("a2", FIVE - HOUR))
    assert [one.code for one in alert.places] == ["a1"], "the minor one goes on waiting"
    assert told(world, FIVE - MINUTE, hazard("a9", 1, alert_level=True), young("a1", FIVE, level=3)) == [], "level 1"
    (second,) = told(world, FIVE - MINUTE, hazard("a9", 2, since=FIVE - HOUR), young("a1", FIVE - HOUR, level=3))
    assert "a9" in [one.code for one in second.places], "a 警戒レベル never waits"


def test_changes_among_the_minor_wait_for_the_next(minor: Rule) -> None:
    world = World([minor])
    before = young("a1", FIVE - 3 * HOUR)
    told(world, FIVE, before, young("a2", FIVE - HOUR))
    decision = world.step(FIVE + HOUR, before)  # type: ignore[arg-type]
    assert [drop.reason for drop in decision.drops] == [Reason.DIGEST]
    assert len(told(world, FIVE + timedelta(hours=13, minutes=30), before)) == 1
    assert told(world, FIVE + timedelta(hours=20), before) == []


def test_a_hub_that_was_down_at_the_time_tells_it_within_the_hour(minor: Rule) -> None:
    there = young("a1", FIVE - HOUR)
    assert len(told(World([minor]), FIVE + 59 * MINUTE, there)) == 1
    assert told(World([minor]), FIVE + HOUR, there) == []


def test_the_end_does_not_wait(minor: Rule) -> None:
    world = World([replace(minor, approval=((0, Approval.AUTO.value),))])
    told(world, FIVE, young("a1", FIVE - HOUR))
    decision = world.step(FIVE + 2 * HOUR)
    assert [alert.ends for alert in decision.alerts] == [True]


def test_groups_are_by_kind_the_gravest_first() -> None:
    there = [
        hazard("a1", 1, kind="roof_slide"),
        hazard("a2", 2, kind="road_ice"),
        hazard("a1", 2, kind="road_ice"),
        hazard("a1", 1, kind="road_ice", source="g2"),
    ]
    first, second = gathered(there, {"a1": "A1"})
    assert (first.kind, first.level, first.places, len(first.hazards)) == ("road_ice", 2, ("a2町", "A1"), 3)
    assert (second.kind, second.places) == ("roof_slide", ("A1",))


@pytest.mark.parametrize(
    ("digest", "at_fault"),
    [
        ('{ at = "6 pm" }', "6 pm"),
        ("{ up_to = 1 }", "neither"),
        ('{ at = "06:30", every = "PT3H" }', "both"),
        ('{ every = "PT5H" }', "PT5H"),
        ('{ at = "06:30", up_to = 3 }', "up_to"),
    ],
)
def test_bad_times_are_told(tmp_path: Path, digest: str, at_fault: str) -> None:
    with pytest.raises(RuleError, match=at_fault):
        rule(tmp_path, toml(top=f"digest = {digest}"))


def test_an_interval_is_spread_over_the_day(tmp_path: Path) -> None:
    made = rule(tmp_path, toml(top='digest = { every = "PT6H", up_to = 1 }'))
    assert made.digest == Digest((time(0), time(6), time(12), time(18)), up_to=1)


def test_a_digest_in_the_quiet_hours_would_never_be_said(tmp_path: Path) -> None:
    text = toml(top='digest = { at = ["23:00"] }').replace('"Moderate"', '"Minor"')
    folder = tmp_path / "rules"
    (folder / "noise").mkdir(parents=True)
    (folder / "noise" / "quiet.toml").write_text('from = "22:00"\nuntil = "06:00"\nwait = ["Minor"]\n')
    (folder / "river.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match="23:00"):
        load_rules([folder])


def test_what_has_run_out_keeps_nothing_graver_waiting(minor: Rule) -> None:
    """A level above the digest's that was told, has run out and has fallen is said at once, and only once."""
    world = World([replace(minor, expires=HOUR)])
    assert len(told(world, FIVE - 3 * HOUR, young("a1", FIVE - 3 * HOUR, level=4))) == 1
    fallen = young("a1", FIVE - HOUR, level=3)
    assert len(told(world, FIVE - HOUR, fallen)) == 1
    assert told(world, FIVE - HOUR, fallen) == []
