"""The gazetteer of a city out of its profile.

``towns.geojson``, where there is one: points or polygons with ``name``, or ``town`` and ``koaza`` as in the address
data of Geolonia (CC BY 4.0), and if there ``name_en``, ``reading``. Without it the city's districts stand for towns.
Shelters (by address and name) and landmarks are found, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from geo.area import Areas
from geo.geojson import Feature, read_geojson
from geo.towns.gazetteer import Gazetteer, Place

_SHAPES = ("Point", "Polygon", "MultiPolygon")


def read_gazetteer(profile: Path, areas: Areas, city: str) -> Gazetteer:
    """Every place that the profile knows by name. Raises :class:`~geo.geojson.ProfileError`."""
    drawn = profile / "towns.geojson"
    towns = map(_town, read_geojson(drawn, _SHAPES).features) if drawn.exists() else _districts(areas)
    return Gazetteer([*towns, *_shelters(profile), *_landmarks(profile)], city)


def _town(feature: Feature) -> Place:
    name = feature.text("name", "") or feature.text("town") + feature.text("koaza", "")
    return _place(feature, name, name_en=feature.text("name_en", ""), reading=feature.text("reading", ""))


def _districts(areas: Areas) -> Iterator[Place]:
    for one in areas.of_kind("district"):
        middle = one.geometry.representative_point()
        yield Place(name=one.name, name_en=one.name_en, reading=one.reading, lon=middle.x, lat=middle.y)


def _shelters(profile: Path) -> Iterator[Place]:
    for one in _features(profile / "shelters.geojson"):
        name, _, also = one.text("施設・場所名").partition("（")
        yield _place(one, name, also=also.removesuffix("）"), address=one.text("住所", ""), exact=True)


def _landmarks(profile: Path) -> Iterator[Place]:
    for one in _features(profile / "landmarks.geojson"):
        yield _place(one, one.text("name"), name_en=one.text("name_en", ""), exact=True)


def _features(path: Path) -> Iterable[Feature]:
    return read_geojson(path, _SHAPES).features if path.exists() else ()


def _place(feature: Feature, name: str, *, exact: bool = False, **more: str) -> Place:
    middle = feature.geometry.representative_point()
    return Place(name=name, lon=middle.x, lat=middle.y, exact=exact, **more)
