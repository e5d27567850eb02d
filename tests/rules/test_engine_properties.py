"""What must hold whatever happens: random hazards, approvals, refusals and pauses against the whole catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Alert, Approval, State
from rules.engine import Decision, decide
from rules.evacuation import evacuates
from rules.rule import CATALOG, load_rules
from rules.situation import Situation
from tests.rules.making import NOW, SENDER, World, hazard, place

RULES = load_rules([CATALOG])
KINDS = {
    "flood": "flood@1",
    "heavy_rain": "weather@1",
    "landslide": "weather@1",
    "heavy_snow": "weather@1",
    "snow_depth": "snow@1",
    "bear": "sighting@1",
    "suspicious_person": "sighting@1",
}
WORDS = st.sampled_from(["", "北上川", "避難指示", "緊急安全確保", "{{ 1 }}", "a,b <c>&", "\n", "レベル４大雨危険警報"])
FACTS = st.dictionaries(
    st.sampled_from(
        ["river", "gauge", "level_m", "kind_name", "office", "place", "confirmed", "new_snow_cm", "seen_at"]
    ),
    WORDS | st.floats(0, 99) | st.booleans() | st.just("2026-07-20T18:00+09:00"),
    max_size=4,
)


@st.composite
def hazards(draw: st.DrawFn, statuses: tuple[Status, ...] = (Status.ACTUAL,)) -> list[Hazard]:
    found: dict[str, Hazard] = {}
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(sorted(KINDS)))
        one = hazard(
            draw(st.sampled_from(["a1", "a2", "仙北 1"])),
            draw(st.integers(0, 5)),
            kind=kind,
            model=KINDS[kind],
            status=draw(st.sampled_from(statuses)),
            observed=draw(st.booleans()),
            since=NOW - timedelta(minutes=draw(st.integers(0, 90))),
            valid_until=NOW + timedelta(minutes=draw(st.integers(-30, 600))),
            source=draw(st.sampled_from(["g1", "g1:foreseen", "g2"])),
            facts=draw(FACTS),
        )
        found[one.key] = one
    return list(found.values())


def check(decision: Decision, picture: Situation) -> None:
    """What no single decision may ever break."""
    fresh = {one.key for one in picture.hazards if one.valid_until > picture.now and one.status is picture.status}
    for alert in decision.alerts:
        assert alert.status is picture.status
        if not alert.ends:
            assert set(alert.hazards) <= fresh, "an expired or foreign hazard spoke"
        if evacuates(alert):
            assert alert.approval is not Approval.AUTO, "evacuation went out by itself"
        assert not set(" ,<&") & set(alert.identifier)
        assert (alert.msg_type == "Update") is bool(alert.references)
        assert all(text.short and text.event and text.headline for text in alert.texts.values())
    assert len({alert.series for alert in decision.alerts}) == len(decision.alerts)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_history(data: st.DataObject) -> None:
    world, now = World(RULES), NOW
    identifiers: set[str] = set()
    for _ in range(data.draw(st.integers(1, 6))):
        now += timedelta(minutes=data.draw(st.sampled_from([1, 15, 61, 200, 800])))
        there = data.draw(hazards())
        decision = world.step(now, *there)
        check(decision, Situation(now=now, status=Status.ACTUAL, hazards=there))
        fresh = {alert.identifier for alert in decision.alerts}
        assert not fresh & identifiers, "an identifier was used twice"
        identifiers |= fresh
        assert_nothing_new(world.step(now, *there))
        act(world, data)
        for family in world.families.values():
            assert sum(state in {State.DRAFT, State.ISSUED} for state, _ in family) <= 2
            assert sum(state is State.DRAFT for state, _ in family) <= 1, "two drafts of one series"
            assert sum(state is State.ISSUED for state, _ in family) <= 1, "two open revisions of one series"


def assert_nothing_new(again: Decision) -> None:
    assert again.alerts == (), "deciding twice said something twice"
    assert again.withdrawn == (), "deciding twice withdrew twice"


def act(world: World, data: st.DataObject) -> None:
    """The officer issues some drafts, refuses some, and leaves the rest."""
    for series, family in world.families.items():
        if family[-1][0] is State.DRAFT:
            wish = data.draw(st.sampled_from(["issue", "reject", "wait"]))
            if wish == "issue":
                assert family[-1][1].approval is not Approval.AUTO
                world.issue(series)
            elif wish == "reject":
                world.reject(series)


@settings(max_examples=40, deadline=None)
@given(hazards(statuses=tuple(Status)), st.sampled_from(list(Status)))
def test_statuses_never_mix(there: list[Hazard], status: Status) -> None:
    picture = Situation(now=NOW, status=status, hazards=there)
    decision = decide(picture, RULES, SENDER, place)
    check(decision, picture)
    alone = replace(picture, hazards=[one for one in there if one.status is status])
    assert decide(alone, RULES, SENDER, place) == decision


@settings(max_examples=40, deadline=None)
@given(hazards(), st.randoms())
def test_the_order_of_hazards_does_not_matter(there: list[Hazard], random: object) -> None:
    shuffled = list(there)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (
        decide(Situation(now=NOW, status=Status.ACTUAL, hazards=one), RULES, SENDER, place).alerts
        for one in (there, shuffled)
    )
    assert first == second


@pytest.mark.parametrize("level", [4, 5])
def test_the_proposal_to_evacuate_always_needs_two(level: int) -> None:
    alerts: tuple[Alert, ...] = decide(
        Situation(now=NOW, status=Status.ACTUAL, hazards=[hazard(level=level)]), RULES, SENDER, place
    ).alerts
    (proposal,) = [alert for alert in alerts if alert.rule == "evacuation-proposal"]
    assert proposal.approval is Approval.TWO
