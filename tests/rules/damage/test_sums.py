"""What records come to: sums over any records whatever, and that unknown is never zero."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from feeds.japan import JAPAN
from feeds.status import Status
from rules.damage.contradictions import contradictions
from rules.damage.disaster import Disaster
from rules.damage.items import BY_KEY, ITEMS
from rules.damage.record import Act, Certainty, Content, Damage, Event
from rules.damage.sums import Sum, by_district, changes, figures, losses, totals

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=JAPAN)
RAIN = Disaster(id=1, status=Status.ACTUAL, name="11月20日からの大雨", began=NOW - timedelta(hours=6))
_FIGURES = st.dictionaries(st.sampled_from([item.key for item in ITEMS]), st.none() | st.integers(0, 10**9), max_size=6)


def damage(number: int = 1, *, withdrawn: bool = False, **said: object) -> Damage:
    content = Content(**{"certainty": Certainty.CONFIRMED, "source": "消防", "place": "内丸", **said})  # type: ignore[arg-type]
    event = Event(act=Act.ENTER, at=NOW, who="sato", content=content)
    return Damage(id=number, disaster=1, status=Status.ACTUAL, withdrawn=withdrawn, events=(event,))


@st.composite
def records(draw: st.DrawFn) -> list[Damage]:
    return [
        damage(
            number,
            withdrawn=draw(st.booleans()),
            certainty=draw(st.sampled_from(Certainty)),
            figures=draw(_FIGURES),
            area=draw(st.sampled_from(["", "032010001", "032010002"])),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


@given(records(), st.randoms(use_true_random=False))
def test_sums_are_what_stands_and_nothing_else(found: list[Damage], random: Random) -> None:
    of = totals(found)
    standing = [one for one in found if not one.withdrawn]
    for item in ITEMS:
        told = [(one.confirmed, one.content.figures[item.key]) for one in standing if item.key in one.content.figures]
        assert (item.key in of) is bool(told), "what nobody spoke of is not there, and what somebody spoke of is"
        if told:
            sure = [steps for confirmed, steps in told if confirmed and steps is not None]
            other = [steps for confirmed, steps in told if not confirmed and steps is not None]
            counting = sum(steps is None for _, steps in told)
            assert of[item.key] == Sum(sum(sure) if sure else None, sum(other) if other else None, counting)
    shuffled = random.sample(found, len(found))
    assert totals(shuffled) == of, "the order of entering does not matter"
    assert totals([one for one in found if one.withdrawn]) == {}


@given(records())
def test_districts_together_are_the_whole_of_what_has_a_district(found: list[Damage]) -> None:
    parts = by_district(found)
    whole = figures(totals([one for one in found if one.content.area]))
    for key, steps in whole.items():
        assert steps == sum(figures(part).get(key, 0) for part in parts.values())


@given(_FIGURES, _FIGURES)
def test_a_change_brings_the_old_figure_to_the_new_one(
    one: dict[str, int | None], other: dict[str, int | None]
) -> None:
    before, now = (totals([damage(figures=some)]) for some in (one, other))
    told = changes(figures(now), figures(before))
    for key in figures(now) | figures(before):
        assert figures(before).get(key, 0) + told.get(key, 0) == figures(now).get(key, 0)
    assert changes(figures(now), figures(now)) == {}


def test_nobody_counted_is_not_nobody_hurt() -> None:
    of = totals([damage(figures={"dead": None, "injured_slightly": 0})])
    assert figures(of) == {"injured_slightly": 0} and of["dead"] == Sum(counting=1)
    assert "missing" not in of


def test_amounts_add_up_as_the_form_has_them() -> None:
    assert losses({"loss_schools": 5, "loss_civil_works": 7, "loss_farming": 30, "dead": 1}) == (12, 42)
    assert losses({"dead": 1}) == (None, None)


def test_hectares_are_exact() -> None:
    rice = BY_KEY["rice_flooded"]
    assert rice.told(rice.steps("0.1") + rice.steps("0.2")) == "0.30"
    for odd in ("1.234", "-1", "NaN", "1e99", "x", "inf"):
        try:
            rice.steps(odd)
        except ValueError as error:
            assert "田の冠水" in str(error)
        else:
            raise AssertionError(odd)


def test_what_cannot_be_together_is_told() -> None:
    found = [
        damage(1, figures={"dead": 1, "dead_related": 2}),
        damage(2, figures={"destroyed_buildings": 0, "destroyed_people": 3}),
        damage(3, happened=RAIN.began - timedelta(days=1)),
        damage(4, area="032010001", happened=NOW, figures={"roads": 2}),
        damage(5, area="032010001", happened=NOW - timedelta(hours=1), figures={"roads": 2}),
    ]
    codes = [(one.code, one.records) for one in contradictions(RAIN, found, {"roads": 5})]
    assert ("part_exceeds", (1,)) in codes and ("no_building", (2,)) in codes and ("before_began", (3,)) in codes
    assert ("maybe_double", (4, 5)) in codes and ("fallen", ()) in codes
    assert contradictions(RAIN, [damage(figures={"dead": 2, "dead_related": 1})], {"dead": 1}) == []
    few = contradictions(RAIN, [damage(figures={"destroyed_households": 3, "suffering_households": 2})])
    assert [one.code for one in few] == ["sufferers_few"]
