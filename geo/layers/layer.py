"""Hazard layers in memory: plain lists of zones and one STRtree per layer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import circle, to_jgd2011, to_metres
from geo.geojson import ProfileError, read_geojson
from geo.layers.attributes import UnreadableError
from geo.layers.recognise import SchemaError, recognise


@dataclass(frozen=True, slots=True)
class Zone:
    """One polygon of a layer. ``facts`` are the attributes by the layer's kind, e.g. depth_rank for flood."""

    geometry: BaseGeometry
    facts: Mapping[str, object]


class Layer:
    """One hazard map, exploded to single polygons, in JGD2011 degrees. Replaced whole, never changed."""

    def __init__(
        self,
        name: str,
        kind: str,
        zones: Sequence[Zone],
        version: str,
        credit: str = "",
        demonstration: bool = False,
    ) -> None:
        self.name, self.kind, self.version, self.credit = name, kind, version, credit
        self.demonstration = demonstration  # drawn for an exercise; gives way to any real layer of its kind
        self.zones = list(zones)
        self.geometries = np.array([zone.geometry for zone in self.zones], dtype=object)
        shapely.prepare(self.geometries)  # a point in a polygon of 19,000 corners: 14 µs instead of 73
        self.tree = shapely.STRtree(self.geometries)

    def at(self, lon: float, lat: float) -> list[Zone]:
        """Zones holding the point, border included. Nothing found means no data, never "safe"."""
        near = np.sort(self.tree.query(shapely.Point(lon, lat)))
        return [self.zones[i] for i in near[shapely.intersects_xy(self.geometries[near], lon, lat)]]

    def near(self, lon: float, lat: float, radius_m: float) -> list[tuple[Zone, float]]:
        """Zones within ``radius_m`` metres of the point, with their distance in metres; nearest first, 0 inside.

        For a place that is known to some metres only (a phone's fix, an address): the map's edge is no wall.
        """
        if radius_m <= 0:
            return [(zone, 0.0) for zone in self.at(lon, lat)]
        here, around = to_metres(shapely.Point(lon, lat)), circle(lon, lat, 1.01 * radius_m)
        found = self.touching(around)
        parts = to_metres(shapely.intersection(np.array([zone.geometry for zone in found], dtype=object), around))
        apart = shapely.distance(parts, here)
        return sorted(
            ((zone, float(m)) for zone, m in zip(found, apart, strict=True) if m <= radius_m), key=lambda pair: pair[1]
        )

    def touching(self, geometry: BaseGeometry) -> list[Zone]:
        """Zones that share at least a point with the geometry."""
        found = self.tree.query(geometry, predicate="intersects")
        return [self.zones[i] for i in sorted(found)]

    def overlapping(self, geometry: BaseGeometry) -> list[Zone]:
        """Zones that share more than a border with the geometry."""
        # A prepared geometry keeps notes while it is asked about touching, and GEOS breaks down where two threads ask
        # at once. So a copy of the other one is asked, which nobody else holds, and never the zone.
        own = shapely.force_2d(geometry)
        return [zone for zone in self.touching(own) if not shapely.touches(own, zone.geometry)]


class Layers:
    """All layers of a city by name."""

    def __init__(self, layers: Iterable[Layer] = ()) -> None:
        self._layers = {layer.name: layer for layer in layers}

    def __iter__(self) -> Iterator[Layer]:
        return iter(self._layers.values())

    def of_kind(self, kind: str) -> list[Layer]:
        return [layer for layer in self if layer.kind == kind]


def read_layer(path: Path, at: tuple[float, float] | None = None, around_m: float = 0.0) -> Layer:
    """Read an imported layer (FlatGeobuf with its ``.json`` beside it) or one drawn in a profile (GeoJSON).

    ``at`` (longitude, latitude) reads only the zones whose box holds the point, or touches the land ``around_m`` metres
    around it, by the file's own index. Raises
    :class:`~geo.geojson.ProfileError` naming the file and what is wrong.
    """
    if path.suffix == ".geojson":
        return _read_drawn(path)
    box = None if at is None else (*at, *at)
    if at is not None and around_m > 0:
        box = circle(*at, 1.01 * around_m).bounds
    return _read_imported(path, box)


def _read_drawn(path: Path) -> Layer:
    found = read_geojson(path, ("Polygon", "LineString"))
    try:
        name, kind = str(found.members["name"]), str(found.members["kind"])
        columns = {key for feature in found.features for key in feature.properties}
        schema = recognise(kind, columns)
    except KeyError as error:
        raise ProfileError(f"{path}: a drawn layer needs the member {error} beside 'features'") from None
    except SchemaError as error:
        raise ProfileError(f"{path}: {error}") from None
    zones = []
    for feature in found.features:
        try:
            zones.append(Zone(feature.geometry, schema.facts(feature.properties)))
        except UnreadableError as error:
            raise ProfileError(f"{feature.where}: {error}") from None
    version = sha256(path.read_bytes()).hexdigest()[:12]
    drawn = found.members.get("demonstration") is True
    return Layer(name, kind, zones, version, str(found.members.get("credit", "")), drawn)


def _read_imported(path: Path, box: tuple[float, float, float, float] | None) -> Layer:
    import pyogrio.raw

    about = read_about(path)
    try:
        meta, _, shapes, values = pyogrio.raw.read(path, bbox=box)
    except pyogrio.errors.DataSourceError as error:
        raise ProfileError(f"{path}: cannot be read ({error}); import the layer again") from None
    geometries = to_jgd2011(shapely.from_wkb(shapes), meta["crs"], str(path)).geometries
    columns = list(zip(*(_plain(column) for column in values), strict=True)) or [()] * len(geometries)
    fields = [str(name) for name in meta["fields"]]
    zones = [Zone(g, dict(zip(fields, row, strict=True))) for g, row in zip(geometries, columns, strict=True)]
    return Layer(about["name"], about["kind"], zones, about["sha256"][:12], about["credit"])


def read_about(path: Path) -> dict[str, str]:
    """What must have been noted when the layer was imported: name, kind, sha256 of the source, credit."""
    beside = path.with_suffix(".json")
    try:
        about: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
        return {key: str(about[key]) for key in ("name", "kind", "sha256", "credit")}
    except (OSError, json.JSONDecodeError, KeyError) as error:
        raise ProfileError(f"{beside}: cannot be read ({error!r}); import the layer again") from None


def _plain(column: np.ndarray[Any, Any]) -> list[object]:
    """A column as Python values; a missing number comes as NaN and leaves as None."""
    return [None if isinstance(value, float) and isnan(value) else value for value in column.tolist()]
