"""A winter at one gauge, told by the hour, for the models that remember it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from feeds.status import Status
from geo.hazard import Hazard
from geo.model import Inputs, Model, Sample
from tests.geo.making import gauge, ground

HOUR = timedelta(hours=1)
SIX = datetime(2026, 1, 14, 21, 0, tzinfo=UTC)  # 06:00 of the 15th in Japan
NOW = SIX + 6 * HOUR  # noon
QUANTITIES = frozenset({"snow_depth", "air_temperature", "rain_1h", "wind_speed"})


def hours_of(days: Sequence[float], last: datetime = NOW) -> list[Sample]:
    """A value for each day before noon of the 15th, the same all day, as hourly means; the newest day the last."""
    count = len(days) * 24
    return [
        Sample(last - back * HOUR, days[len(days) - 1 - back // 24], f"h{back}") for back in range(count - 1, -1, -1)
    ]


def recent(value: float, last: datetime = NOW, name: str = "r") -> list[Sample]:
    """Ten-minute reports of the last hour."""
    return [Sample(last - timedelta(minutes=10 * back), value, f"{name}{back}") for back in range(5, -1, -1)]


def run(
    model: Model,
    series: Mapping[str, Sequence[Sample]],
    season: Mapping[str, Sequence[Sample]],
    now: datetime = NOW,
    **station: object,
) -> list[Hazard]:
    fields = {"quantities": QUANTITIES, "unit": "cm", "thresholds": {}, "river": "", "areas": ("sw",)} | station
    known = Inputs(
        now=now,
        status=Status.ACTUAL,
        series={("g1", name): some for name, some in series.items()},
        season={("g1", name): some for name, some in season.items()},
    )
    return model.run(known, ground(gauge(**fields), plow=True))
