"""Damaged maps: whatever the bytes, the layer is written or the reason is told; nothing else is ever raised."""

from __future__ import annotations

import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import pytest
import shapely

from geo.crs import CrsError
from geo.layers.archive import SourceError
from geo.layers.importing import Request, import_layer
from geo.layers.recognise import SchemaError
from tests.geo.layers.test_jpgis import dataset, feature

DRIVERS = {"fgb": "FlatGeobuf", "gpkg": "GPKG", "geojson": "GeoJSON", "gml": "GML", "shp": "ESRI Shapefile"}
DAMAGES = 40


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One small map in every format."""
    folder = tmp_path_factory.mktemp("sound")
    shapes = [shapely.box(141.1 + i / 50, 39.7, 141.11 + i / 50, 39.8) for i in range(3)]
    frame = geopandas.GeoDataFrame({"A31b_201": [1, 2, 3], "n": ["盛岡", "b", "c"]}, geometry=shapes, crs=6668)
    for suffix, driver in DRIVERS.items():
        frame.to_file(folder / f"m.{suffix}", driver=driver)
    frame.to_parquet(folder / "m.parquet")
    (folder / "m.xml").write_bytes(dataset(feature("MaximumScale", waterDepth=3)))
    (folder / "m.csv").write_text("MESH_ID,A31b_201\n59414142,1\n59414143,2\n", encoding="utf-8")
    with zipfile.ZipFile(folder / "m.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "m.geojson", "m.geojson")
    return folder


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut off, overwritten here and there, or with something in between."""
    spoilt = bytearray(content)
    how = chance.random()
    if how < 0.3:
        return bytes(spoilt[: chance.randrange(len(spoilt))])
    if how < 0.9:
        for _ in range(chance.choice([1, 2, 5, 30])):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    else:
        place = chance.randrange(len(spoilt))
        spoilt[place:place] = chance.randbytes(20)
    return bytes(spoilt)


PAIRS = [(f"m.{suffix}", f"m.{suffix}") for suffix in (*DRIVERS, "parquet", "xml", "csv", "zip")]


@pytest.mark.parametrize(("name", "spoilt"), [*PAIRS, ("m.shp", "m.dbf"), ("m.shp", "m.prj"), ("m.shp", "m.shx")])
@pytest.mark.filterwarnings("ignore")
def test_damage_is_told(sound: Path, tmp_path: Path, name: str, spoilt: str) -> None:
    chance = random.Random(f"{name} {spoilt}")
    for path in sound.glob("m.*"):
        if path.name == name or path.suffix in {".dbf", ".prj", ".shx", ".cpg"}:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    told = 0
    for _ in range(DAMAGES):
        (tmp_path / spoilt).write_bytes(damaged((sound / spoilt).read_bytes(), chance))
        request = Request(file=tmp_path / name, kind="flood", name="x", imported_at=datetime(2026, 8, 1, tzinfo=UTC))
        try:
            report = import_layer(request, tmp_path / "layers")
        except (SourceError, CrsError, SchemaError) as error:
            told += bool(str(error))
            continue
        assert report["written"] > 0
    assert told > 0
