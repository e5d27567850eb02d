"""Rivers with floods that come down from gauge to gauge, each a little different, the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from pytest import MonkeyPatch

from geo.model import Sample
from geo.river import learning, trial
from geo.river.forecast import LEADS, Provenance, RiverModel
from geo.river.levels import STEP, Gauge, Levels
from geo.river.rows import rows
from geo.station import Station

BEGIN = datetime(2020, 1, 7, tzinfo=UTC)


def rivers(names: str = "abcd", days: int = 12, seed: int = 1) -> Levels:
    """Three gauges a river, two floods each; two hours from gauge to gauge; some reports are missing."""
    random = np.random.default_rng(seed)
    steps = days * 144
    gauges, columns = [], []
    for river in names:
        bed = random.uniform(0.3, 1.0)
        waves = [(random.uniform(0.2, 0.9) * steps, random.uniform(1.5, 3.5), random.uniform(12, 40)) for _ in range(2)]
        for place in range(3):
            time = np.arange(steps) - 12 * place
            level = bed + sum(
                height * np.exp(-0.5 * ((time - peak) / np.where(time < peak, width, 3 * width)) ** 2)
                for peak, height, width in waves
            )
            level += random.normal(0, 0.005, steps)
            level[random.random(steps) < 0.02] = np.nan
            gauges.append(Gauge(code=f"{river}{place}", river=river, normal=bed))
            columns.append(level)
    return Levels(begin=BEGIN, gauges=tuple(gauges), values=np.stack(columns, axis=1))


def at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def row(hours: float) -> int:
    return int((at(hours) - BEGIN) / STEP)


@contextmanager
def few_trees(**more: float) -> Iterator[None]:
    """A tenth of the trees, coarsely: enough for rivers this simple."""
    before = dict(learning._SHAPE)
    learning._SHAPE.update({"max_iter": 8, "max_bins": 10} | more)
    try:
        yield
    finally:
        learning._SHAPE.update(before)


@contextmanager
def bold_trees() -> Iterator[None]:
    """For two gauges that always do the same, tried at one lead."""
    with few_trees(max_iter=6, max_bins=4, learning_rate=0.4, min_samples_leaf=20), MonkeyPatch.context() as patched:
        patched.setattr(trial, "LEADS", (3,))
        yield


@cache
def small_model() -> RiverModel:
    """Learned on four made rivers; knows the ordinary levels of the gauges of all of them."""
    levels = rivers("abcd", days=8)
    with few_trees():
        leads = {lead: learning.learned(rows([levels], lead)) for lead in LEADS}
    return RiverModel(
        leads=leads,
        normals={gauge.code: gauge.normal for gauge in levels.gauges},
        provenance=Provenance(
            trained_at=at(8 * 24),
            version="0.1.0",
            stations=tuple(gauge.code for gauge in levels.gauges),
            since=BEGIN,
            until=at(8 * 24),
            rows=1,
            digest="0" * 64,
            scores={"brier": 0.1},
        ),
    )


def stations(levels: Levels, above_m: float = 1.5) -> list[Station]:
    """The gauges as a profile has them, with a threshold so far above their ordinary level."""
    return [
        Station(
            code=gauge.code,
            name=gauge.code,
            river=gauge.river,
            lon=141.085,
            lat=39.675,
            quantities=frozenset({"water_level"}),
            thresholds={"danger": gauge.normal + above_m},
            areas=("sw",),
        )
        for gauge in levels.gauges
    ]


def reported(levels: Levels, last: int, first: int = 0) -> Mapping[tuple[str, str], list[Sample]]:
    """What the gauges reported from one row to another."""
    return {
        (gauge.code, "water_level"): [
            Sample(levels.time(place), float(levels.values[place, column]), f"{gauge.code}-{place}")
            for place in range(first, last + 1)
            if not np.isnan(levels.values[place, column])
        ]
        for column, gauge in enumerate(levels.gauges)
    }


def two_gauges(weeks: int, extra_days: int = 0, seed: int = 3) -> Levels:
    """A river with a flood a week that comes by ``up`` and two hours later, higher, by ``down``; begins on a Monday."""
    random = np.random.default_rng(seed)
    steps = (weeks * 7 + extra_days) * 144
    up, down = np.full(steps, 0.5), np.full(steps, 0.4)
    for week in range(weeks):
        peak, height, width = (
            random.uniform(0.3, 0.7) * 1008 + week * 1008,
            random.uniform(1, 2.5),
            random.uniform(12, 30),
        )
        for late, share, level in ((0, 1.0, up), (12, 1.2, down)):
            time = np.arange(steps) - late - peak
            np.add(level, share * height * np.exp(-0.5 * (time / np.where(time < 0, width, 3 * width)) ** 2), out=level)
    gauges = tuple(Gauge(code=code, river="r", normal=np.nan) for code in ("up", "down"))
    values = np.stack([up, down], axis=1) + random.normal(0, 0.004, (steps, 2))
    return Levels(begin=datetime(2026, 6, 1, tzinfo=UTC), gauges=gauges, values=values)
