"""The plain base map: what the city's profile itself holds. There is a map before anybody has downloaded one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Areas
from geo.basemap.parts import LOWEST
from geo.basemap.sorting import Piece
from geo.crs import DEGREES
from geo.geojson import Collection, Feature, read_geojson
from geo.plow.reading import read_drawn

_FILES = ("city", "districts", "rivers", "landmarks", "shelters")
_SKETCH = 2  # this way of drawing it; another number draws every plain map anew
_ROADS = {"expressway": "road_trunk", "national": "road_trunk", "prefectural": "road_main", "municipal": "road_street"}
_ANY = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


def digest_of(profile: Path, network: Path) -> str:
    """Another one when any of the files is another: the plain map is then drawn anew."""
    told = sha256(f"{_SKETCH} {LOWEST}".encode())
    for file in [*(profile / f"{name}.geojson" for name in _FILES), *_roads(profile, network)]:
        told.update(file.name.encode() + b"\0" + (file.read_bytes() if file.exists() else b"") + b"\0")
    return told.hexdigest()[:16]


def plain_pieces(profile: Path, network: Path) -> Iterator[Piece]:
    """Outline, districts, rivers, landmarks and shelters of the profile, and the roads that plows are matched to.

    ``network``: folder of the imported roads; where it holds none, those drawn in the profile count. Raises
    :class:`~geo.geojson.ProfileError` or :class:`~geo.crs.CrsError`.
    """
    city = _read(profile, "city")
    yield _piece("boundary", [(shapely.boundary(one.geometry), {}) for one in city.features], city)
    for name, place in (("rivers", _river), ("landmarks", _landmark), ("districts", _district), ("shelters", _shelter)):
        found = _read(profile, name)
        for part, rows in _by_part(found, place).items():
            yield _piece(part, rows, found)
    yield from _drawn(profile, network)


def credits_of(pieces: list[Piece]) -> tuple[str, ...]:
    """Every credit once, in the order of the pieces."""
    return tuple(dict.fromkeys(piece.credit for piece in pieces if piece.credit))


def _read(profile: Path, name: str) -> Collection:
    path = profile / f"{name}.geojson"
    return read_geojson(path, _ANY) if path.exists() or name == "city" else Collection((), {})


def _by_part(found: Collection, place: Any) -> Mapping[str, list[tuple[BaseGeometry, dict[str, str]]]]:
    rows: dict[str, list[tuple[BaseGeometry, dict[str, str]]]] = {}
    for feature in found.features:
        part, geometry, told = place(feature)
        rows.setdefault(part, []).append((geometry, told))
    return rows


def _river(feature: Feature) -> tuple[str, BaseGeometry, dict[str, str]]:
    return "river", feature.geometry, _told(feature, "river")


def _landmark(feature: Feature) -> tuple[str, BaseGeometry, dict[str, str]]:
    kind = feature.text("kind", "")
    return (
        ("station" if kind == "station" else "landmark"),
        shapely.point_on_surface(feature.geometry),
        _told(feature, kind),
    )


def _district(feature: Feature) -> tuple[str, BaseGeometry, dict[str, str]]:
    return "place_near", shapely.point_on_surface(feature.geometry), _told(feature, "district")


def _shelter(feature: Feature) -> tuple[str, BaseGeometry, dict[str, str]]:
    name = feature.text("name", feature.text("施設・場所名", "")).partition("（")[0]
    return "shelter", shapely.point_on_surface(feature.geometry), {"name": name, "kind": "shelter"}


def _told(feature: Feature, kind: str) -> dict[str, str]:
    told = {name: feature.text(name, "") for name in ("name", "reading", "name_en")}
    return {**{name: value for name, value in told.items() if value}, "kind": kind}


def _piece(part: str, rows: list[tuple[BaseGeometry, dict[str, str]]], of: Collection) -> Piece:
    return Piece(part, _frame(rows), str(of.members.get("credit", "")))


def _frame(rows: list[tuple[BaseGeometry, dict[str, str]]]) -> Any:
    import geopandas

    columns = {name: [told.get(name) for _, told in rows] for name in ("name", "reading", "name_en", "kind")}
    return geopandas.GeoDataFrame(columns, geometry=[shape for shape, _ in rows], crs=DEGREES)


def _drawn(profile: Path, network: Path) -> Iterator[Piece]:
    files = _roads(profile, network)
    if not files:
        return
    drawn = read_drawn(profile, network, Areas([]))
    rows: dict[str, list[tuple[BaseGeometry, dict[str, str]]]] = {}
    for one in drawn.segments:
        part = "path" if one.sidewalk else _ROADS.get(one.road_class or "", "road_street")
        told = {"name": one.name, "kind": one.road_class or ""} if one.name else {"kind": one.road_class or ""}
        rows.setdefault(part, []).append((one.geometry, told))
    credit = "見本の道路（実在しません）" if drawn.demonstration else ""
    for part, some in rows.items():
        yield Piece(part, _frame(some), credit)


def _roads(profile: Path, network: Path) -> list[Path]:
    return sorted(network.glob("*.fgb")) or sorted((profile / "network").glob("*.geojson"))
