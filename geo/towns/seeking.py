"""What somebody means who types into the search field of the map: a place of the city, a square of the mesh, a point.

Nobody outside is asked. Words are compared in one spelling (:mod:`geo.towns.spelling`), so kana, Latin letters and the
many ways to write an address meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.mesh import MeshError, cell_of
from geo.model import Ground
from geo.sighted.squares import mesh_place, square
from geo.station import Station
from geo.towns.gazetteer import Gazetteer, Place
from geo.towns.spelling import spelled, spellings

LONGEST = 80  # characters that are looked at
_PAIR = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d+)?)\s*(?:[,、\s/]|°\s*,?)\s*([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*")
_MESH = re.compile(
    r"(?:メッシュ|mesh)?[\s:-]*([0-9]{4}(?:[\s-]?[0-9]{2}(?:[\s-]?[0-9]{2}(?:[\s-]?[0-9]){0,3})?)?)", re.I
)
# The words are the name, or begin it; the name leads the words (an address), holds them, or stands within (JR盛岡駅):
# the last where nothing else is found.
_SAME, _BEGINS, _LEADS, _HOLDS, _WITHIN = 5, 4, 3, 2, 1
_ANY = LONGEST  # longer than any key that fits
_Fit = tuple[int, int]
_AREAS = {"district": 0, "plow_section": 1, "volcano_zone": 2, "city": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that the words may mean. ``geometry`` in degrees: a point, or the shape of an area."""

    kind: str  # district, plow_section, city, town, house, station, mesh, point
    name: str
    geometry: BaseGeometry
    name_en: str = ""
    code: str = ""  # of an area, a square or a station
    detail: str = ""  # its address, its river, or where it lies


def seek(words: str, ground: Ground, towns: Gazetteer, stations: Iterable[Station], at_most: int = 12) -> list[Hit]:
    """What the words may mean, the likeliest first; empty where nothing is known by them."""
    text = unicodedata.normalize("NFKC", words[:LONGEST]).strip()
    if not text:
        return []
    found = [*_points(text, ground), *_squares(text, ground)]
    city = ground.areas.get(ground.city)
    wanted = spelled(text, city.name if city else "")
    if wanted:
        found += _named(wanted, ground, city.name if city else "", towns.find(text, at_most), stations)
    return found[:at_most]


def _points(text: str, ground: Ground) -> list[Hit]:
    """Latitude and longitude in either order: in Japan the two cannot be mistaken for each other."""
    pair = _PAIR.fullmatch(text)
    if pair is None:
        return []
    one, other = float(pair[1]), float(pair[2])
    lat, lon = (one, other) if 20 <= one <= 46 else (other, one)
    if not (20 <= lat <= 46 and 122 <= lon <= 154):
        return []
    return [
        Hit(
            kind="point", name=f"{lat:.5f}, {lon:.5f}", geometry=shapely.Point(lon, lat), detail=_lies(lon, lat, ground)
        )
    ]


def _squares(text: str, ground: Ground) -> list[Hit]:
    code = _MESH.fullmatch(text)
    if code is None:
        return []
    try:
        cell = cell_of(re.sub(r"[\s-]", "", code[1]))
    except MeshError:
        return []
    here = square(cell, ground.areas)
    where = here.name if here else _lies(*cell.centre, ground)
    return [Hit(kind="mesh", name=cell.code, geometry=cell.polygon, code=mesh_place(cell), detail=where)]


def _lies(lon: float, lat: float, ground: Ground) -> str:
    for kind in ("district", "city"):
        if at := ground.areas.at(lon, lat, kind):
            return at[0].name
    return "市の外"


def _named(wanted: str, ground: Ground, city: str, places: Iterable[Place], stations: Iterable[Station]) -> list[Hit]:
    ranked: list[tuple[_Fit, tuple[int, str], Hit]] = []
    for area in ground.areas:
        if area.kind in _AREAS and (fit := _fit(_keys(city, area.name, area.name_en, area.reading), wanted)):
            ranked.append((fit, (_AREAS[area.kind], area.code), _of_area(area)))
    districts = {hit.name for _, _, hit in ranked if hit.kind == "district"}
    for place in places:  # whatever the gazetteer finds fits
        if place.name not in districts:
            ranked.append((_fit(place.keys(city), wanted) or (_HOLDS, 0), (5, place.name), _of_place(place)))
    for one in stations:
        if fit := _fit(_keys(city, one.name, one.name_en, one.code), wanted):
            ranked.append((fit, (4, one.code), _of_station(one)))
    if any(fit > (_WITHIN, _ANY) for fit, _, _ in ranked):
        ranked = [one for one in ranked if one[0] > (_WITHIN, _ANY)]
    ranked.sort(key=lambda one: (-one[0][0], -one[0][1], one[1]))
    return [hit for _, _, hit in ranked]


def _keys(city: str, *names: str) -> frozenset[str]:
    return frozenset().union(*(spellings(name, city) for name in names))


def _fit(keys: Iterable[str], wanted: str) -> _Fit | None:
    """How well the words fit; of names that stand in the words the longer fits better. None: nothing of it."""
    return max((fit for key in keys if (fit := _fit_of(key, wanted))), default=None)


def _fit_of(key: str, wanted: str) -> _Fit | None:
    if key == wanted:
        return _SAME, 0
    if key.startswith(wanted):
        return _BEGINS, 0
    if len(key) > 1 and wanted.startswith(key):
        return _LEADS, len(key)
    if len(wanted) > 1 and wanted in key:
        return _HOLDS, 0
    return (_WITHIN, len(key)) if len(key) > 1 and key in wanted else None


def _of_area(area: Area) -> Hit:
    return Hit(kind=area.kind, name=area.name, name_en=area.name_en, code=area.code, geometry=area.geometry)


def _of_place(place: Place) -> Hit:
    return Hit(
        kind="house" if place.exact else "town",
        name=place.name,
        name_en=place.name_en,
        geometry=shapely.Point(place.lon, place.lat),
        detail=place.address,
    )


def _of_station(one: Station) -> Hit:
    where = shapely.Point(one.lon, one.lat)
    return Hit(kind="station", name=one.name, name_en=one.name_en, code=one.code, geometry=where, detail=one.river)
