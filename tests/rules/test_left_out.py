"""What a person leaves out or ends: for how long that holds, while it waits for leave, when it is refused, at night."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.japan import JAPAN
from rules.alert import Act, Alert, State
from rules.amendment import amend
from rules.noise.digest import Digest
from rules.redraft import AmendmentError, Pen, Said, Series, edited
from rules.rule import Rule
from tests.rules.making import NOW, SENDER, World, hazard, place, rule, toml

MINUTE = timedelta(minutes=1)
A1, A2 = hazard("a1"), hazard("a2")


@pytest.fixture
def river(tmp_path: Path) -> Rule:
    return rule(tmp_path)


@pytest.fixture
def by_itself(tmp_path: Path) -> Rule:
    return rule(tmp_path, toml(drop=["approval"], top='approval = "auto"'))


def pen(after: timedelta = timedelta()) -> Pen:
    return Pen(author="sato", now=NOW + after, sender=SENDER, places=place)


def amended(world: World, act: Act, after: timedelta = timedelta(), **said: tuple[str, ...]) -> Alert:
    """A person's draft waits in the one series."""
    name = world.only()
    alert = amend(act, Series(standing=world.standing(NOW + after)[name]), Said(**said), pen(after))  # type: ignore[arg-type]
    world.families[name].append((State.DRAFT, alert))
    return alert


def test_a_refused_draft_does_not_bring_back_what_a_person_had_ended(river: Rule) -> None:
    world = World([river])
    world.step(NOW, A1)
    world.issue(world.only())
    amended(world, Act.ALL_CLEAR)
    world.issue(world.only())
    low = hazard("a2", 2, since=NOW + MINUTE)
    (beside,) = world.step(NOW + MINUTE, A1, low).alerts
    assert beside.hazards == (low.key,)
    world.reject(beside.series)
    assert world.step(NOW + 2 * MINUTE, A1, low).alerts == ()
    risen = replace(A1, level=4, since=NOW + 3 * MINUTE)
    (anew,) = world.step(NOW + 3 * MINUTE, risen, low).alerts
    assert risen.key in anew.hazards


def test_a_draft_in_fewer_areas_keeps_out_the_others_only_beside_its_own(river: Rule) -> None:
    world = World([river])
    soon = replace(A1, valid_until=NOW + 10 * MINUTE)
    (draft,) = world.step(NOW, soon, A2).alerts
    series = Series(standing=world.standing(NOW)[draft.series])
    fewer = edited(draft, Said(areas=("a1",)), series, pen())
    world.families[draft.series][-1] = (State.WITHDRAWN, draft)
    world.families[draft.series].append((State.DRAFT, fewer))
    assert world.step(NOW + MINUTE, soon, A2).alerts == ()
    (other,) = world.step(NOW + 11 * MINUTE, soon, A2).alerts  # of a1 nothing is known any more
    assert other.hazards == (A2.key,)
    again = world.step(NOW + 11 * MINUTE, soon, A2)
    assert again.alerts == () and again.withdrawn == ()


def test_nothing_goes_out_by_itself_without_what_nobody_agreed_to_leave_out(by_itself: Rule) -> None:
    world = World([by_itself])
    world.step(NOW, A1, A2)
    fewer = amended(world, Act.UPDATE, areas=("a1",))
    assert world.step(NOW + MINUTE, A1, A2).alerts == (), "a narrowing waits for leave"
    risen = replace(A1, level=4, since=NOW + 2 * MINUTE)
    (told,) = world.step(NOW + 2 * MINUTE, risen, A2).alerts
    assert fewer.hazards == (A1.key,) and set(told.hazards) == {A1.key, A2.key} and told.left_out == {}


@pytest.mark.parametrize("act", [Act.UPDATE, Act.ALL_CLEAR, Act.CANCEL])
def test_what_a_person_makes_of_an_alert_waits_though_nothing_is_known_of_the_danger(river: Rule, act: Act) -> None:
    soon = replace(A1, valid_until=NOW + 10 * MINUTE)
    world = World([river])
    world.step(NOW, soon)
    world.issue(world.only())
    mine = amended(world, act, 11 * MINUTE)
    decision = world.step(NOW + 11 * MINUTE, soon)
    assert decision.alerts == () and decision.withdrawn == ()
    assert world.families[world.only()][-1] == (State.DRAFT, mine)


def test_a_persons_end_waits_also_where_the_rule_says_none(river: Rule) -> None:
    world = World([replace(river, all_clear={})])
    world.step(NOW, A1)
    world.issue(world.only())
    mine = amended(world, Act.ALL_CLEAR, MINUTE)
    for there in ([A1], []):
        decision = world.step(NOW + MINUTE, *there)
        assert decision.alerts == () and decision.withdrawn == ()
    assert world.families[world.only()][-1] == (State.DRAFT, mine)


def test_an_end_is_told_to_every_district_also_when_a_person_edits_it(river: Rule) -> None:
    world = World([river])
    world.step(NOW, A1, A2)
    world.issue(world.only())
    mine = amended(world, Act.ALL_CLEAR)
    series = Series(standing=world.standing(NOW)[world.only()])
    with pytest.raises(AmendmentError) as refused:
        edited(mine, Said(areas=("a1",)), series, pen())
    assert refused.value.code == "bad_area"
    assert edited(mine, Said(areas=("a1", "a2")), series, pen()).places == mine.places


def test_what_ran_out_keeps_nothing_for_the_next_digest(river: Rule) -> None:
    times = tuple((NOW + timedelta(hours=hours)).astimezone(JAPAN).time() for hours in (-1, 12))
    gathers = replace(river, digest=Digest(times, up_to=2))
    grave = hazard("a1", 4, alert_level=False)
    world = World([gathers])
    world.step(NOW, grave)
    world.issue(world.only())
    fallen = replace(grave, level=3, since=NOW + MINUTE)
    later = NOW + timedelta(hours=4)  # the first has run out
    (told,) = world.step(later, fallen).alerts
    assert told.level == 3 and world.step(later, fallen).alerts == ()


def test_a_draft_about_what_has_gone_does_not_use_up_the_digest(river: Rule) -> None:
    gathers = replace(river, digest=Digest((NOW.time(),), up_to=2))
    first, then = (hazard(area, 2, alert_level=False) for area in ("a1", "a2"))
    world = World([gathers])
    assert world.step(NOW, first).alerts
    (told,) = world.step(NOW + MINUTE, then).alerts
    again = world.step(NOW + MINUTE, then)
    assert told.hazards == (then.key,) and again.alerts == () and again.withdrawn == ()
