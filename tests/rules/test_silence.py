"""Silences: what an officer may keep from being told, and what nobody may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.status import Status
from rules.proposal import Drop, Proposal, Reason
from rules.rule import Rule
from rules.silence import Silence, SilenceError
from rules.situation import Situation
from rules.stages import mute
from tests.rules.making import NOW, hazard, issued, proposal, rule, situation

HOUR = timedelta(hours=1)


@pytest.fixture
def river(tmp_path: Path) -> Rule:
    return rule(tmp_path)


def silence(**changes: object) -> Silence:
    one = hazard()
    told = {
        "status": one.status,
        "kind": one.kind,
        "owner": "佐藤",
        "reason": "点検中",
        "begins": NOW,
        "ends": NOW + HOUR,
    }
    return Silence(**{**told, **changes})  # type: ignore[arg-type]


def quiet(*silences: Silence, **changes: object) -> Situation:
    return replace(situation(hazard()), silences=silences, **changes)  # type: ignore[arg-type]


def outcome(river: Rule, *silences: Silence, level: int = 3, now: object = NOW) -> Proposal | Drop:
    one = hazard(level=level)
    return mute(replace(quiet(*silences), now=now), replace(proposal(river, one), now=now))  # type: ignore[type-var]


def test_it_holds_its_kind_back_and_says_who_until_when_and_why(river: Rule) -> None:
    dropped = outcome(river, silence())
    assert isinstance(dropped, Drop) and dropped.reason is Reason.MUTED
    assert "佐藤" in dropped.detail and "まで" in dropped.detail and "点検中" in dropped.detail


@pytest.mark.parametrize("level", [4, 5])
def test_level_four_and_above_always_speaks(river: Rule, level: int) -> None:
    assert isinstance(outcome(river, silence(), level=level), Proposal)


def test_it_begins_and_ends_when_it_says(river: Rule) -> None:
    later = silence(begins=NOW + timedelta(seconds=1))
    over = silence(begins=NOW - HOUR, ends=NOW)
    assert isinstance(outcome(river, later, over), Proposal)
    assert isinstance(outcome(river, silence(begins=NOW, ends=NOW + timedelta(seconds=1))), Drop)


@pytest.mark.parametrize(
    "other", [{"kind": "bear"}, {"area": "elsewhere"}, {"rule": "another"}, {"status": Status.EXERCISE}]
)
def test_everything_it_names_must_fit(river: Rule, other: dict[str, object]) -> None:
    assert isinstance(outcome(river, silence(**other)), Proposal)


def test_of_several_hazards_only_what_it_covers_is_set_aside(river: Rule) -> None:
    here, there = hazard(), hazard(area="there", source="other")
    found = mute(quiet(silence(area=here.area)), proposal(river, here, there))
    assert isinstance(found, Proposal)
    assert (found.hazards, found.aside) == ((there,), (here,))


def test_what_was_issued_still_gets_its_updates_and_its_end(river: Rule) -> None:
    one = hazard()
    found = mute(quiet(silence()), proposal(river, one, standing=issued(river, one)))
    assert isinstance(found, Proposal) and found.hazards == (one,)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": ""}, "規則・種別・区域"),
        ({"reason": "  "}, "理由"),
        ({"ends": NOW}, "12時間"),
        ({"ends": NOW + timedelta(hours=12, seconds=1)}, "12時間"),
    ],
)
def test_what_cannot_be_set_says_why(fault: dict[str, object], told: str) -> None:
    silence().check()
    with pytest.raises(SilenceError, match=told):
        silence(**fault).check()
