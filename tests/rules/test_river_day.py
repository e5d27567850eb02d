"""A river rises past every threshold and falls again, with a noisy gauge: real profile, real models, real catalogue."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.status import Status
from geo.ground import load_ground
from geo.hazard import Hazard, carry_over
from geo.model import Inputs, Sample
from geo.models.flood import Flood
from rules.alert import Alert, State
from rules.rule import CATALOG, load_rules
from tests.rules.making import NOW, World

PROFILE = Path(__file__).resolve().parents[2] / "config" / "morioka"
STEP = timedelta(minutes=5)
START = NOW.replace(hour=6, minute=0)
GAUGE = "tatesakabashi"


def samples() -> list[Sample]:
    """Fourteen hours at the gauge: from 1.2 m to 3.2 m and back, a centimetre of noise."""
    noise = random.Random(7)
    heights = [1.2 + 2.0 * math.exp(-(((step / 12) - 6) ** 2) / 6.8) + noise.gauss(0, 0.01) for step in range(168)]
    return [Sample(START + step * STEP, round(height, 2), f"r{step}") for step, height in enumerate(heights)]


def day() -> Iterator[tuple[World, tuple[Alert, ...]]]:
    """Every five minutes; the officer issues each draft at once."""
    ground = load_ground(PROFILE, [PROFILE / "layers" / "demo_inundation.geojson"])
    world, before = World(load_rules([CATALOG])), dict[str, Hazard]()
    readings = samples()
    for step in range(6, len(readings)):
        now = readings[step].at + timedelta(seconds=30)
        series: Mapping[tuple[str, str], list[Sample]] = {(GAUGE, "water_level"): readings[: step + 1]}
        hazards = carry_over(before, Flood().run(Inputs(now=now, status=Status.ACTUAL, series=series), ground))
        before = {one.key: one for one in hazards}
        alerts = world.step(now, *hazards).alerts
        yield world, alerts
        for alert in alerts:
            world.issue(alert.series)


@pytest.fixture(scope="module")
def spoken() -> list[Alert]:
    return [alert for _, alerts in day() for alert in alerts]


def test_every_level_is_told_on_the_way_up_and_the_end_on_the_way_down(spoken: list[Alert]) -> None:
    told = [alert.level for alert in spoken if alert.rule == "river-level"]
    top = told.index(max(told))
    assert told[:top] == sorted(told[:top])
    assert {2, 3, 4} <= set(told)
    assert told[-1] == 0
    assert spoken[-1].ends


def test_it_is_no_flood_of_noise(spoken: list[Alert]) -> None:
    assert len(spoken) <= 14


def test_evacuation_is_proposed_once_and_lifted_once(spoken: list[Alert]) -> None:
    orders = [alert for alert in spoken if alert.rule == "evacuation-proposal"]
    assert [alert.ends for alert in orders] == [False, True]
    assert all(alert.approval == "two" for alert in orders)
    assert orders[0].texts["ja"].event == "避難指示"


def test_nothing_stays_open(spoken: list[Alert]) -> None:
    *_, (world, _) = day()
    states = {state for family in world.families.values() for state, _ in family}
    assert State.DRAFT not in states
    assert State.ISSUED not in states


def test_all_of_it_was_said_in_the_catalogue_s_own_words(spoken: list[Alert]) -> None:
    assert not [line for alert in spoken for line in alert.evidence if "ひな形" in line]
