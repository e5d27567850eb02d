"""Importing hazard maps: real files of every format, written here, read back and asked."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from geo.crs import CrsError
from geo.layers.archive import SourceError
from geo.layers.importing import Request, import_layer
from geo.layers.layer import read_layer
from geo.layers.recognise import SchemaError

AT = datetime(2026, 8, 1, tzinfo=UTC)
BOW_TIE = shapely.Polygon([(141.2, 39.7), (141.3, 39.8), (141.3, 39.7), (141.2, 39.8)])
SQUARE = shapely.box(141.0, 39.7, 141.1, 39.8)
TWO = shapely.MultiPolygon([shapely.box(141.4, 39.7, 141.41, 39.71), shapely.box(141.42, 39.7, 141.43, 39.71)])


def frame(crs: object = 6668, **columns: list[Any]) -> geopandas.GeoDataFrame:
    shapes = [SQUARE, BOW_TIE, TWO]
    return geopandas.GeoDataFrame(columns or {"A31b_201": [1, 2, 3]}, geometry=shapes, crs=crs)


def bring(file: Path, folder: Path, kind: str = "flood", **more: Any) -> dict[str, Any]:
    return import_layer(Request(file=file, kind=kind, imported_at=AT, **more), folder)


@pytest.mark.parametrize(
    ("name", "driver"),
    [
        ("m.shp", "ESRI Shapefile"),
        ("m.geojson", "GeoJSON"),
        ("m.gpkg", "GPKG"),
        ("m.fgb", "FlatGeobuf"),
        ("m.gml", "GML"),
        ("m.parquet", ""),
    ],
)
def test_every_format_gives_the_same_layer(tmp_path: Path, name: str, driver: str) -> None:
    file = tmp_path / name
    if driver:
        frame(4326 if driver == "GeoJSON" else 6668).to_file(file, driver=driver)
    else:
        frame().to_parquet(file)
    report = bring(file, tmp_path / "layers", name="m")
    assert (report["read"], report["repaired"], report["written"], report["refused"]) == (3, 1, 5, [])
    assert report["schema"] == "A31b maximum"
    assert report["crs"]["to"] == "EPSG:6668"
    layer = read_layer(tmp_path / "layers" / "m.fgb")
    assert len(layer.zones) == 5
    assert all(zone.geometry.geom_type == "Polygon" and zone.geometry.is_valid for zone in layer.zones)
    assert [zone.facts["depth_rank"] for zone in layer.at(141.05, 39.75)] == [1]
    assert [zone.facts["depth_rank"] for zone in layer.at(141.22, 39.75)] == [2]
    assert [zone.facts["depth_rank"] for zone in layer.at(141.425, 39.705)] == [3]
    assert layer.at(141.415, 39.705) == []


def test_the_note_beside_the_layer(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "A31b-20-23_10_5941.fgb", driver="FlatGeobuf")
    bring(tmp_path / "A31b-20-23_10_5941.fgb", tmp_path / "layers")
    note = json.loads((tmp_path / "layers" / "a31b-20-23_10_5941.json").read_text(encoding="utf-8"))
    assert note["imported_at"] == "2026-08-01T00:00:00+00:00"
    assert note["credit"].startswith("「国土数値情報（洪水浸水想定区域データ）」")
    assert len(note["sha256"]) == 64
    assert sorted(path.name for path in (tmp_path / "layers").iterdir()) == [
        "a31b-20-23_10_5941.fgb",
        "a31b-20-23_10_5941.json",
    ]


def test_only_the_zones_at_a_point_are_read(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "m.fgb", driver="FlatGeobuf")
    bring(tmp_path / "m.fgb", tmp_path / "layers")
    part = read_layer(tmp_path / "layers" / "m.fgb", at=(141.05, 39.75))
    assert [zone.facts["depth_rank"] for zone in part.zones] == [1]
    assert read_layer(tmp_path / "layers" / "m.fgb", at=(140.0, 39.0)).zones == []


def test_a_second_import_replaces_the_first(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "m.fgb", driver="FlatGeobuf")
    bring(tmp_path / "m.fgb", tmp_path / "layers", name="x")
    frame(A31b_201=[5, 5, 5]).to_file(tmp_path / "n.fgb", driver="FlatGeobuf")
    bring(tmp_path / "n.fgb", tmp_path / "layers", name="x")
    assert {zone.facts["depth_rank"] for zone in read_layer(tmp_path / "layers" / "x.fgb").zones} == {5}


def test_what_cannot_be_used_is_counted_with_the_reason(tmp_path: Path) -> None:
    shapes = [SQUARE, SQUARE, None, shapely.LineString([(141, 39.7), (141.1, 39.8)]), SQUARE]
    data = geopandas.GeoDataFrame({"A31b_201": [1, 9, 1, 1, 0]}, geometry=shapes, crs=6668)
    data.to_file(tmp_path / "m.gpkg", driver="GPKG")
    report = bring(tmp_path / "m.gpkg", tmp_path / "layers")
    reasons = {one["reason"]: one["features"] for one in report["refused"]}
    assert reasons == {
        "depth rank 9 is not in 1–6": [2],
        "no geometry, or one that cannot be read": [3],
        "a LineString is no area": [4],
        "depth rank 0 is not in 1–6": [5],
    }
    assert report["read"] == report["written"] + sum(one["count"] for one in report["refused"])


def test_nothing_usable_is_an_error_and_changes_nothing(tmp_path: Path) -> None:
    frame(A31b_201=[0, 0, 0]).to_file(tmp_path / "m.fgb", driver="FlatGeobuf")
    with pytest.raises(SourceError, match="no usable area among 3 features"):
        bring(tmp_path / "m.fgb", tmp_path / "layers")
    assert not (tmp_path / "layers").exists()


def landslides(tmp_path: Path, encoding: str) -> Path:
    columns = {"A33_001": [1, 2, 3], "A33_002": [1, 2, 3], "A33_005": ["山岸一号", "加賀野の沢", "岩山"]}
    folder = tmp_path / "A33"
    folder.mkdir()
    frame(**columns).to_file(folder / "A33-25_03.shp", driver="ESRI Shapefile", encoding=encoding)
    (folder / "A33-25_03.cpg").unlink()
    return folder


@pytest.mark.parametrize("encoding", ["CP932", "UTF-8"])
def test_a_zipped_shapefile_without_cpg(tmp_path: Path, encoding: str) -> None:
    folder = landslides(tmp_path, encoding)
    (folder / "KS-META-A33-25_03.xml").write_text("<m/>", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "A33-25_03_SHP.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"A33-25_03_SHP\\{path.name}")
    report = bring(tmp_path / "A33-25_03_SHP.zip", tmp_path / "layers", kind="landslide", name="a33")
    assert report["findings"] == [f"no .cpg beside the Shapefile; its texts read as {encoding}"]
    zone = read_layer(tmp_path / "layers" / "a33.fgb").at(141.05, 39.75)[0]
    assert zone.facts["name"] == "山岸一号"
    assert (zone.facts["phenomenon"], zone.facts["zone"]) == ("steep_slope", "yellow")


class OldName(zipfile.ZipInfo):
    """A member whose name stands in CP932 without the flag of UTF-8, as Japanese Windows writes it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp932"), self.flag_bits & ~0x800


@pytest.mark.parametrize("info", [OldName("..\\..\\浸水\\想定.geojson"), zipfile.ZipInfo("../../浸水/想定.geojson")])
def test_japanese_member_names_and_paths_that_climb_out(tmp_path: Path, info: zipfile.ZipInfo) -> None:
    frame(4326).to_file(tmp_path / "m.geojson", driver="GeoJSON")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(info, (tmp_path / "m.geojson").read_bytes())
    assert bring(tmp_path / "z.zip", tmp_path / "layers", member="想定")["written"] == 5
    assert not list(tmp_path.parent.glob("**/想定.geojson"))


def test_a_zip_of_several_kinds_is_never_merged(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for name, column in (("A31b-10-23", "A31b_101"), ("A31b-20-23", "A31b_201")):
            frame(4326, **{column: [1, 2, 3]}).to_file(tmp_path / f"{name}.geojson", driver="GeoJSON")
            archive.write(tmp_path / f"{name}.geojson", f"{name}/{name}.geojson")
    with pytest.raises(SourceError, match=r"--member A31b-10-23 \| A31b-20-23"):
        bring(tmp_path / "z.zip", tmp_path / "layers")
    with pytest.raises(SourceError, match="holds no 'x'"):
        bring(tmp_path / "z.zip", tmp_path / "layers", member="x")
    report = bring(tmp_path / "z.zip", tmp_path / "layers", member="A31b-20-23")
    assert report["schema"] == "A31b maximum"


def test_no_prj_is_an_error(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "m.shp", driver="ESRI Shapefile")
    (tmp_path / "m.prj").unlink()
    with pytest.raises(CrsError, match=r"m\.shp: no coordinate system"):
        bring(tmp_path / "m.shp", tmp_path / "layers")


def test_old_datums(tmp_path: Path) -> None:
    frame(4612).to_file(tmp_path / "old.shp", driver="ESRI Shapefile")
    assert "JGD2000" in bring(tmp_path / "old.shp", tmp_path / "layers")["findings"][-1]
    frame(4301).to_file(tmp_path / "older.shp", driver="ESRI Shapefile")
    with pytest.raises(CrsError, match="Tokyo"):
        bring(tmp_path / "older.shp", tmp_path / "layers")


def test_metres_come_back_as_degrees(tmp_path: Path) -> None:
    frame().to_crs(6678).to_file(tmp_path / "m.gpkg", driver="GPKG")
    bring(tmp_path / "m.gpkg", tmp_path / "layers")
    assert len(read_layer(tmp_path / "layers" / "m.fgb").at(141.05, 39.75)) == 1


def test_what_is_no_map_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.gpkg").write_text("hello", encoding="utf-8")
    with pytest.raises(SourceError, match=r"m\.gpkg: cannot be read"):
        bring(tmp_path / "m.gpkg", tmp_path / "layers")
    with pytest.raises(SourceError, match="no such file"):
        bring(tmp_path / "none.shp", tmp_path / "layers")
    (tmp_path / "bad.parquet").write_text("hello", encoding="utf-8")
    with pytest.raises(SourceError, match=r"bad\.parquet: cannot be read"):
        bring(tmp_path / "bad.parquet", tmp_path / "layers")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(SourceError, match=r"z\.zip: holds none of"):
        bring(tmp_path / "z.zip", tmp_path / "layers")


def test_an_unknown_schema_and_a_name_that_is_none(tmp_path: Path) -> None:
    frame(depth=[1, 2, 3]).to_file(tmp_path / "m.fgb", driver="FlatGeobuf")
    with pytest.raises(SchemaError, match="columns found: depth"):
        bring(tmp_path / "m.fgb", tmp_path / "layers")
    assert bring(tmp_path / "m.fgb", tmp_path / "layers", mapping={"depth_rank": "depth"})["schema"] == "mapped"
    with pytest.raises(SourceError, match="cannot be a layer's name"):
        bring(tmp_path / "m.fgb", tmp_path / "layers", name="../x")


def packed(tmp_path: Path, members: dict[str, Path]) -> Path:
    file = tmp_path / "z.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name, path in members.items():
            archive.write(path, name)
    return file


def test_two_folders_of_one_name_are_two_data_sets(tmp_path: Path) -> None:
    for name, rank in (("a", 1), ("b", 5)):
        frame(4326, A31b_201=[rank] * 3).to_file(tmp_path / f"{name}.geojson", driver="GeoJSON")
    file = packed(tmp_path, {f"{n}/m.geojson": tmp_path / f"{n}.geojson" for n in "ab"})
    with pytest.raises(SourceError, match=r"several data sets.*--member a/m \| b/m"):
        bring(file, tmp_path / "layers")
    bring(file, tmp_path / "layers", member="b/m", name="x")
    assert {zone.facts["depth_rank"] for zone in read_layer(tmp_path / "layers" / "x.fgb").zones} == {5}


def test_the_ministrys_twin_folders_are_one_data_set(tmp_path: Path) -> None:
    (tmp_path / "j.geojson").write_text("{}", encoding="cp932")
    frame(4326).to_file(tmp_path / "u.geojson", driver="GeoJSON")
    names = {"A33/UTF-8/m.geojson": "u", "A33/Shift-JIS/m.geojson": "j", "__MACOSX/._m.geojson": "j", ".x.geojson": "j"}
    file = packed(tmp_path, {name: tmp_path / f"{stem}.geojson" for name, stem in names.items()})
    assert bring(file, tmp_path / "layers")["written"] == 5


@pytest.mark.parametrize("zipped", [False, True])
def test_a_geopackage_of_several_layers_is_never_merged(tmp_path: Path, zipped: bool) -> None:
    for layer, rank in (("planned", 1), ("maximum", 4)):
        frame(A31b_201=[rank] * 3).to_file(tmp_path / "m.gpkg", layer=layer, driver="GPKG")
    file = packed(tmp_path, {"m.gpkg": tmp_path / "m.gpkg"}) if zipped else tmp_path / "m.gpkg"
    with pytest.raises(SourceError, match=r"--member maximum \| planned"):
        bring(file, tmp_path / "layers")
    with pytest.raises(SourceError, match="holds no 'x'"):
        bring(file, tmp_path / "layers", member="x")
    bring(file, tmp_path / "layers", member="maximum", name="x")
    assert {zone.facts["depth_rank"] for zone in read_layer(tmp_path / "layers" / "x.fgb").zones} == {4}


def test_a_member_of_a_file_with_one_data_set(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "m.fgb", driver="FlatGeobuf")
    assert bring(tmp_path / "m.fgb", tmp_path / "layers", member="m")["written"] == 5
    with pytest.raises(SourceError, match="holds no 'x'; it holds one data set"):
        bring(tmp_path / "m.fgb", tmp_path / "layers", member="x")


@pytest.mark.parametrize("suffix", ["shx", "dbf"])
def test_a_shapefile_must_be_whole(tmp_path: Path, suffix: str) -> None:
    frame().to_file(tmp_path / "m.shp", driver="ESRI Shapefile")
    (tmp_path / f"m.{suffix}").unlink()
    with pytest.raises(SourceError, match=rf"m\.{suffix} is missing beside m\.shp"):
        bring(tmp_path / "m.shp", tmp_path / "layers")


def test_a_shapefile_in_capitals(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "m.shp", driver="ESRI Shapefile")
    file = packed(
        tmp_path, {f"M.{suffix.upper()}": tmp_path / f"m.{suffix}" for suffix in ("shp", "shx", "dbf", "prj")}
    )
    assert bring(file, tmp_path / "layers")["written"] == 5


def test_a_damaged_zip(tmp_path: Path) -> None:
    frame(4326).to_file(tmp_path / "m.geojson", driver="GeoJSON")
    file = packed(tmp_path, {"m.geojson": tmp_path / "m.geojson"})
    content = bytearray(file.read_bytes())
    content[60] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(SourceError, match="cannot be unpacked: Bad CRC"):
        bring(file, tmp_path / "layers")


def test_what_the_reader_complains_of_is_a_finding(tmp_path: Path) -> None:
    ring = [[141.1, 39.7, 1], [141.2, 39.7, 1], [141.2, 39.8, 1], [141.1, 39.7, 2]]  # closed but for its height
    feature = {"type": "Feature", "properties": {"A31b_201": 1}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (tmp_path / "m.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    report = bring(tmp_path / "m.geojson", tmp_path / "layers")
    assert report["written"] == 1
    assert "Non closed ring" in report["findings"][0]


def test_the_rivers_of_one_kind_come_in_together(tmp_path: Path) -> None:
    members = {}
    for river, rank in (("01", 1), ("02", 4)):
        for sub, column in (("10", "A31a_105"), ("20", "A31a_205")):
            name = f"A31a-{sub}-25_03_{river}"
            frame(4326, **{column: [rank] * 3, f"A31a_{sub[0]}02": [f"川{river}"] * 3}).to_file(
                tmp_path / f"{name}.geojson"
            )
            members[f"{sub}/{name}.geojson"] = tmp_path / f"{name}.geojson"
    file = packed(tmp_path, members)
    report = bring(file, tmp_path / "layers", member="A31a-20-*", name="x")
    assert (report["sets"], report["read"], report["written"], report["schema"]) == (2, 6, 10, "A31a maximum")
    zones = read_layer(tmp_path / "layers" / "x.fgb").at(141.05, 39.75)
    assert sorted((zone.facts["river"], zone.facts["depth_rank"]) for zone in zones) == [("川01", 1), ("川02", 4)]
    with pytest.raises(SourceError, match="two questions do not go into one layer"):
        bring(file, tmp_path / "layers", member="A31a-*", name="x")
    with pytest.raises(SourceError, match=r"holds no 'A31b-\*'; choose --member"):
        bring(file, tmp_path / "layers", member="A31b-*")


def test_what_is_far_from_the_city_is_left_out_and_counted(tmp_path: Path) -> None:
    shapes = [SQUARE, BOW_TIE, None, SQUARE]
    data = geopandas.GeoDataFrame({"A31b_201": [1, 2, 3, 9]}, geometry=shapes, crs=6668)
    data.to_file(tmp_path / "m.gpkg", driver="GPKG")
    land = shapely.Point(141.05, 39.75).buffer(0.1)
    report = bring(tmp_path / "m.gpkg", tmp_path / "layers", within=land)
    assert (report["read"], report["outside"], report["written"]) == (4, 1, 1)
    assert {one["reason"]: one["features"] for one in report["refused"]} == {
        "no geometry, or one that cannot be read": [3],
        "depth rank 9 is not in 1–6": [4],
    }
