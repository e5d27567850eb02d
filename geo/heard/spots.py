"""Places of the city by the names that people write: districts, landmarks, rivers and gauges of its profile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from geo.area import Areas
from geo.geojson import read_geojson
from geo.heard.spelling import plain
from geo.station import Station

_BLOCK = re.compile(r"第?[一二三四五六七八九十0-9]+(?:丁目|地割)$")
_SHAPES = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
_PLACE_OF_GAUGE = re.compile(r"[\w]+(?:橋|ダム|駅|堰)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place as people call it. ``areas``: codes of the districts it is, of a district; degrees JGD2011."""

    name: str
    kind: str = "district"  # district, landmark, river, city
    words: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    sure: bool = False  # the name is nowhere else

    def with_words(self, words: Iterable[str]) -> Spot:
        return replace(self, words=(*self.words, *words))

    def spelled(self) -> Spot:
        return replace(self, words=tuple(sorted({plain(word) for word in self.words if plain(word)})))

    def made_sure(self, sure: bool) -> Spot:
        return replace(self, sure=sure)


def read_spots(profile: Path, areas: Areas, stations: Mapping[str, Station]) -> list[Spot]:
    """Each name once: of a district and a landmark of one name it is the district. Raises ProfileError."""
    found: dict[str, Spot] = {}
    drawn = (*_features(profile, "landmarks"), *_features(profile, "rivers"))
    for spot in (*_districts(areas), *drawn, *_gauges(stations)):
        before = found.get(spot.name)
        if before is None:
            found[spot.name] = spot
        elif spot.kind == before.kind == "district":
            found[spot.name] = replace(before, areas=(*before.areas, *spot.areas))
    return list(found.values())


def _districts(areas: Areas) -> Iterator[Spot]:
    """People write 仙北, whatever the block."""
    for one in areas.of_kind("district"):
        name = _BLOCK.sub("", one.name) or one.name
        yield Spot(name=name, words=(name, one.name), areas=(one.code,))


def _features(profile: Path, what: str) -> Iterator[Spot]:
    path = profile / f"{what}.geojson"
    for one in read_geojson(path, _SHAPES).features if path.exists() else ():
        name = one.text("name")
        if what == "rivers":
            yield Spot(name=name, kind="river", words=(name,))
            continue
        middle = one.geometry.representative_point()
        yield Spot(name=name, kind="landmark", words=(name,), lon=middle.x, lat=middle.y)


def _gauges(stations: Mapping[str, Station]) -> Iterator[Spot]:
    """Rivers that have a gauge, and the bridges and dams that gauges are called by; not 「右岸138.0km」."""
    for one in stations.values():
        if one.river:
            yield Spot(name=one.river, kind="river", words=(one.river,))
        name = one.name.removeprefix(one.river)
        if _PLACE_OF_GAUGE.fullmatch(name):
            yield Spot(name=name, kind="landmark", words=(name,), lon=one.lon, lat=one.lat)
