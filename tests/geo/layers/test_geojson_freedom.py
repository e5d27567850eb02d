"""What GeoJSON leaves free: the member crs, axes, holes, parts, heights, nothing at all, encodings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import mapping

from geo.crs import CrsError
from geo.layers.archive import SourceError
from geo.layers.importing import Request, import_layer
from tests.geo.making import NOW

SQUARE = shapely.box(141.10, 39.70, 141.11, 39.71)
INNER = shapely.box(141.104, 39.704, 141.106, 39.706)
HOLED = shapely.Polygon(SQUARE.exterior, [INNER.exterior])
APART = shapely.MultiPolygon([SQUARE, shapely.box(141.2, 39.7, 141.21, 39.71)])


def turned(shape: Any) -> Any:
    return shapely.transform(shape, lambda points: points[:, ::-1])


def collection(*shapes: Any, crs: str = "", **more: Any) -> bytes:
    members = [
        {
            "type": "Feature",
            "properties": {"A31b_201": "3"} | more,
            "geometry": None if shape is None else mapping(shape),
        }
        for shape in shapes
    ]
    whole = {"type": "FeatureCollection", "features": members}
    if crs:
        whole["crs"] = {"type": "name", "properties": {"name": crs}}  # type: ignore[assignment]
    return json.dumps(whole, ensure_ascii=False).encode()


def bring(folder: Path, content: bytes) -> dict[str, Any]:
    file = folder / "a.geojson"
    file.write_bytes(content)
    return import_layer(Request(file=file, kind="flood", imported_at=NOW), folder / "layers")


@pytest.mark.parametrize(
    ("content", "written", "crs", "refused"),
    [
        (collection(HOLED), 1, "EPSG:4326", 0),
        (collection(APART), 2, "EPSG:4326", 0),
        (collection(shapely.force_3d(SQUARE, 5.0)), 1, "EPSG:4979", 0),
        (collection(SQUARE, None), 1, "EPSG:4326", 1),
        (collection(SQUARE, shapely.Polygon()), 1, "EPSG:4326", 1),
        (collection(SQUARE, shapely.Point(141.1, 39.7)), 1, "EPSG:4326", 1),
        (collection(SQUARE, crs="urn:ogc:def:crs:OGC:1.3:CRS84"), 1, "EPSG:4326", 0),
        (collection(SQUARE, crs="urn:ogc:def:crs:EPSG::6668"), 1, "EPSG:6668", 0),
        (collection(SQUARE, crs="EPSG:4612"), 1, "EPSG:4612", 0),
        (b"\xef\xbb\xbf" + collection(SQUARE, 備考="盛岡"), 1, "EPSG:4326", 0),
    ],
)
def test_what_is_read(tmp_path: Path, content: bytes, written: int, crs: str, refused: int) -> None:
    report = bring(tmp_path, content)
    assert (report["written"], report["crs"]["from"]) == (written, crs)
    assert sum(one["count"] for one in report["refused"]) == refused


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (collection(turned(SQUARE)), CrsError, "axes are swapped"),
        (collection(turned(SQUARE), crs="urn:ogc:def:crs:EPSG::6668"), CrsError, "axes are swapped"),
        (collection(SQUARE, crs="EPSG:4301"), CrsError, "Tokyo Datum"),
        (collection(SQUARE, crs="JGD2011"), SourceError, "'JGD2011' is not known; name it by its EPSG code"),
        (collection(SQUARE, crs="Tokyo"), SourceError, "name it by its EPSG code"),
        (collection(SQUARE, crs="日本測地系"), SourceError, "name it by its EPSG code"),
        (collection(SQUARE).decode().encode("utf-16"), SourceError, "save it as UTF-8"),
        (collection(SQUARE, 備考="盛岡①").decode().encode("cp932"), SourceError, "save it as UTF-8"),
        (collection(SQUARE)[:-20], SourceError, "cannot be read"),
    ],
)
def test_what_is_refused_with_the_cure(tmp_path: Path, content: bytes, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        bring(tmp_path, content)
