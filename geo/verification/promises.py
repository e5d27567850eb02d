"""What each model's foreseen hazards promise, and what must be observed for the promise to have been kept.

A promise is kept when the same model sees, at the same place, what it had foreseen: the observed hazard reaches the
level that the foreseen one aimed at. That shows how early and how reliably a model warns, not that its own thresholds
are right: what happened on roofs, slopes and roads is recorded nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geo.river.gauge import LEVELS
from geo.station import Station

_NEXT: Mapping[int, int] = {1: 2}  # foreseen at level 1, observed at level 2


@dataclass(frozen=True, slots=True)
class Promise:
    """``aims``: foreseen level → the observed level that keeps the promise."""

    aims: Mapping[int, int]
    of_gauge: bool = False  # only the levels for which the gauge has a threshold

    def levels(self, station: Station | None) -> tuple[int, ...]:
        """The observed levels whose beginning is an event at this gauge, ascending."""
        wanted = set(self.aims.values())
        if self.of_gauge and station is not None:
            wanted &= {LEVELS[name][0] for name in station.thresholds if name in LEVELS}
        return tuple(sorted(wanted))

    def aimed(self, foreseen: int) -> int:
        """The level aimed at; 0 for one that no hazard of this model has."""
        return self.aims.get(foreseen, 0)


PROMISES: Mapping[str, Promise] = {
    "flood": Promise({1: 2, 2: 3, 3: 4, 4: 5}, of_gauge=True),  # foreseen counts one level below what has happened
    "landslide": Promise({2: 2, 3: 4}),  # level 3 is the line of 4 ahead; no line of level 3 exists
    "packed_snow": Promise(_NEXT),
    "road_ice": Promise(_NEXT),
    "roof_slide": Promise({1: 2, 2: 2}),  # 2: the first thaw after a cold spell
    "snowmelt": Promise(_NEXT),
}


def place(area: str, source: str) -> str:
    """Who is judged: the gauge that speaks, else the area. One gauge over twenty districts is one warning."""
    return source.removesuffix("foreseen").removesuffix(":") or area
