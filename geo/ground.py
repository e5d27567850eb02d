"""Load the city's profile folder into a :class:`~geo.model.Ground`.

========================= ==========================================================================================
``city.geojson``          one Polygon: ``code`` (JIS X 0402), ``name``, ``forecast_areas`` (finest first),
                          ``river_sections`` (of flood forecasts)
``districts.geojson``     Polygons: ``code``, ``name``, and if there ``name_en``, ``reading``
``plow_sections.geojson`` the same; the file may be missing
``shelters.geojson``      Points with the columns of the national list (共通ID …); the file may be missing
``stations.toml``         ``[[station]]`` tables
========================= ==========================================================================================
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from feeds.quantities import QUANTITIES
from geo.area import Area, Areas
from geo.geojson import Collection, Feature, ProfileError, read_geojson
from geo.layers import Layer, Layers, read_layer
from geo.model import Ground
from geo.shelter import COLUMNS, Shelter
from geo.station import Station

THRESHOLDS = ("standby", "caution", "judgement", "danger", "overflow")
SMALL_GAUGE_THRESHOLDS = ("start", "warn", "flood")


class _Station(BaseModel):
    """One ``[[station]]`` table; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", strict=True)

    # As the gateway names it on MQTT, or as a device names itself: urn:dev:mac:0024befffe804ff1.
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9:._-]{0,63}$")]
    name: Annotated[str, Field(min_length=1)]
    lon: Annotated[float, Field(ge=122, le=154)]
    lat: Annotated[float, Field(ge=20, le=46)]
    quantities: Annotated[list[str], Field(min_length=1)]
    name_en: str = ""
    river: str = ""
    unit: str = "m"
    thresholds: dict[str, float] = {}
    areas: list[str] = []
    source: str = ""
    verify: bool = False
    demonstration: bool = False


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    station: list[_Station] = []


def load_ground(folder: Path, layer_files: Sequence[Path]) -> Ground:
    """Read areas, stations and shelters from ``folder`` and the layers from the files named.

    A layer drawn for the demonstration is left out where a real one of its kind is given. Raises
    :class:`~geo.geojson.ProfileError` or :class:`~geo.crs.CrsError` with file, place and cure.
    """
    city = read_geojson(folder / "city.geojson", ("Polygon", "MultiPolygon"))
    if len(city.features) != 1:
        raise ProfileError(f"{folder / 'city.geojson'}: must hold one feature, the city; found {len(city.features)}")
    areas = _areas(folder, city)
    return Ground(
        city=city.features[0].text("code"),
        areas=areas,
        layers=_layers(layer_files),
        stations=_stations(folder / "stations.toml", areas),
        shelters=_shelters(folder / "shelters.geojson"),
        forecast_areas=_codes(city.features[0], "forecast_areas"),
        river_sections=_codes(city.features[0], "river_sections"),
    )


def _areas(folder: Path, city: Collection) -> Areas:
    found = [_area(feature, "city") for feature in city.features]
    found += [_area(f, "district") for f in read_geojson(folder / "districts.geojson", ("Polygon",)).features]
    plow = folder / "plow_sections.geojson"
    if plow.exists():
        found += [_area(f, "plow_section") for f in read_geojson(plow, ("Polygon", "MultiPolygon")).features]
    try:
        return Areas(found)
    except ValueError as error:
        raise ProfileError(f"{folder}: {error}") from None


def _area(feature: Feature, kind: str) -> Area:
    return Area(
        code=feature.text("code"),
        name=feature.text("name"),
        kind=kind,
        geometry=feature.geometry,
        name_en=feature.text("name_en", ""),
        reading=feature.text("reading", ""),
    )


def _codes(city: Feature, name: str) -> tuple[str, ...]:
    codes = city.properties.get(name, [])
    if not isinstance(codes, list) or not all(isinstance(code, str) and code.isdecimal() for code in codes):
        raise ProfileError(f"{city.where}: {name} must be a list of codes as texts, found {codes!r}")
    return tuple(codes)


def _layers(files: Sequence[Path]) -> Layers:
    found = [read_layer(path) for path in files]
    real = {layer.kind for layer in found if not layer.demonstration}
    kept: dict[str, Layer] = {}
    for layer, path in zip(found, files, strict=True):
        if layer.demonstration and layer.kind in real:
            continue
        if layer.name in kept:
            raise ProfileError(f"{path}: a layer named {layer.name!r} is already there; give each its own name")
        kept[layer.name] = layer
    return Layers(kept.values())


def _shelters(path: Path) -> tuple[Shelter, ...]:
    if not path.exists():
        return ()
    found = []
    for feature in read_geojson(path, ("Point",)).features:
        flags = {column: str(feature.properties.get(column, "")).strip() for column in COLUMNS}
        found.append(
            Shelter(
                code=feature.text("共通ID"),
                name=feature.text("施設・場所名"),
                address=feature.text("住所", ""),
                lon=feature.geometry.x,
                lat=feature.geometry.y,
                hazards=frozenset(COLUMNS[column] for column, flag in flags.items() if flag == "1"),
                note=feature.text("備考", ""),
            )
        )
    return tuple(found)


def _stations(path: Path, areas: Areas) -> Mapping[str, Station]:
    try:
        entries = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).station
    except FileNotFoundError:
        raise ProfileError(f"{path}: there is no such file; a city without sensors has an empty one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: {error}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False)]
        raise ProfileError(f"{path}: {'; '.join(faults)}") from None
    stations: dict[str, Station] = {}
    for i, entry in enumerate(entries):
        where = f"{path}: station.{i} ({entry.code})"
        if entry.code in stations:
            raise ProfileError(f"{where}: the code is taken; give each station its own")
        _check_quantities(entry, where)
        _check_thresholds(entry, where)
        for code in entry.areas:
            if areas.get(code) is None:
                raise ProfileError(f"{where}: areas: there is no area {code!r}; see districts.geojson")
        fields = entry.model_dump() | {"quantities": frozenset(entry.quantities), "areas": tuple(entry.areas)}
        stations[entry.code] = Station(**fields)
    return stations


def _check_quantities(entry: _Station, where: str) -> None:
    unknown = [name for name in entry.quantities if name not in QUANTITIES]
    if unknown:
        raise ProfileError(f"{where}: quantities: {unknown[0]!r} is not known; use of {', '.join(QUANTITIES)}")
    kept = [QUANTITIES[name].unit for name in entry.quantities]
    if entry.unit not in kept:
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
