"""One report, one point: which zones hold it? The layer in memory beside a one-row ``geopandas.sjoin``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import geopandas
import numpy as np
import shapely

from geo.layers.importing import Request, import_layer
from geo.layers.layer import Layer, read_layer
from tests.benchmarks.figure import Figure, beside, seconds
from tests.benchmarks.scale import Scale

NAME = "lookup"
_DRAWN = Path(__file__).resolve().parents[2] / "config" / "morioka" / "layers" / "demo_inundation.geojson"
_JOIN = "geopandas.sjoin of one row"
_JOINS = 20  # a repeat: joins are slow
Point: TypeAlias = tuple[float, float]  # longitude, latitude


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    return [one for what, layer in layers(folder) for one in _over(what, layer, scale)]


def layers(folder: Path) -> Iterator[tuple[str, Layer]]:
    """The drawn layer, and the official ones where ``SHIRASE_REAL_DATA`` has them."""
    yield "demonstration layer", read_layer(_DRAWN)
    for suffix in ("fgb", "parquet"):
        file = Path(os.environ.get("SHIRASE_REAL_DATA", "")) / "geo" / f"morioka_flood_l2_A31b.{suffix}"
        if file.is_file():
            at = datetime(2026, 8, 1, tzinfo=UTC)
            import_layer(Request(file=file, kind="flood", name=suffix, imported_at=at), folder)
            layer = read_layer(folder / f"{suffix}.fgb")
            yield f"official layer, {len(layer.zones):,} zones", layer


def _over(what: str, layer: Layer, scale: Scale) -> list[Figure]:
    """Both sides must find the same."""
    shapes = [zone.geometry for zone in layer.zones]
    frame = geopandas.GeoDataFrame({"zone": range(len(shapes))}, geometry=shapes, crs=6668)
    _ = frame.sindex  # built once, as the layer's is
    pairs, hits = [], 0
    for repeat in range(scale.repeats):
        places = points(layer, repeat)
        few = places[:: len(places) // _JOINS]
        asked = seconds(lambda places=places: [layer.at(x, y) for x, y in places]) / len(places)
        joined = seconds(lambda few=few: [_join(frame, x, y) for x, y in few]) / len(few)
        pairs.append((1e6 * asked, 1e6 * joined))
        hits += _agreeing(layer, frame, few)
    figure = beside(NAME, f"{what}: a point", "µs", _JOIN, pairs)
    return [figure, Figure(bench=NAME, figure=f"{what}: zones found alike", value=hits, unit="zones")]


def points(layer: Layer, seed: int) -> list[Point]:
    """A thousand places: half of them within 100 m of an edge, half anywhere in the zones' box."""
    random, number = np.random.default_rng(seed), 500
    west, south, east, north = shapely.total_bounds(layer.geometries)
    corners = shapely.get_coordinates(layer.geometries)
    near = corners[random.integers(0, len(corners), number)] + random.normal(0, 0.001, (number, 2))
    anywhere = random.uniform((west, south), (east, north), (number, 2))
    mixed = np.stack([near, anywhere], axis=1).reshape(-1, 2)
    return [(float(x), float(y)) for x, y in mixed]


def _join(frame: geopandas.GeoDataFrame, x: float, y: float) -> geopandas.GeoDataFrame:
    row = geopandas.GeoDataFrame(geometry=[shapely.Point(x, y)], crs=6668)
    return geopandas.sjoin(row, frame, predicate="intersects")


def _agreeing(layer: Layer, frame: geopandas.GeoDataFrame, places: list[Point]) -> int:
    """How many zones both found; one that only one of them found is an error of the benchmark."""
    found = 0
    for x, y in places:
        own = {id(zone) for zone in layer.at(x, y)}
        joined = {id(layer.zones[i]) for i in _join(frame, x, y)["zone"]}
        if own != joined:
            raise ValueError(f"{x}, {y}: the layer and the join differ")
        found += len(own)
    return found
