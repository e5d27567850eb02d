"""Ten thousand points in a landslide map made like the national one, answered as geopandas answers them.

No open copy of Morioka's A33 exists, so this one is made: yellow zones of all shapes, red ones inside, some broken,
many overlapping, as a Shapefile in CP932. The real flood maps are asked the same in test_real_imports.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import geopandas
import numpy as np
import shapely

from geo.layers.importing import Request, import_layer
from geo.layers.layer import read_layer

AT = datetime(2026, 8, 1, tzinfo=UTC)
ZONES, POINTS = 600, 10_000
NAMES = {"1": "steep_slope", "2": "debris_flow", "3": "landslide"}


def slopes() -> geopandas.GeoDataFrame:
    random = np.random.default_rng(33)
    centres = random.uniform((141.05, 39.65), (141.25, 39.80), (ZONES, 2))
    angles = np.sort(random.uniform(0, 2 * np.pi, (ZONES, 30)))
    radii = random.uniform(0.0005, 0.004, (ZONES, 30))
    rings = centres[:, None] + radii[..., None] * np.stack([np.cos(angles), np.sin(angles)], axis=2)
    yellow = shapely.polygons(rings)
    red = shapely.buffer(yellow[::3], -0.0004)
    keep = ~shapely.is_empty(red)
    kinds = np.array([str(1 + number % 3) for number in range(ZONES)])
    return geopandas.GeoDataFrame(
        {
            "A33_001": [*kinds, *kinds[::3][keep]],
            "A33_002": ["1"] * ZONES + ["2"] * int(keep.sum()),
            "A33_005": [f"沢{number}" for number in range(ZONES + int(keep.sum()))],
        },
        geometry=[*yellow, *red[keep]],
        crs=6668,
    )


def test_the_same_zones_at_every_point(tmp_path: Path) -> None:
    drawn = slopes()
    drawn.to_file(tmp_path / "A33-25_03.shp", encoding="CP932")
    request = Request(file=tmp_path / "A33-25_03.shp", kind="landslide", name="a33", imported_at=AT)
    report = import_layer(request, tmp_path / "layers")
    layer = read_layer(tmp_path / "layers" / "a33.fgb")
    assert report["read"] == len(drawn) and report["refused"] == []
    random = np.random.default_rng(34)
    corners = shapely.get_coordinates(drawn.geometry.to_numpy())
    near = corners[random.integers(0, len(corners), POINTS // 2)] + random.normal(0, 0.0002, (POINTS // 2, 2))
    places = np.vstack([random.uniform((141.05, 39.65), (141.25, 39.80), (POINTS // 2, 2)), near])
    points = geopandas.GeoDataFrame(geometry=shapely.points(places), crs=6668)
    sound = drawn.set_geometry(drawn.geometry.make_valid(method="structure", keep_collapsed=False))
    joined = points.sjoin(sound, predicate="intersects")
    told = joined["A33_005"] + joined["A33_001"].map(NAMES) + joined["A33_002"].map({"1": "yellow", "2": "red"})
    want = told.groupby(level=0).agg(lambda some: sorted(set(some))).to_dict()
    got = {
        number: sorted({f"{z.facts['name']}{z.facts['phenomenon']}{z.facts['zone']}" for z in zones})
        for number, (lon, lat) in enumerate(places)
        if (zones := layer.at(lon, lat))
    }
    assert got == want
    assert POINTS // 5 < len(want) < POINTS
