"""The seam every hazard model fills, and the frozen inputs it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from feeds.lalert_types import LalertDocument
from feeds.records import Report, Telegram
from feeds.status import Status
from geo.area import Areas
from geo.gateway import GatewayState
from geo.hazard import Hazard
from geo.layers.layer import Layers
from geo.rain.critical_lines import CriticalLines
from geo.shelter import Shelter
from geo.station import Station

SEASON = frozenset({"snow_depth", "air_temperature", "rain_10min", "rain_1h"})


@dataclass(frozen=True, slots=True)
class Sample:
    """One believed value of a series; ``ref`` is the record's key."""

    at: datetime
    value: float
    ref: str
    late: bool = False  # it came too late to be news


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What is known at ``now``, of one status only: real and drill ingredients never meet in one model run."""

    now: datetime
    status: Status
    series: Mapping[tuple[str, str], Sequence[Sample]] = field(default_factory=dict)  # (station, quantity), ascending
    # Means of each clock hour of what SEASON names, the hour's end as its time, since 1 October and of a month at
    # least: too long to be kept by the reading, and a snow pack, or wet ground, remembers all of it.
    season: Mapping[tuple[str, str], Sequence[Sample]] = field(default_factory=dict)
    passes: Mapping[str, datetime] = field(default_factory=dict)  # plow section → when its last plow pass ended
    telegrams: Sequence[Telegram] = ()  # the newest of each series, and of its minute all
    reports: Sequence[Report] = ()
    gateways: Sequence[GatewayState] = ()
    documents: Sequence[LalertDocument] = ()  # of L-Alert; those sent within geo.official.documents.LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The slow part of the world: areas, layers and stations of the city. Replaced whole, never changed."""

    city: str  # JIS X 0402, five digits
    areas: Areas
    layers: Layers
    stations: Mapping[str, Station]
    shelters: Sequence[Shelter] = ()
    forecast_areas: Sequence[str] = ()  # the forecaster's codes that hold the city, finest first
    critical_lines: CriticalLines | None = None  # of landslides
    river_sections: Sequence[str] = ()  # codes of the flood forecasts' sections that run through the city


class Model(Protocol):
    """records + layers → hazards. Pure: the same inputs give the same hazards, live, in a drill and in a replay."""

    name: str
    version: str
    quantities: frozenset[str]  # readings it wants
    window: timedelta  # how far back it looks, in readings, telegrams or reports alike
    telegrams: bool
    reports: frozenset[str]  # kinds of reports it wants

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every hazard that holds at ``inputs.now``; one that is not named has ended."""
        ...
