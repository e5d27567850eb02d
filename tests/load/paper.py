"""What a reading costs, measured, and from it what a city, a prefecture and a nation need. The latter is arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tests.load.prefecture import BATCH

_YEAR = 365 * 86_400
_STORM_DAYS = 20  # of a year, over a third of the land
_HEADROOM = 0.6  # of a core, or of the writer's turn, that may be used at the worst


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Of one reading that came in batches: CPU microseconds by program, bytes, and how many one store took a second."""

    ingest_us: float
    database_us: float
    broker_us: float  # of all nodes together
    stored_bytes: float
    store_rate: float  # readings a second by as many ingest processes as help


@dataclass(frozen=True, slots=True)
class Row:
    """One size of the land. ``stores`` is how many databases its storms need."""

    name: str
    sensors: int
    calm: float
    storm: float
    messages: float
    cores: float
    stores: int
    disk_gb: float
    bottleneck: str


SIZES = {"a city": 600, "a prefecture": 20_000, "the nation": 47 * 20_000}


def rows(costs: Costs) -> list[Row]:
    """A row for each size, in a storm over a third of it."""
    found = []
    for name, sensors in SIZES.items():
        calm = sensors / 600
        storm = sensors * (1 / 3 / 60 + 2 / 3 / 600)
        year = calm * _YEAR + (storm - calm) * _STORM_DAYS * 86_400
        cpu = (costs.ingest_us + costs.database_us + costs.broker_us) / 1e6
        stores = math.ceil(storm / (costs.store_rate * _HEADROOM))
        found.append(
            Row(
                name=name,
                sensors=sensors,
                calm=calm,
                storm=storm,
                messages=storm / BATCH,
                cores=storm * cpu / _HEADROOM,
                stores=stores,
                disk_gb=year * costs.stored_bytes / 1e9,
                bottleneck="nothing" if stores == 1 else "the one writer of a store",
            )
        )
    return found


def table(found: Sequence[Row]) -> str:
    """As it stands in docs/growth.md."""
    head = "| | sensors | readings/s, calm / storm | messages/s | cores | stores | disk a year | first to give way |\n"
    lines = [
        f"| {one.name} | {one.sensors:,} | {one.calm:,.0f} / {one.storm:,.0f} | {one.messages:,.0f} "
        f"| {one.cores:,.1f} | {one.stores} | {one.disk_gb:,.0f} GB | {one.bottleneck} |"
        for one in found
    ]
    return head + "|---|---|---|---|---|---|---|---|\n" + "\n".join(lines)
