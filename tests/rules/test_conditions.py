"""The vocabulary of conditions: what holds, and how each explains itself."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.japan import JAPAN
from feeds.status import Status
from geo.hazard import Hazard
from rules.conditions import VOCABULARY, Condition, parse
from rules.source import Source, Table
from tests.rules.making import NOW, hazard, situation


def condition(text: str) -> Condition:
    source = Source(Path("when.toml"), text)
    made = parse(Table(tomllib.loads(text), source))
    assert source.faults == []
    return made


SNOW = hazard(kind="snow_depth", alert_level=False, facts={"depth_cm": 12.5, "station": "渋民", "confirmed": True})


@pytest.mark.parametrize(
    ("text", "one", "holds"),
    [
        ('kind = "flood"', hazard(), True),
        ('kind = ["bear", "flood"]', hazard(), True),
        ('kind = "bear"', hazard(), False),
        ('area = ["a1", "a2"]', hazard("a2"), True),
        ('area = "a1"', hazard("a2"), False),
        ('model = "flood"', hazard(), True),
        ('model = "flood@1"', hazard(), False),
        ('status = "Actual"', hazard(), True),
        ('status = "Exercise"', hazard(status=Status.ACTUAL), False),
        ("level_at_least = 3", hazard(level=3), True),
        ("level_at_least = 3", hazard(level=2), False),
        ("level_at_most = 3", hazard(level=3), True),
        ("level_at_most = 3", hazard(level=4), False),
        ("alert_level = true", hazard(), True),
        ("alert_level = true", SNOW, False),
        ("observed = true", hazard(observed=False), False),
        ("observed = false", hazard(observed=False), True),
        ("confirmed = true", SNOW, True),
        ("confirmed = false", hazard(), True),
        ("probability_at_least = 0.6", hazard(observed=False, probability=0.6), True),
        ("probability_at_least = 0.6", hazard(observed=False, probability=0.59), False),
        ("probability_at_least = 0.6", hazard(), True),  # observed is certain
        ("probability_at_least = 0.6", hazard(observed=False), False),  # foreseen without a figure is unknown
        ('age_at_least = "PT1H"', hazard(), True),
        ('age_at_least = "PT61M"', hazard(), False),
        ('age_at_most = "PT1H"', hazard(), True),
        ("age_at_most = 59", hazard(), False),
        ('fact = "depth_cm"\nat_least = 12.5', SNOW, True),
        ('fact = "depth_cm"\nat_least = 12.6', SNOW, False),
        ('fact = "depth_cm"\nat_most = 12', SNOW, False),
        ('fact = "depth_cm"\nat_least = 10\nat_most = 20', SNOW, True),
        ('fact = "depth_cm"\nat_least = 10', hazard(), False),  # an absent fact never holds
        ('fact = "station"\nequals = "渋民"', SNOW, True),
        ('fact = "station"\nat_least = 1', SNOW, False),  # a text is no number
        ('fact = "confirmed"\nat_least = 1', SNOW, False),  # nor is a yes
        ('fact = "depth_cm"\nequals = false', SNOW, False),
        ('any = [{ kind = "bear" }, { level_at_least = 3 }]', hazard(), True),
        ('any = [{ kind = "bear" }, { level_at_least = 4 }]', hazard(), False),
        ('all = [{ kind = "flood" }, { level_at_least = 3 }]', hazard(), True),
        ('all = [{ kind = "flood" }, { level_at_least = 4 }]', hazard(), False),
        ('not = { kind = "bear" }', hazard(), True),
        ('not = { kind = "flood" }', hazard(), False),
        ('kind = "flood"\nlevel_at_least = 4', hazard(level=3), False),  # all keys of a table together
    ],
)
def test_holds(text: str, one: Hazard, holds: bool) -> None:
    assert condition(text).holds(one, situation(one)) is holds


@pytest.mark.parametrize(
    ("clock", "night", "morning"),
    [("21:59", False, False), ("22:00", True, False), ("00:00", True, False), ("06:30", False, True)],
)
def test_time_of_day_is_japanese_and_may_pass_midnight(clock: str, night: bool, morning: bool) -> None:
    now = datetime.fromisoformat(f"2026-07-20T{clock}:00+09:00").astimezone(JAPAN)
    picture = situation(hazard(), now=now)
    assert condition('time_of_day = { from = "22:00", until = "06:30" }').holds(hazard(), picture) is night
    assert condition('time_of_day = { from = "06:00", until = "09:00" }').holds(hazard(), picture) is morning


class TestOther:
    QUIET = condition('other = { kind = "landslide", level_at_least = 4 }')
    SLIDE = hazard(kind="landslide", level=4)

    def test_in_the_same_area(self) -> None:
        assert self.QUIET.holds(hazard(), situation(hazard(), self.SLIDE))

    @pytest.mark.parametrize(
        "slide",
        [
            replace(SLIDE, area="a2"),
            replace(SLIDE, level=3),
            replace(SLIDE, valid_until=NOW),
            replace(SLIDE, status=Status.EXERCISE),
        ],
    )
    def test_not_elsewhere_lower_expired_or_of_a_drill(self, slide: Hazard) -> None:
        assert not self.QUIET.holds(hazard(), situation(hazard(), slide))

    def test_a_hazard_is_not_its_own_other(self) -> None:
        assert not self.QUIET.holds(self.SLIDE, situation(self.SLIDE))

    def test_anywhere(self) -> None:
        anywhere = condition('other = { kind = "landslide", same_area = false }')
        assert anywhere.holds(hazard(), situation(hazard(), replace(self.SLIDE, area="a2")))


def test_every_part_explains_itself_in_both_languages() -> None:
    both = condition('kind = "snow_depth"\nfact = "depth_cm"\nat_least = 15')
    kind, depth = both.explain(SNOW, situation(SNOW))
    assert (kind.holds, kind.ja) == (True, "種別がsnow_depth（今はsnow_depth）")
    assert (depth.holds, depth.ja) == (False, "depth_cmが15以上（今は12.5）")
    assert depth.en == "depth_cm ≥ 15 (now 12.5)"


@pytest.mark.parametrize(
    "text",
    [
        'kind = "flood"',
        'area = "a1"',
        'model = "flood"',
        'status = "Actual"',
        "level_at_least = 1",
        "level_at_most = 1",
        "alert_level = false",
        "observed = true",
        "confirmed = false",
        "probability_at_least = 0.5",
        'age_at_least = "PT5M"',
        'age_at_most = "PT5M"',
        'time_of_day = { from = "22:00", until = "06:30" }',
        'fact = "x"\nequals = true',
        'any = [{ kind = "bear" }]',
        'all = [{ kind = "bear" }]',
        'not = { kind = "bear" }',
        'other = { kind = "bear" }',
    ],
)
def test_every_word_of_the_vocabulary_has_sentences(text: str) -> None:
    assert next(iter(tomllib.loads(text))) in VOCABULARY
    (verdict, *_) = condition(text).explain(hazard(), situation(hazard()))
    assert len(verdict.ja) >= 3
    assert len(verdict.en) > 6
    assert "None" not in verdict.ja


def test_age_is_measured_at_the_situation() -> None:
    later = situation(hazard(), now=NOW + timedelta(hours=5))
    assert condition('age_at_least = "PT6H"').holds(hazard(), later)
