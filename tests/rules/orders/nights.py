"""A winter night at one gauge: hourly depths up to a time, and the picture of its section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from feeds.japan import JAPAN
from feeds.status import Status
from geo.model import Ground, Inputs, Sample
from rules.orders.decide import decide
from rules.orders.decision import Decision, Picture
from rules.orders.picture import NOTHING, Told, pictures
from rules.orders.reading import load_order_rules
from rules.orders.rules import OrderRules
from tests.geo.making import gauge, ground

HOUR = timedelta(hours=1)
CONFIG = Path(__file__).parents[3] / "config"
PRESETS: Mapping[str, OrderRules] = {
    one.id: one for folder in (CONFIG / "orders", CONFIG / "morioka" / "orders") for one in load_order_rules(folder)
}


def at(clock: str, day: str = "2027-01-15") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=JAPAN)


def city(**station: object) -> Ground:
    quantities = frozenset({"snow_depth", "air_temperature", "wind_speed", "rain_1h"})
    fields = {"quantities": quantities, "unit": "cm", "thresholds": {}, "river": "", "areas": ("sw",)} | station
    return ground(gauge(**fields), plow=True)  # type: ignore[arg-type]


def depths(values: Sequence[float], until: datetime, every: timedelta = HOUR) -> list[Sample]:
    """The last value at ``until``, each other one an hour before the next."""
    first = until - every * (len(values) - 1)
    return [Sample(first + every * n, value, f"g1/{n}") for n, value in enumerate(values)]


def picture(
    values: Sequence[float],
    now: datetime,
    passed: datetime | None = None,
    told: Told = NOTHING,
    preset: str = "morioka",
) -> Picture:
    """Section ``sw``; the gauge reads the values up to ``now``."""
    inputs = Inputs(
        now=now,
        status=Status.ACTUAL,
        series={("g1", "snow_depth"): depths(values, now)},
        passes={} if passed is None else {"sw": passed},
    )
    return next(one for one in pictures(inputs, city(), PRESETS[preset], told) if one.section == "sw")


def says(preset: str, one: Picture, **changed: object) -> Decision:
    return decide(replace(one, **changed) if changed else one, PRESETS[preset])  # type: ignore[arg-type]


def rising(by: float, hours: int, from_cm: float = 0.0) -> list[float]:
    """A day of depths that rise by so much, evenly, over the last hours."""
    return [from_cm] * (25 - hours) + [from_cm + by * (n + 1) / hours for n in range(hours)]
