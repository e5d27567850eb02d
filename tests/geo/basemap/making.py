"""Files of a small town, and a look into the tiles that came of them."""

from __future__ import annotations

import gzip
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shapely

from geo.basemap.building import About, build
from geo.basemap.sources import Taken, Wanted, pieces_of
from geo.basemap.tiles import Tiles
from tests.geo.basemap.osm_pbf import Extract

LAND = shapely.box(141.10, 39.66, 141.20, 39.74)  # the city and what is near it, in degrees
ABOUT = About(name="盛岡市", built_at=datetime(2026, 11, 22, tzinfo=UTC), credits=("© OpenStreetMap contributors",))
STATION, POND = (141.1365, 39.7017), (141.1625, 39.7215)
Point = tuple[float, float]


def square(at: Point, side: float) -> list[Point]:
    x, y = at
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def town() -> Extract:
    """A street, a river, a wood, a pond, a house, names with readings, and a road of another prefecture."""
    made = Extract()
    made.way([(141.12, 39.70), (141.14, 39.70), (141.18, 39.705)], highway="primary", name="大通")
    made.way([(141.13, 39.69), (141.13, 39.71)], highway="residential")
    made.way([(141.10, 39.72), (141.30, 39.72)], waterway="river", name="北上川")
    made.way(square((141.15, 39.67), 0.01), closed=True, landuse="forest")
    made.way(square(POND, 0.001), closed=True, natural="water", name="高松の池")
    made.way(square((141.1372, 39.7021), 0.0003), closed=True, building="yes")
    made.way([(140.10, 38.26), (140.12, 38.26)], highway="trunk", name="よその国道")
    made.node(*STATION, railway="station", name="盛岡", name__ja_Hira="もりおか", name__en="Morioka")
    made.node(141.1527, 39.7036, place="suburb", name="内丸", name__ja_Hira="うちまる")
    made.node(141.1, 39.7, amenity="vending_machine", name="自動販売機")
    return made


def pbf(folder: Path, made: Extract | None = None) -> Path:
    file = folder / "tohoku-latest.osm.pbf"
    file.write_bytes((made or town()).packed())
    return file


def built(file: Path, folder: Path, **wanted: Any) -> tuple[Path, Taken]:
    """The base map of one file."""
    taken, target = Taken(file.name), folder / "city.pmtiles"
    build(pieces_of(Wanted(file=file, land=LAND, **wanted), taken), ABOUT, target, LAND.bounds)
    return target, taken


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return z, int(x), int(y)


def seen(target: Path, lon: float, lat: float, z: int, layer: str, folder: Path) -> Any:
    """What another program reads out of the tile at a place: rows of the layer in degrees; None without the layer."""
    import pyogrio

    tiles = Tiles.open(target)
    packed = tiles.tile(*tile_at(lon, lat, z))
    tiles.close()
    if packed is None:
        return None
    z, x, y = tile_at(lon, lat, z)
    file = folder / f"{y}.pbf"
    file.write_bytes(gzip.decompress(packed))
    if layer not in {str(name) for name, _ in pyogrio.list_layers(file)}:
        return None
    return pyogrio.read_dataframe(file, layer=layer, X=x, Y=y, Z=z).to_crs(4326)
