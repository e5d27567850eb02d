"""A made city for both sides: two thousand districts with wavy borders, and underpasses with a sensor each."""

from __future__ import annotations

import json
import math
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry import Point, Polygon

SEED = 20260115
ACROSS, UP = 50, 40  # districts
WEST, SOUTH, SIDE = 141.6, 39.9, 0.01  # degrees; beside the profile's own districts
CORNERS = 12  # of each side of a district: 48 in all, as drawn borders have
ON_CM, OFF_CM = 20.0, 10.0  # a road is closed from the one, and open again below the other
STEADY, PROBES = 200, 400  # sensors that report all the time; sensors that rise when they are told to
WET = 4  # every so many-th steady one stands in water all the time
_PROFILE = Path(__file__).parents[2] / "config" / "morioka"


@dataclass(frozen=True, slots=True)
class Sensor:
    """Where it stands, in degrees, and the district that holds it."""

    code: str
    lon: float
    lat: float
    district: str


@dataclass(frozen=True, slots=True)
class City:
    """Districts by code, each a closed ring of (lon, lat)."""

    districts: dict[str, list[tuple[float, float]]]
    steady: tuple[Sensor, ...]
    probes: tuple[Sensor, ...]

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (*self.steady, *self.probes)

    def geojson(self) -> dict[str, Any]:
        """What a flow reads: the districts as GeoJSON, and where each sensor stands."""
        return {
            "districts": {"type": "FeatureCollection", "features": [_district(*one) for one in self.districts.items()]},
            "sensors": {one.code: [one.lon, one.lat] for one in self.sensors},
        }


def made() -> City:
    """Always the same one."""
    dice = random.Random(SEED)
    districts = {f"d{x:02}{y:02}": _ring(x, y) for x in range(ACROSS) for y in range(UP)}
    shapes = {code: Polygon(ring) for code, ring in districts.items()}
    steady = tuple(_sensor(f"s{number:03}", shapes, dice) for number in range(STEADY))
    return City(districts, steady, tuple(_sensor(f"p{number:03}", shapes, dice) for number in range(PROBES)))


def depth(sensor: int, turn: int) -> float:
    """What the steady sensor of this number reports at its so many-th turn, in cm: never across a threshold."""
    return (24.0 if sensor % WET == 0 else 5.0) + turn % 5 / 10


def write_profile(city: City, folder: Path) -> Path:
    """The bundled profile with the made city beside it, so that every model of the hub has its ordinary work."""
    profile = folder / "profile"
    shutil.copytree(_PROFILE, profile)
    known = json.loads((profile / "districts.geojson").read_text(encoding="utf-8"))
    known["features"] += [_district(*one) for one in city.districts.items()]
    (profile / "districts.geojson").write_text(json.dumps(known), encoding="utf-8")
    places = {"type": "FeatureCollection", "features": [_underpass(one) for one in city.sensors]}
    (profile / "underpasses.geojson").write_text(json.dumps(places), encoding="utf-8")
    with (profile / "stations.toml").open("a", encoding="utf-8") as stations:
        stations.writelines(_station(one) for one in city.sensors)
    return profile


def _corner(x: int, y: int) -> tuple[float, float]:
    """Where four districts meet: pushed off the grid by up to a quarter of a side, the same for all four."""
    dice = random.Random(SEED + 1000 * x + y)
    return WEST + SIDE * (x + dice.uniform(-0.25, 0.25)), SOUTH + SIDE * (y + dice.uniform(-0.25, 0.25))


def _ring(x: int, y: int) -> list[tuple[float, float]]:
    corners = [_corner(x, y), _corner(x + 1, y), _corner(x + 1, y + 1), _corner(x, y + 1)]
    ring = [one for turn in range(4) for one in _border(corners[turn], corners[(turn + 1) % 4])]
    return [*ring, ring[0]]


def _border(begin: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """A wavy line, the same from both sides but for its direction; without its end."""
    along = end[0] - begin[0], end[1] - begin[1]
    forward = begin < end
    points = []
    for step in range(CORNERS):
        share = step / CORNERS
        wave = 0.06 * math.sin(2 * math.pi * share) * (1 if forward else -1)
        if not forward:
            wave = 0.06 * math.sin(2 * math.pi * (1 - share))
            points.append(
                (begin[0] + share * along[0] + wave * along[1], begin[1] + share * along[1] - wave * along[0])
            )
        else:
            points.append(
                (begin[0] + share * along[0] - wave * along[1], begin[1] + share * along[1] + wave * along[0])
            )
    return points


def _sensor(code: str, shapes: dict[str, Polygon], dice: random.Random) -> Sensor:
    district = dice.choice(sorted(shapes))
    middle: Point = shapes[district].representative_point()
    return Sensor(code, round(middle.x + dice.uniform(-5e-4, 5e-4), 6), round(middle.y, 6), district)


def _district(code: str, ring: list[tuple[float, float]]) -> dict[str, Any]:
    named = {"code": code, "name": f"見本{code}", "name_en": f"District {code}", "reading": "みほん"}
    return {"type": "Feature", "properties": named, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _underpass(one: Sensor) -> dict[str, Any]:
    told = {"code": f"u-{one.code}", "name": one.code, "name_en": one.code, "sensor": one.code}
    told |= {"caution_cm": OFF_CM, "closed_cm": ON_CM}
    return {"type": "Feature", "properties": told, "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]}}


def _station(one: Sensor) -> str:
    return f"""
[[station]]
code = "{one.code}"
name = "{one.code}"
lon = {one.lon}
lat = {one.lat}
unit = "cm"
quantities = ["inundation_depth"]
"""
