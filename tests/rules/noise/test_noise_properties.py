"""Whatever happens: nothing is lost without a reason, nothing of level 4 waits, and no order of hazards matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.status import Status
from geo.hazard import Hazard
from rules.engine import Decision, Reason, decide
from rules.noise.digest import Digest
from rules.noise.quiet import QuietHours
from rules.rule import CATALOG, load_rules
from rules.situation import Situation
from tests.examples import examples
from tests.rules.making import NOW, SENDER, World, hazard, place
from tests.rules.test_engine_properties import act, assert_nothing_new

NOISE = {Reason.INHIBITED, Reason.QUIET_HOURS, Reason.DIGEST}
KINDS = {
    "flood": "flood@1",
    "heavy_rain": "weather@1",
    "landslide": "weather@1",
    "snow_depth": "snow@1",
    "suspicious_person": "sighting@1",
}
_MINOR = QuietHours(start=time(22), end=time(6), wait=frozenset({"Minor", "Moderate"}))
_BY_ID = {rule.id: rule for rule in load_rules([CATALOG])}
RULES = [
    _BY_ID["evacuation-proposal"],
    _BY_ID["evacuation-landslide"],
    replace(_BY_ID["river-level"], quiet=_MINOR, digest=Digest((time(6, 30), time(18, 40)), up_to=2)),
    _BY_ID["official-warning"],
    _BY_ID["snow-plowing"],
    replace(_BY_ID["crime-notice"], digest=Digest((time(9), time(18)), up_to=1), quiet=_MINOR),
]


def around(area: str) -> set[str]:
    return {area, "city"}


@st.composite
def hazards(draw: st.DrawFn, statuses: tuple[Status, ...] = (Status.ACTUAL,)) -> list[Hazard]:
    found: dict[str, Hazard] = {}
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(sorted(KINDS)))
        one = hazard(
            draw(st.sampled_from(["a1", "a2", "city"])),
            draw(st.integers(0, 5)),
            kind=kind,
            model=KINDS[kind],
            status=draw(st.sampled_from(statuses)),
            alert_level=draw(st.booleans()),
            since=NOW - timedelta(minutes=draw(st.sampled_from([0, 5, 40, 300]))),
            valid_until=NOW + timedelta(minutes=draw(st.sampled_from([-5, 60, 4000]))),
            source=draw(st.sampled_from(["g1", "g2"])),
            facts={"new_snow_cm": 12.0},
        )
        found[one.key] = one
    return list(found.values())


def accounted(decision: Decision, picture: Situation) -> None:
    """Of every rule that speaks of it, each hazard is told, or stays untold for one reason."""
    for rule in RULES:
        for one in picture.hazards:
            if one.status is not picture.status or not rule.when.holds(one, picture):
                continue
            told = [a for a in decision.alerts if a.rule == rule.id and not a.ends and one.key in a.hazards]
            held = [d for d in decision.drops if d.rule == rule.id and one.key in d.hazards]
            assert len(told) + len(held) == 1, (rule.id, one.key, told, held)
            assert all(drop.reason.ja and drop.reason.en for drop in held)


def grave_speaks(decision: Decision, picture: Situation, before: dict[str, int]) -> None:
    """Noise control keeps back nothing of level 4 and above that has not been written for people already."""
    levels = {one.key: one.level for one in picture.hazards}
    for drop in decision.drops:
        if drop.reason in NOISE:
            assert all(levels[key] < 4 or before.get(key, 0) >= levels[key] for key in drop.hazards), drop


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_nothing_is_lost_and_nothing_grave_waits(data: st.DataObject) -> None:
    world, now = World(RULES, around=around), NOW - timedelta(minutes=1)
    for _ in range(data.draw(st.integers(1, 5))):
        now += timedelta(minutes=data.draw(st.sampled_from([1, 21, 61, 250, 700])))
        there = data.draw(hazards())
        written = _written(world, now)
        decision = world.step(now, *there)
        picture = Situation(now=now, status=Status.ACTUAL, hazards=there)
        accounted(decision, picture)
        grave_speaks(decision, picture, written)
        again = world.step(now, *there)
        assert_nothing_new(again)
        accounted(again, picture)
        act(world, data)


def _written(world: World, now: datetime) -> dict[str, int]:
    """The highest level at which each hazard stands in a newest revision of a series that is not over."""
    found: dict[str, int] = {}
    for one in world.standing(now).values():
        for key, level in zip(one.alert.hazards, one.alert.levels, strict=True):
            found[key] = max(level, found.get(key, 0))
    return found


@settings(max_examples=40, deadline=None)
@given(hazards(statuses=tuple(Status)), hazards(statuses=tuple(Status)), st.randoms())
def test_neither_order_nor_another_status_matters(first: list[Hazard], then: list[Hazard], random: object) -> None:
    world = World(RULES, around=around)
    world.step(NOW, *first)
    later = NOW + timedelta(minutes=30)
    mixed = Situation(now=later, status=Status.ACTUAL, hazards=then, standing=world.standing(later))
    shuffled = list(then)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    own = [one for one in then if one.status is Status.ACTUAL]
    decisions = [decide(replace(mixed, hazards=some), RULES, SENDER, place, around) for some in (then, shuffled, own)]
    assert decisions[0] == decisions[1] == decisions[2]
