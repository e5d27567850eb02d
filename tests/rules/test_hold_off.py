"""How long what is free to leave waits: by level, and never long where lives hang on it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from rules.hold_off import hold_off_at
from rules.source import RuleError
from tests.rules.making import NOW, World, hazard, rule, toml


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", [0, 0, 0, 0, 0, 0]),
        ('hold_off = "PT5M"', [300, 300, 300, 300, 60, 60]),
        ('hold_off = "PT30S"', [30, 30, 30, 30, 30, 30]),
        ('hold_off = { 0 = "PT30M", 3 = "PT2M", 4 = "PT0S" }', [1800, 1800, 1800, 120, 0, 0]),
    ],
)
def test_a_rule_says_it_by_level_and_from_level_4_on_it_is_a_minute_at_most(
    tmp_path: Path, text: str, seconds: list[int]
) -> None:
    made = rule(tmp_path, toml(top=text))
    assert [hold_off_at(made.hold_off, level) for level in range(6)] == [timedelta(seconds=s) for s in seconds]


@pytest.mark.parametrize(
    "text",
    [
        'hold_off = "PT31M"',
        'hold_off = "soon"',
        'hold_off = { 3 = "PT5M" }',
        'hold_off = { 0 = "PT5M", 4 = "PT2M" }',
        'hold_off = { 0 = "PT5M", 6 = "PT0S" }',
    ],
)
def test_what_is_no_hold_off_does_not_load(tmp_path: Path, text: str) -> None:
    with pytest.raises(RuleError, match=r"rule.toml:1: hold_off: found .*allowed: a duration up to"):
        rule(tmp_path, toml(top=text))


def test_a_revision_says_how_long_it_waits_and_an_all_clear_as_long_as_what_it_lifts(tmp_path: Path) -> None:
    world = World([rule(tmp_path, toml(top='hold_off = "PT5M"\napproval = "auto"', drop=["approval"]))])
    (low,) = world.step(NOW, hazard(level=3)).alerts
    (high,) = world.step(NOW, hazard(level=5)).alerts
    (over,) = world.step(NOW + timedelta(minutes=5)).alerts
    assert over.ends
    assert [one.hold_off_s for one in (low, high, over)] == [300, 60, 60]
