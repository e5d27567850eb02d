"""What all models want together, each quantity only as far back as somebody looks at it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from geo.ground import load_ground
from geo.model import Wants
from geo.registry import MODELS

MORIOKA = Path(__file__).parents[2] / "config" / "morioka"


def test_a_week_of_traps_is_not_a_week_of_rivers() -> None:
    wants = Wants.of(MODELS)
    assert wants.readings["trap_closed"] == timedelta(days=7)
    assert wants.readings["water_level"] == wants.readings["snow_depth"] == timedelta(hours=25)
    for model in MODELS:
        assert all(wants.readings[name] >= model.window for name in model.quantities), model.name


def test_each_series_of_the_ground_has_its_own_span() -> None:
    ground = load_ground(MORIOKA, [])
    wants = Wants.of(MODELS)
    spans = wants.series(ground)
    assert spans["tatesakabashi/water_level"] == timedelta(hours=25)
    read = {f"{one.code}/{name}" for one in ground.stations.values() for name in one.quantities & wants.readings.keys()}
    assert spans.keys() == read
