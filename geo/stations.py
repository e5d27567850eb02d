"""Stations as people write them down: in ``stations.toml``, or when they adopt a sensor. Checked alike."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from feeds.quantities import QUANTITIES
from geo.area import Areas
from geo.flooding.scenario import scenario_named
from geo.geojson import ProfileError
from geo.station import Station

THRESHOLDS = ("standby", "caution", "judgement", "danger", "overflow")
# As the gateway names it on MQTT, or as a device names itself: urn:dev:mac:0024befffe804ff1.
CODE = r"^[A-Za-z0-9_-][A-Za-z0-9:._-]{0,63}$"
SMALL_GAUGE_THRESHOLDS = ("start", "warn", "flood")


class _Station(BaseModel):
    """One ``[[station]]`` table; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: Annotated[str, Field(pattern=CODE)]
    name: Annotated[str, Field(min_length=1)]
    lon: Annotated[float, Field(ge=122, le=154)]
    lat: Annotated[float, Field(ge=20, le=46)]
    quantities: Annotated[list[str], Field(min_length=1)]
    name_en: str = ""
    river: str = ""
    unit: str | None = None  # of values and thresholds; that of the first quantity unless said
    thresholds: dict[str, float] = {}
    scenario_levels: dict[str, float] = {}
    areas: list[str] = []
    upstream: list[str] = []
    rain_gauges: list[str] = []
    normal_m: Annotated[float, Field(ge=-20, le=4000)] | None = None
    elevation_m: Annotated[float, Field(ge=-10, le=4000)] | None = None
    source: str = ""
    verify: bool = False
    demonstration: bool = False
    owner: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    station: list[_Station] = []


def read_stations(path: Path, areas: Areas) -> Mapping[str, Station]:
    """The ``[[station]]`` tables of a file by their codes. Raises ProfileError with file, place and cure."""
    try:
        entries = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).station
    except FileNotFoundError:
        raise ProfileError(f"{path}: there is no such file; a city without sensors has an empty one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: {error}") from None
    except ValidationError as error:
        raise ProfileError(f"{path}: {_faults(error)}") from None
    stations: dict[str, Station] = {}
    for i, entry in enumerate(entries):
        where = f"{path}: station.{i} ({entry.code})"
        if entry.code in stations:
            raise ProfileError(f"{where}: the code is taken; give each station its own")
        stations[entry.code] = _station(entry, areas, where)
    for code, station in stations.items():
        _check_rivers(station, stations, f"{path}: station {code}")
    return stations


def station_of(members: Mapping[str, Any], areas: Areas) -> Station:
    """One station out of the same members as a ``[[station]]`` table. Raises ProfileError with place and cure."""
    try:
        return _station(_Station.model_validate(members), areas, "station")
    except ValidationError as error:
        raise ProfileError(_faults(error)) from None


def _station(entry: _Station, areas: Areas, where: str) -> Station:
    _check_quantities(entry, where)
    _check_thresholds(entry, where)
    _check_scenarios(entry, where)
    for code in entry.areas:
        if areas.get(code) is None:
            raise ProfileError(f"{where}: areas: there is no area {code!r}; see districts.geojson")
    _check_normal(entry, where)
    lists = {name: tuple(getattr(entry, name)) for name in ("areas", "upstream", "rain_gauges")}
    unit = entry.unit or QUANTITIES[entry.quantities[0]].unit
    return Station(**entry.model_dump() | {"quantities": frozenset(entry.quantities), "unit": unit} | lists)


def _faults(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))


def _check_quantities(entry: _Station, where: str) -> None:
    unknown = [name for name in entry.quantities if name not in QUANTITIES]
    if unknown:
        raise ProfileError(f"{where}: quantities: {unknown[0]!r} is not known; use of {', '.join(QUANTITIES)}")
    kept = [QUANTITIES[name].unit for name in entry.quantities]
    if entry.unit is not None and entry.unit not in kept:
        raise ProfileError(
            f"{where}: unit: values are kept in {' or '.join(kept)}, so thresholds must be; not {entry.unit!r}"
        )


def _check_thresholds(entry: _Station, where: str) -> None:
    for order in (THRESHOLDS, SMALL_GAUGE_THRESHOLDS):
        values = [entry.thresholds[name] for name in order if name in entry.thresholds]
        if values != sorted(values):
            raise ProfileError(f"{where}: thresholds: {', '.join(order)} must rise, found {values}")
    for name in entry.thresholds:
        if name not in THRESHOLDS + SMALL_GAUGE_THRESHOLDS:
            known = ", ".join(THRESHOLDS + SMALL_GAUGE_THRESHOLDS)
            raise ProfileError(f"{where}: thresholds.{name}: not known; use one of {known}")


def _check_scenarios(entry: _Station, where: str) -> None:
    try:
        order = sorted(entry.scenario_levels, key=lambda key: scenario_named(key).order)
    except ValueError as error:
        raise ProfileError(f"{where}: scenario_levels: {error}") from None
    values = [entry.scenario_levels[key] for key in order]
    if values != sorted(values):
        raise ProfileError(f"{where}: scenario_levels: {', '.join(order)} must rise, found {values}")


def _check_normal(entry: _Station, where: str) -> None:
    named = [key for key in ("upstream", "rain_gauges", "normal_m") if getattr(entry, key) not in ([], None)]
    if named and "water_level" not in entry.quantities:
        raise ProfileError(f"{where}: {named[0]} is for river gauges; this station has no water_level")
    highest = max(entry.thresholds.values(), default=float("inf"))
    if entry.normal_m is not None and entry.normal_m >= highest:
        raise ProfileError(f"{where}: normal_m: {entry.normal_m} is no ordinary level where {highest} is a flood")


def _check_rivers(station: Station, stations: Mapping[str, Station], where: str) -> None:
    """Water comes from gauges and dams that are there, rain from rain gauges, and none flows in a circle."""
    wanted = (("upstream", {"water_level", "discharge"}), ("rain_gauges", {"rain_10min", "rain_1h"}))
    for key, quantities in wanted:
        for code in getattr(station, key):
            if code not in stations or stations[code].quantities.isdisjoint(quantities):
                raise ProfileError(f"{where}: {key}: {code!r} is no station with {' or '.join(sorted(quantities))}")
    above, seen = list(station.upstream), set[str]()
    while above:
        code = above.pop()
        if code == station.code:
            raise ProfileError(f"{where}: upstream: its own water comes by again; name only what lies above it")
        if code not in seen:
            seen.add(code)
            above += stations[code].upstream if code in stations else ()
