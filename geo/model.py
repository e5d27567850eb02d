"""The seam every hazard model fills, and the frozen inputs it is given."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from feeds.lalert.types import LalertDocument
from feeds.records import Report, Telegram
from feeds.status import Status
from geo.area import Area, Areas
from geo.flooding.places import Stream, Underpass
from geo.gateway import GatewayState
from geo.hazard import Hazard
from geo.layers.layer import Layers
from geo.plow.announced import Dumped, Ordered
from geo.rain.critical_lines import CriticalLines
from geo.rain.shaken_ground import Lowering
from geo.river.forecast import RiverModel
from geo.shelter import Shelter
from geo.sighted.telling import Tellings, standard
from geo.station import Station

SEASON = frozenset({"snow_depth", "air_temperature", "rain_10min", "rain_1h"})


@dataclass(frozen=True, slots=True)
class Sample:
    """One believed value of a series; ``ref`` is the record's key."""

    at: datetime
    value: float
    ref: str
    late: bool = False  # it came too late to be news


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """What is known at ``now``, of one status only: real and drill ingredients never meet in one model run.

    Equal to itself alone, as the ground is: what one model has worked out from it the next need not.
    """

    now: datetime
    status: Status
    series: Mapping[tuple[str, str], Sequence[Sample]] = field(default_factory=dict)  # (station, quantity), ascending
    # Means of each clock hour of what SEASON names, the hour's end as its time, since 1 October and of a month at
    # least: too long to be kept by the reading, and a snow pack, or wet ground, remembers all of it.
    season: Mapping[tuple[str, str], Sequence[Sample]] = field(default_factory=dict)
    # plow section → since when most of it has been plowed (geo.plow.rounds)
    passes: Mapping[str, datetime] = field(default_factory=dict)
    ordered: Sequence[Ordered] = ()  # plow orders that bind somebody, or were done lately
    dumps: Sequence[Dumped] = ()  # public snow dumps of which somebody said how they are
    telegrams: Sequence[Telegram] = ()
    reports: Sequence[Report] = ()
    gateways: Sequence[GatewayState] = ()
    documents: Sequence[LalertDocument] = ()  # of L-Alert; those sent within geo.official.documents.LONGEST


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """The slow part of the world: areas, layers and stations of the city. Replaced whole, never changed; so it is equal
    to itself alone, and what is worked out from it can be kept by it."""

    city: str  # JIS X 0402, five digits
    areas: Areas
    layers: Layers
    stations: Mapping[str, Station]
    shelters: Sequence[Shelter] = ()
    forecast_areas: Sequence[str] = ()  # the forecaster's codes that hold the city, finest first
    critical_lines: CriticalLines | None = None  # of landslides
    lowering: Lowering = field(default_factory=Lowering)  # of rain criteria after a strong earthquake
    river_sections: Sequence[str] = ()  # codes of the flood forecasts' sections that run through the city
    underpasses: Sequence[Underpass] = ()
    streams: Sequence[Stream] = ()  # small ones, without a gauge
    tsunami_areas: Sequence[str] = ()  # 津波予報区 of the city's shore; inland there are none
    volcanoes: Sequence[str] = ()  # codes of those that concern the city even where a telegram does not name it
    volcano_zones: Mapping[tuple[str, int], Sequence[Area]] = field(default_factory=dict)  # (volcano, level) → closed
    tellings: Tellings = field(default_factory=standard)  # what the public is told of reports
    river_model: RiverModel | None = None  # what was learned of rivers


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


@runtime_checkable
class Local(Protocol):
    """A model of which some readings move nothing but what stands where they were taken."""

    local: frozenset[str]  # quantities of such readings

    def run_at(self, stations: Collection[str], inputs: Inputs, ground: Ground) -> tuple[list[Hazard], frozenset[str]]:
        """Of all that the model sees what these stations measure, and the sources (before any colon) it can have."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What some models want together. Each source only as far back as a model looks that reads it: fourteen days of
    reports must not mean fourteen of readings, nor a week of one trap a week of all rivers."""

    readings: Mapping[str, timedelta]  # quantity → how far back
    telegrams: timedelta
    reports: timedelta

    @classmethod
    def of(cls, models: Iterable[Model]) -> Wants:
        """What all of these read."""
        every = tuple(models)
        return cls(
            readings={
                quantity: _longest(model for model in every if quantity in model.quantities)
                for quantity in sorted(frozenset[str]().union(*(model.quantities for model in every)))
            },
            telegrams=_longest(model for model in every if model.telegrams),
            reports=_longest(model for model in every if model.reports),
        )

    def series(self, ground: Ground) -> dict[str, timedelta]:
        """``station/quantity`` of every series that is read, and how far back."""
        return {one: self.readings[one.partition("/")[2]] for one in subjects(ground, frozenset(self.readings))}

    def season(self, ground: Ground) -> list[str]:
        """The same for those that are read as hourly means."""
        return subjects(ground, SEASON.intersection(self.readings))


def subjects(ground: Ground, quantities: frozenset[str]) -> list[str]:
    """``station/quantity`` of these quantities at every station that has them."""
    return [f"{s.code}/{q}" for s in ground.stations.values() for q in s.quantities & quantities]


def moved(models: tuple[Model, ...], came: frozenset[str] | None) -> tuple[Model, ...]:
    """Those that readings of the ``station/quantity`` that ``came`` can move; all where it was not readings alone."""
    if came is None:
        return models
    quantities = {one.partition("/")[2] for one in came}
    return tuple(model for model in models if model.quantities & quantities)


def near(model: Model, came: frozenset[str] | None) -> frozenset[str] | None:
    """Where something of the model may move when readings of these ``station/quantity`` came: stations; None: all."""
    if came is None or not isinstance(model, Local):
        return None
    mine = [one.partition("/") for one in came if one.partition("/")[2] in model.quantities]
    if not all(quantity in model.local for _, _, quantity in mine):
        return None
    return frozenset(station for station, _, _ in mine)


def _longest(models: Iterable[Model]) -> timedelta:
    return max((model.window for model in models), default=timedelta())


def reads(models: Iterable[Model], came: frozenset[str] | None) -> Callable[[str, str], bool]:
    """Which series, by station and quantity, these models look at then."""
    everywhere: set[str] = set()
    there: dict[str, frozenset[str]] = {}
    for model in models:
        stations = near(model, came)
        local = model.local if stations is not None and isinstance(model, Local) else frozenset[str]()
        everywhere |= model.quantities - local
        there |= {quantity: there.get(quantity, frozenset()) | (stations or frozenset()) for quantity in local}
    return lambda station, quantity: quantity in everywhere or station in there.get(quantity, ())


@dataclass(frozen=True, slots=True)
class Looked:
    """What models made of it: hazards by the model's name, None where it failed. Of a model that is named among the
    ``sources`` only what comes of those was looked at; the rest stands as it was."""

    found: dict[str, list[Hazard] | None] = field(default_factory=dict)
    sources: dict[str, frozenset[str]] = field(default_factory=dict)

    def at(self, hazard: Hazard) -> bool:
        """True where the look says whether this one still holds."""
        name = hazard.model.partition("@")[0]
        only = self.sources.get(name)
        return name in self.found and (only is None or hazard.source.partition(":")[0] in only)


def look(
    models: Iterable[Model],
    inputs: Inputs,
    ground: Ground,
    faults: dict[str, Exception],
    came: frozenset[str] | None = None,
) -> Looked:
    """Ask each model; why one failed is noted in ``faults``. ``came``: the ``station/quantity`` of the readings since
    the last look, where nothing else came.
    """
    looked = Looked()
    for model in models:
        try:
            stations = near(model, came)
            if stations is not None and isinstance(model, Local):
                looked.found[model.name], looked.sources[model.name] = model.run_at(stations, inputs, ground)
            else:
                looked.found[model.name] = model.run(inputs, ground)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other models go on
            looked.found[model.name] = None
            faults.setdefault(model.name, error)
    return looked
