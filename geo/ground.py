"""Load the city's profile folder into a :class:`~geo.model.Ground`.

========================= ==========================================================================================
``city.geojson``          one Polygon: ``code`` (JIS X 0402), ``name``, ``forecast_areas`` (finest first),
                          ``river_sections`` (of flood forecasts), ``volcanoes`` (codes of those near),
                          ``tsunami_areas`` (津波予報区 of a city by the sea)
``districts.geojson``     Polygons: ``code``, ``name``, and if there ``name_en``, ``reading``
``plow_sections.geojson`` the same; the file may be missing
``volcano_zones.geojson`` Polygons: ``code``, ``name``, ``volcano`` (code), ``level`` (噴火警戒レベル at which the
                          area is closed or left, each level by itself); the file may be missing
``shelters.geojson``      Points with the columns of the national list (共通ID …); the file may be missing
``stations.toml``         ``[[station]]`` tables
``underpasses.geojson``   Points or LineStrings: ``code``, ``name``, sensor and limits; the file may be missing
``small_streams.geojson`` Polygons: the catchments of streams without a gauge; the file may be missing
``reports.toml``          what the public is told of reports, where less than the standard; the file may be missing
``criteria/``             JMA's tables of soil water criteria, as they are: ``2_1_….csv`` (level 5), ``2_2_`` (4),
                          ``2_3_`` (2); the folder may be missing
========================= ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from geo.area import Area, Areas
from geo.flooding.places import read_streams, read_underpasses
from geo.geojson import Collection, Feature, ProfileError, read_geojson
from geo.layers.kinds.shelter import FLAGS
from geo.layers.layer import Layer, Layers, read_layer
from geo.model import Ground
from geo.rain.critical_lines import CriteriaError, CriticalLines, read_lines
from geo.rain.shaken_ground import read_lowering
from geo.shelter import Shelter, shelters_in
from geo.sighted.telling import read_tellings
from geo.stations import read_stations

Zones: TypeAlias = Mapping[tuple[str, int], Sequence[Area]]  # (volcano, level) → areas
_CRITERIA = {"2_1": 5, "2_2": 4, "2_3": 2}  # JMA's files of soil water criteria, and the level of each


def load_ground(folder: Path, layer_files: Sequence[Path]) -> Ground:
    """Read areas, stations and shelters from ``folder`` and the layers from the files named.

    A layer drawn for the demonstration is left out where a real one of its kind is given, and the profile's shelters
    where a layer of shelters is. Raises
    :class:`~geo.geojson.ProfileError` or :class:`~geo.crs.CrsError` with file, place and cure.
    """
    city = read_geojson(folder / "city.geojson", ("Polygon", "MultiPolygon"))
    if len(city.features) != 1:
        raise ProfileError(f"{folder / 'city.geojson'}: must hold one feature, the city; found {len(city.features)}")
    areas, zones = _areas(folder, city)
    layers = _layers(layer_files)
    listed = [shelter for layer in layers.of_kind("shelter") for shelter in shelters_in(layer)]
    return Ground(
        city=city.features[0].text("code"),
        areas=areas,
        layers=layers,
        stations=read_stations(folder / "stations.toml", areas),
        shelters=tuple(listed) or _shelters(folder / "shelters.geojson"),
        forecast_areas=_codes(city.features[0], "forecast_areas"),
        river_sections=_codes(city.features[0], "river_sections"),
        tsunami_areas=_codes(city.features[0], "tsunami_areas"),
        volcanoes=_codes(city.features[0], "volcanoes"),
        volcano_zones=zones,
        critical_lines=_critical_lines(folder / "criteria"),
        lowering=read_lowering(folder / "criteria" / "shaken.toml"),
        underpasses=read_underpasses(folder / "underpasses.geojson"),
        tellings=read_tellings(folder / "reports.toml"),
        streams=read_streams(folder / "small_streams.geojson", areas),
    )


def _areas(folder: Path, city: Collection) -> tuple[Areas, Zones]:
    found = [_area(feature, "city") for feature in city.features]
    found += [_area(f, "district") for f in read_geojson(folder / "districts.geojson", ("Polygon",)).features]
    plow = folder / "plow_sections.geojson"
    if plow.exists():
        found += [_area(f, "plow_section") for f in read_geojson(plow, ("Polygon", "MultiPolygon")).features]
    zones: dict[tuple[str, int], list[Area]] = {}
    file = folder / "volcano_zones.geojson"
    for feature in read_geojson(file, ("Polygon", "MultiPolygon")).features if file.exists() else ():
        zones.setdefault(_closed_at(feature), []).append(_area(feature, "volcano_zone"))
    found += [area for areas in zones.values() for area in areas]
    try:
        return Areas(found), zones
    except ValueError as error:
        raise ProfileError(f"{folder}: {error}") from None


def _closed_at(zone: Feature) -> tuple[str, int]:
    level = zone.properties.get("level")
    if level not in (2, 3, 4, 5):
        raise ProfileError(f"{zone.where}: property 'level' must be 2, 3, 4 or 5 (噴火警戒レベル), found {level!r}")
    return zone.text("volcano"), int(level)


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


def _critical_lines(folder: Path) -> CriticalLines | None:
    named = {level: sorted(folder.glob(f"{number}_*.csv")) for number, level in _CRITERIA.items()}
    tables = {level: files[0].read_bytes() for level, files in named.items() if files}
    try:
        return read_lines(tables) if tables else None
    except CriteriaError as error:
        raise ProfileError(f"{folder}: {error}") from None


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
        flags = {column for column, flag in feature.properties.items() if str(flag).strip() == "1"}
        found.append(
            Shelter(
                code=feature.text("共通ID"),
                name=feature.text("施設・場所名"),
                address=feature.text("住所", ""),
                lon=feature.geometry.x,
                lat=feature.geometry.y,
                hazards=frozenset(hazard for hazard, columns in FLAGS.items() if flags & set(columns)),
                note=feature.text("備考", ""),
            )
        )
    return tuple(found)
