"""Maps as cities and prefectures really deliver them: wrong .cpg, zips in zips, headers out of spreadsheets."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from geo.layers.archive import SourceError
from geo.layers.dbf import named_encoding, text_encoding
from geo.layers.importing import Request, import_layer
from geo.layers.layer import Layer, read_layer
from geo.layers.recognise import SchemaError

AT = datetime(2026, 8, 1, tzinfo=UTC)
SQUARE = shapely.box(141.1, 39.7, 141.2, 39.8)
LINE = shapely.LineString([(141.1, 39.7), (141.2, 39.8)])
NATIONAL = "NO,施設・場所名,住所,洪水,崖崩れ、土石流及び地滑り,地震,緯度,経度,備考"
MUNICIPAL = "NO,名称,住所,緯度,経度,災害種別_洪水,災害種別_地震,想定収容人数"


def bring(file: Path, kind: str, **more: Any) -> tuple[dict[str, Any], Layer]:
    report = import_layer(Request(file=file, kind=kind, name="x", imported_at=AT, **more), file.parent / "layers")
    return report, read_layer(file.parent / "layers" / "x.fgb")


def frame(shape: shapely.Geometry, crs: int = 6668, **columns: Any) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({name: [value] for name, value in columns.items()}, geometry=[shape], crs=crs)


def shapefile(folder: Path, cpg: str | None, encoding: str) -> Path:
    path = folder / "A33-25_03.shp"
    name = "山岸一号" if "jp" in encoding else "山岸①髙"
    frame(SQUARE, A33_001="2", A33_002="1", A33_005=name).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "cpg", ["Shift_JIS", "SJIS", "932", "CP932\r\n", "MS932", "ANSI 932", "Windows-31J", "OEM 932", "", None]
)
def test_cp932_by_all_of_its_names(tmp_path: Path, cpg: str | None) -> None:
    """By the strict meaning of Shift_JIS the characters ① and 髙 would be lost without a word."""
    report, layer = bring(shapefile(tmp_path, cpg, "CP932"), "landslide")
    assert layer.zones[0].facts["name"] == "山岸①髙"
    assert report["findings"] == ([] if cpg else ["no .cpg beside the Shapefile; its texts read as CP932"])


@pytest.mark.parametrize(
    ("cpg", "encoding", "read"),
    [("UTF-8", "CP932", "CP932"), ("CP932", "UTF-8", "UTF-8"), ("ISO-8859-1", "CP932", "CP932")],
)
def test_a_cpg_that_is_wrong(tmp_path: Path, cpg: str, encoding: str, read: str) -> None:
    report, layer = bring(shapefile(tmp_path, cpg, encoding), "landslide")
    assert layer.zones[0].facts["name"] == "山岸①髙"
    assert report["findings"] == [f"the .cpg says {cpg}, the texts are {read} and were read as that"]


def test_other_encodings_are_left_to_the_reader(tmp_path: Path) -> None:
    report, layer = bring(shapefile(tmp_path, "EUC-JP", "euc-jp"), "landslide")
    assert layer.zones[0].facts["name"] == "山岸一号" and report["findings"] == []


def test_bytes_that_are_in_no_encoding_are_believed_to_be_what_is_said() -> None:
    header = bytes(8) + (10).to_bytes(2, "little")
    assert text_encoding(header + b"\x81\x20", "UTF-8") == "UTF-8"
    assert text_encoding(header + b"abc", "ISO-8859-1") is None
    assert text_encoding(header + b"abc") == "UTF-8"
    assert [named_encoding(name) for name in ("utf_8", "shift-jis", "big5")] == ["UTF-8", "CP932", None]


def test_zips_in_a_zip_are_unpacked(tmp_path: Path) -> None:
    """One for each river, as prefectures pack them; several are chosen among as ever."""
    for river in ("北上川", "雫石川"):
        frame(SQUARE, 4326, A31a_202=river, A31a_205=2).to_file(tmp_path / "m.geojson", driver="GeoJSON")
        with zipfile.ZipFile(tmp_path / f"{river}.zip", "w") as archive:
            archive.write(tmp_path / "m.geojson", f"A31a-20-24_03_{river}.geojson")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "北上川.zip", "zip/北上川.zip")
    report, layer = bring(tmp_path / "all.zip", "flood")
    assert (report["written"], layer.zones[0].facts["river"]) == (1, "北上川")
    with zipfile.ZipFile(tmp_path / "all.zip", "a") as archive:
        archive.write(tmp_path / "雫石川.zip", "zip/雫石川.zip")
    with pytest.raises(SourceError, match=r"--member A31a-20-24_03_北上川 \| A31a-20-24_03_雫石川"):
        bring(tmp_path / "all.zip", "flood")
    report, _ = bring(tmp_path / "all.zip", "flood", member="A31a-20-*")
    assert (report["sets"], report["written"]) == (2, 2)


def test_a_damaged_zip_in_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("inner.zip", b"PK\x03\x04 and no more")
    with pytest.raises(SourceError, match=r"all\.zip: cannot be unpacked"):
        bring(tmp_path / "all.zip", "flood")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
@pytest.mark.parametrize(
    ("header", "row", "facts"),
    [
        (NATIONAL, "17,県営運動公園,みたけ,1,,1,39.74,141.12,3階以上", {"code": "17", "hazards": "flood,earthquake"}),
        (MUNICIPAL, "1,城北小,住所,39.74,141.12,○,,1204人", {"capacity": 1204.0, "hazards": "flood"}),
        (MUNICIPAL, "1,城北小,住所,39.74,141.12,○,,約1，200名", {"capacity": 1200.0}),
        (MUNICIPAL, "1,城北小,住所,39.74,141.12,○,,未定", {"capacity": None}),
        (MUNICIPAL.replace("災害種別_", ""), "1,城北小,住所,39.74,141.12,×,○,", {"hazards": "earthquake"}),
        (
            MUNICIPAL.replace("名称", "名称　").replace("洪水", "洪水 "),
            "1,城北小,住所,39.7,141.1,1,,",
            {"hazards": "flood"},
        ),
        (MUNICIPAL.replace(",", "\t"), "1\t城北小\t住所\t39.7\t141.1\t1\t1\t", {"hazards": "flood,earthquake"}),
    ],
)
def test_lists_of_shelters(tmp_path: Path, header: str, row: str, facts: dict[str, Any], encoding: str) -> None:
    file = tmp_path / "shelters.csv"
    file.write_bytes(f"{header}\r\n{row}\r\n".encode(encoding))
    report, layer = bring(file, "shelter")
    assert (report["read"], report["refused"]) == (1, [])
    assert {name: layer.zones[0].facts[name] for name in facts} == facts


def test_a_capacity_below_zero_is_unknown(tmp_path: Path) -> None:
    point = shapely.Point(141.1, 39.7)
    frame(point, P20_002="城北小", P20_005=-1, P20_007=1, P20_009=0).to_file(tmp_path / "p20.gpkg")
    assert bring(tmp_path / "p20.gpkg", "shelter")[1].zones[0].facts["capacity"] is None


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb", "geojson", "gml", "kml", "kmz", "geojsonl"])
def test_polygons_in_several_parts_with_heights(tmp_path: Path, suffix: str) -> None:
    many = shapely.force_3d(shapely.MultiPolygon([SQUARE, shapely.box(141.3, 39.7, 141.4, 39.8)]), 120.0)
    file, data = tmp_path / f"m.{suffix}", frame(many, 4326, A31B_201=3)
    if suffix == "kmz":
        data.to_file(tmp_path / "doc.kml", driver="KML")
        with zipfile.ZipFile(file, "w") as archive:
            archive.write(tmp_path / "doc.kml", "doc.kml")
    elif suffix == "geojsonl":
        file.write_text(json.dumps(json.loads(data.to_json())["features"][0]) + "\n", encoding="utf-8")
    else:
        data.to_file(file, driver="KML" if suffix == "kml" else None)
    report, layer = bring(file, "flood")
    assert (report["read"], report["written"]) == (1, 2)
    assert not any(shapely.has_z(zone.geometry) for zone in layer.zones)
    assert layer.at(141.35, 39.75)[0].facts["depth_rank"] == 3


def test_rivers_in_several_parts(tmp_path: Path) -> None:
    parts = shapely.MultiLineString([[(141.1, 39.7), (141.2, 39.8)], [(141.2, 39.8), (141.3, 39.9)]])
    file = tmp_path / "W05-07_03-g_Stream.shp"
    frame(parts, W05_001="820204", W05_002="8202040494", W05_003="1", W05_004="中津川").to_file(file)
    file.with_suffix(".prj").unlink()
    report, layer = bring(file, "river", crs="EPSG:4612")
    assert (report["read"], report["written"], layer.zones[1].facts["name"]) == (1, 2, "中津川")


def test_openstreetmap_as_it_is_downloaded(tmp_path: Path) -> None:
    file = tmp_path / "m.osm"
    tags = '<tag k="highway" v="primary"/><tag k="name" v="国道4号"/><tag k="bridge" v="yes"/><tag k="ref" v="4"/>'
    nodes = '<node id="1" lat="39.7" lon="141.1"/><node id="2" lat="39.71" lon="141.11"/>'
    way = f'<way id="5"><nd ref="1"/><nd ref="2"/>{tags}</way>'
    file.write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{way}</osm>', encoding="utf-8")
    with pytest.raises(SourceError, match=r"several data sets.*--member lines \|"):
        bring(file, "road")
    _, layer = bring(file, "road", member="lines")
    facts = layer.zones[0].facts
    assert (facts["road_class"], facts["state"], facts["ref"], facts["name"]) == (
        "prefectural",
        "bridge",
        "4",
        "国道4号",
    )


@pytest.mark.parametrize(
    ("value", "rank"), [(0.01, 1), (0.499, 1), (0.5, 2), (2.99, 2), (3.0, 3), (19.9, 5), (20.0, 6), ("2.3", 2)]
)
def test_depths_in_metres(tmp_path: Path, value: object, rank: int) -> None:
    frame(SQUARE, 最大浸水深=value).to_file(tmp_path / "m.gpkg")
    facts = {"return_period_years": "30", "river": "北上川"}
    _, layer = bring(tmp_path / "m.gpkg", "flood", mapping={"depth_m": "最大浸水深"}, facts=facts)
    zone = layer.zones[0].facts
    assert (zone["depth_rank"], zone["depth_m"]) == (rank, float(str(value)))
    assert (zone["scenario"], zone["return_period_years"], zone["river"]) == ("frequency", 30, "北上川")


def test_depths_in_words_and_cells_without_water(tmp_path: Path) -> None:
    frame(SQUARE, 浸水深="0.5～3.0m未満").to_file(tmp_path / "m.gpkg")
    _, layer = bring(tmp_path / "m.gpkg", "flood", mapping={"depth_words": "浸水深"})
    assert (layer.zones[0].facts["depth_rank"], layer.zones[0].facts["depth_max_m"]) == (2, 3.0)
    (tmp_path / "m.csv").write_text(
        "メッシュコード,浸水深\n5941414212,1.2\n5941414213,0\n5941414214,\n", encoding="cp932"
    )
    report, _ = bring(tmp_path / "m.csv", "flood", mapping={"depth_m": "浸水深"})
    assert (report["written"], report["refused"]) == (
        1,
        [{"reason": "no depth of water", "count": 2, "features": [2, 3]}],
    )


@pytest.mark.parametrize(
    ("phenomenon", "zone", "facts"),
    [
        ("急傾斜地の崩壊", "土砂災害警戒区域", ("steep_slope", "yellow")),
        ("土石流", "特別警戒区域", ("debris_flow", "red")),
        ("地すべり", "土砂災害特別警戒区域", ("landslide", "red")),
        (1.0, "2", ("steep_slope", "red")),
    ],
)
def test_landslides_in_words(tmp_path: Path, phenomenon: object, zone: object, facts: tuple[str, str]) -> None:
    frame(SQUARE, 現象=phenomenon, 区域=zone).to_file(tmp_path / "m.gpkg")
    _, layer = bring(tmp_path / "m.gpkg", "landslide", mapping={"phenomenon": "現象", "zone": "区域"})
    assert (layer.zones[0].facts["phenomenon"], layer.zones[0].facts["zone"]) == facts


@pytest.mark.parametrize("kind", ["flood", "landslide", "shelter", "boundary", "river", "population"])
def test_a_foreign_schema_is_refused_with_the_hint(tmp_path: Path, kind: str) -> None:
    shape = {"shelter": shapely.Point(141.1, 39.7), "river": LINE}.get(kind, SQUARE)
    frame(shape, fukasa=2, bikou="x").to_file(tmp_path / "m.gpkg")
    with pytest.raises(SchemaError, match=rf"no known schema of kind {kind}; columns found: bikou, fukasa; .*--map "):
        bring(tmp_path / "m.gpkg", kind)
