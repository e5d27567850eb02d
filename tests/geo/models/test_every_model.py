"""What must hold of every model of the registry, whoever wrote it: blind to the future, and nothing but its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.lalert.types import LalertDocument
from feeds.quantities import QUANTITIES
from feeds.records import Report, Telegram
from feeds.status import Status
from geo.hazard import Hazard
from geo.model import SEASON, Ground, Inputs, Model, Sample
from geo.registry import MODELS
from tests.feeds.lalert_making import document
from tests.geo.models.worlds import evening_in_summer, noon_in_winter, read

WORLDS = {"winter": noon_in_winter(), "summer": evening_in_summer()}
SOON = [timedelta(microseconds=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=25)]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
in_both_worlds = pytest.mark.parametrize("hour", WORLDS)


def told(hazards: Sequence[Hazard]) -> dict[str, Hazard]:
    """By key; a key that occurs twice would be one hazard in the store."""
    found = {one.key: one for one in hazards}
    assert len(found) == len(hazards)
    return found


@every_model
def test_every_model_has_something_to_say(model: Model) -> None:
    """Else what follows shows nothing of it: add to tests/geo/models/worlds.py what it needs."""
    assert any(model.run(world.inputs, world.ground) for world in WORLDS.values())


@every_model
@in_both_worlds
def test_a_hazard_is_whole(model: Model, hour: str) -> None:
    world = WORLDS[hour]
    now, known = world.inputs.now, references(world.inputs)
    for one in told(model.run(world.inputs, world.ground)).values():
        assert one.model == f"{model.name}@{model.version}" and one.status is world.inputs.status
        assert 0 <= one.level <= 5 and one.headline and one.area_name
        assert one.since <= now and one.since.tzinfo is not None
        assert one.valid_until > now, "what is not to be believed any more is no hazard"
        assert one.probability is None or 0 <= one.probability <= 1
        assert one.evidence and all(why.text for why in one.evidence)
        strange = {why.ref for why in one.evidence} - known - {one.source}
        assert all(ref.startswith("layer:") for ref in strange), f"{strange} is nothing that was known"


@every_model
@in_both_worlds
def test_the_same_inputs_give_the_same_hazards(model: Model, hour: str) -> None:
    """Whatever it was asked between, and a new one of its kind alike: a model remembers nothing."""
    world = WORLDS[hour]
    first = model.run(world.inputs, world.ground)
    for other in WORLDS.values():
        model.run(other.inputs, other.ground)
        model.run(replace(other.inputs, now=other.inputs.now + timedelta(hours=5)), other.ground)
    assert model.run(world.inputs, world.ground) == first
    assert type(model)().run(world.inputs, world.ground) == first


@every_model
@in_both_worlds
def test_the_order_of_equal_inputs_is_nothing(model: Model, hour: str) -> None:
    """Stations, telegrams and the like have none. A series has: it ascends."""
    world = WORLDS[hour]
    known = world.inputs
    turned = replace(
        known,
        series=backwards(known.series),
        season=backwards(known.season),
        passes=backwards(known.passes),
        telegrams=known.telegrams[::-1],
        reports=known.reports[::-1],
        gateways=known.gateways[::-1],
        documents=known.documents[::-1],
    )
    there = replace(world.ground, stations=backwards(world.ground.stations))
    assert told(model.run(turned, there)) == told(model.run(known, world.ground))


@every_model
@in_both_worlds
@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
def test_a_drill_says_what_the_real_thing_would_say_and_that_it_is_a_drill(
    model: Model, hour: str, status: Status
) -> None:
    world = WORLDS[hour]
    real, drill = (model.run(replace(world.inputs, status=one), world.ground) for one in (Status.ACTUAL, status))
    assert drill == [replace(one, status=status) for one in real]


@every_model
@in_both_worlds
@given(shares=st.lists(st.floats(0, 1), min_size=8, max_size=8), late=st.sampled_from(SOON))
@settings(max_examples=6)
def test_a_poisoned_future_changes_nothing(model: Model, hour: str, shares: list[float], late: timedelta) -> None:
    """Values anywhere in the range of their quantity, new words of every series, orders lifted: all after ``now``."""
    world = WORLDS[hour]
    known = world.inputs
    poisoned = replace(
        known,
        series=later(known.series, model.quantities, world.ground, known.now + late, shares),
        season=later(known.season, model.quantities & SEASON, world.ground, full_hour(known.now + late), shares),
        passes={**known.passes, "ne": known.now + late},
        telegrams=[*known.telegrams, *(word for one in known.telegrams for word in withdrawn(one, known.now + late))],
        reports=[*known.reports, *(word for one in known.reports for word in retold(one, known.now + late))],
        documents=[*known.documents, lifted(known.now + late)],
    )
    assert model.run(poisoned, world.ground) == model.run(known, world.ground)


def later(
    known: Mapping[tuple[str, str], Sequence[Sample]],
    quantities: frozenset[str],
    ground: Ground,
    at: datetime,
    shares: Sequence[float],
) -> dict[tuple[str, str], Sequence[Sample]]:
    """Three more values of every quantity that the model wants at every station, also where there were none."""
    poisoned = dict(known)
    for code in ground.stations:
        for place, quantity in enumerate(sorted(quantities)):
            range_ = QUANTITIES[quantity]
            values = [
                range_.low + (range_.high - range_.low) * shares[(place + turn) % len(shares)] for turn in range(3)
            ]
            added = [Sample(at + turn * timedelta(minutes=10), value, "poison") for turn, value in enumerate(values)]
            poisoned[code, quantity] = [*known.get((code, quantity), ()), *added]
    return poisoned


def withdrawn(one: Telegram, at: datetime) -> list[Telegram]:
    """The telegram's withdrawal, and its successor that says nothing."""
    fresh = replace(one, measured_at=at, report_datetime=at.isoformat(), control_datetime=at.isoformat())
    return [replace(fresh, info_type="取消"), replace(fresh, areas=(), headline="")]


def retold(one: Report, at: datetime) -> list[Report]:
    """The report taken back, and another one like it."""
    return [replace(one, measured_at=at, kind="damage"), replace(one, measured_at=at, report_id="poison")]


def lifted(at: datetime) -> LalertDocument:
    """The end of the order that stands."""
    return read(document(sent=at.isoformat(), revision="9", type="Cancel"))


def full_hour(at: datetime) -> datetime:
    """The end of the hour in which ``at`` lies: an hourly mean is known then."""
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def backwards(known: Mapping[object, object]) -> dict:
    return dict(reversed(list(known.items())))


def references(known: Inputs) -> set[str]:
    samples = [*known.series.values(), *known.season.values()]
    said = [*known.telegrams, *known.reports, *known.documents]
    return {sample.ref for some in samples for sample in some} | {one.key for one in said}
