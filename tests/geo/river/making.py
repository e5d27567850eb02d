"""Rivers with floods that come down from gauge to gauge, each a little different, the same each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from geo.river.levels import STEP, Gauge, Levels

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
