"""GeoJSON files of a city's profile: read strictly, with errors that name file, feature and key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import to_jgd2011


class ProfileError(ValueError):
    """A file of the city's profile is wrong; the text names file, place and cure."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature; ``where`` names it in errors."""

    geometry: BaseGeometry
    properties: Mapping[str, Any]
    where: str

    def text(self, key: str, default: str | None = None) -> str:
        """A property as text; without a default it must be there and must not be empty."""
        value = self.properties.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise ProfileError(f"{self.where}: property {key!r} must be a text, found {value!r}")
        return value


@dataclass(frozen=True, slots=True)
class Collection:
    """A file's features and its members beside them (name, kind, credit, note)."""

    features: tuple[Feature, ...]
    members: Mapping[str, Any]


def read_geojson(path: Path, geometry_types: tuple[str, ...]) -> Collection:
    """Read a FeatureCollection in JGD2011 degrees.

    GeoJSON is WGS 84 by definition (RFC 7946); an old ``crs`` member is obeyed. Raises :class:`ProfileError` for a
    file that is not GeoJSON, an invalid geometry or one of another type than ``geometry_types``.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ProfileError(f"{path}: there is no such file; the profile needs it") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ProfileError(f"{path}: not JSON in UTF-8: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("features"), list):
        raise ProfileError(f"{path}: must be a GeoJSON FeatureCollection with 'features'")
    found = [_feature(item, f"{path}: feature {i}", geometry_types) for i, item in enumerate(data["features"], 1)]
    crs = "EPSG:4326"
    if data.get("crs") is not None:
        try:
            crs = str(data["crs"]["properties"]["name"])
        except (KeyError, TypeError):
            raise ProfileError(f"{path}: 'crs' without properties.name; leave it out, GeoJSON is WGS 84") from None
    moved = to_jgd2011(np.array([f.geometry for f in found], dtype=object), crs, str(path)).geometries
    features = tuple(Feature(g, f.properties, f.where) for g, f in zip(moved, found, strict=True))
    return Collection(features, {key: value for key, value in data.items() if key != "features"})


def _feature(item: Any, where: str, geometry_types: tuple[str, ...]) -> Feature:
    try:
        geometry = None if item["geometry"] is None else shapely.from_geojson(json.dumps(item["geometry"]))
        properties = item["properties"]
    except (KeyError, TypeError, shapely.errors.GEOSException) as error:
        raise ProfileError(f"{where}: not a feature with geometry and properties ({error!r})") from None
    if geometry is None or geometry.is_empty or geometry.geom_type not in geometry_types:
        kind = "nothing" if geometry is None else geometry.geom_type
        raise ProfileError(f"{where}: geometry must be {' or '.join(geometry_types)}, found {kind}")
    if not geometry.is_valid:
        raise ProfileError(f"{where}: invalid polygon: {shapely.is_valid_reason(geometry)}; redraw it there")
    if not isinstance(properties, dict):
        raise ProfileError(f"{where}: 'properties' must be an object")
    return Feature(geometry, properties, where)
