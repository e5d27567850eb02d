"""Every kind of layer: a row as the data set really spells it, through every format that people deliver."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from geo.layers.attributes import UnreadableError
from geo.layers.importing import Request, import_layer
from geo.layers.kinds.registry import KINDS
from geo.layers.layer import read_layer
from geo.layers.recognise import SchemaError, recognise
from geo.layers.schema import Shape

AT = datetime(2026, 8, 1, tzinfo=UTC)
SHAPES = {
    Shape.AREA: shapely.box(141.1, 39.7, 141.2, 39.8),
    Shape.LINE: shapely.LineString([(141.1, 39.7), (141.15, 39.72), (141.2, 39.8)]),
    Shape.POINT: shapely.Point(141.1, 39.7),
}
EMERGENCY = {
    "NO": 9841,
    "共通ID": "E0320100002201",
    "施設・場所名": "県営運動公園",
    "住所": "みたけ1-10-1",
    "洪水": "",
    "崖崩れ、土石流及び地滑り": "",
    "地震": "1",
    "大規模な火事": "1",
    "備考": "洪水は建物3階以上",
}
# (kind, schema, columns as found, some of the facts)
ROWS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("flood", "A31b maximum", {"A31b_201": 3}, {"depth_rank": 3, "scenario": "maximum"}),
    (
        "flood",
        "A31a maximum",
        {"A31a_201": "8202040001", "A31a_202": "北上川", "A31a_203": "1", "A31a_204": "国", "A31a_205": 2},
        {"depth_rank": 2, "river": "北上川", "depth_max_m": 3.0},
    ),
    ("flood", "A31 planned", {"A31_101": "4", "A31_102": "2018/3/30"}, {"depth_rank": 4, "scenario": "planned"}),
    ("flood", "A31 of 2012", {"A31_001": 26, "A31_002": "岩手県"}, {"depth_rank": 3, "depth_min_m": 4.0}),
    ("flood_duration", "A31a duration", {"A31a_302": "雫石川", "A31a_305": 7}, {"duration_rank": 7, "river": "雫石川"}),
    ("flood_collapse", "A31b collapse", {"A31b_401": 3}, {"collapse_class": 3}),
    (
        "landslide",
        "A33",
        {"A33_001": 2, "A33_002": 2, "A33_005": "山岸の沢", "A33_007": "2018-03-30"},
        {"phenomenon": "debris_flow", "zone": "red", "name": "山岸の沢", "designated": "2018-03-30"},
    ),
    (
        "inland_flood",
        "A51",
        {"A51_001": "岩手県", "A51_003": "盛岡市", "A51_004": "03201", "A51_005": "0.5m以上1m未満"},
        {"depth_rank": 2, "depth_min_m": 0.5, "depth_max_m": 1.0, "place": "盛岡市"},
    ),
    (
        "tsunami",
        "A40",
        {"A40_001": "岩手県", "A40_002": 3, "A40_003": "1.0m以上 ～ 2.0m未満"},
        {"depth_rank": 2, "depth_min_m": 1.0, "place": "岩手県"},
    ),
    ("storm_surge", "A49", {"A49_001": "宮城県", "A49_003": "3m以上5m未満"}, {"depth_rank": 3}),
    (
        "shelter",
        "national list of emergency sites",
        EMERGENCY,
        {"designation": "emergency", "hazards": "earthquake,fire", "note": "洪水は建物3階以上"},
    ),
    (
        "shelter",
        "national list of emergency sites",
        {**{k: v for k, v in EMERGENCY.items() if "崖" not in k}, "崖崩、土石流及び地滑": "1"},
        {"hazards": "landslide,earthquake,fire"},
    ),
    (
        "shelter",
        "national list of evacuation centres",
        {
            "共通ID": "E0320100003111",
            "施設・場所名": "城北小学校",
            "指定緊急避難場所との住所同一": "1",
            "受入対象者": "",
        },
        {"designation": "evacuation", "code": "E0320100003111", "hazards": ""},
    ),
    (
        "shelter",
        "municipal open data",
        {"ID": "7", "名称": "城北小学校", "災害種別_洪水": "1", "災害種別_地震": "○", "想定収容人数": "1,204"},
        {"hazards": "flood,earthquake", "capacity": 1204.0, "code": "7"},
    ),
    (
        "shelter",
        "tiles of the survey authority",
        {
            "commonid": "E1",
            "name": "城北小学校",
            "address": "岩手県盛岡市",
            "disaster1": 1,
            "disaster4": None,
            "remarks": "2階",
        },
        {"code": "E1", "hazards": "flood", "note": "2階"},
    ),
    (
        "shelter",
        "P20 of 2012",
        {"P20_001": "03201", "P20_002": "城北小", "P20_005": -1, "P20_007": 1, "P20_009": 0},
        {"designation": "superseded", "hazards": "earthquake"},
    ),
    (
        "boundary",
        "N03",
        {"N03_001": "岩手県", "N03_003": "岩手郡", "N03_004": "雫石町", "N03_007": "03301"},
        {"code": "03301", "name": "雫石町", "county": "岩手郡"},
    ),
    (
        "boundary",
        "N03",
        {"N03_001": "宮城県", "N03_004": "仙台市", "N03_005": "青葉区", "N03_007": "04101"},
        {"code": "04101", "name": "仙台市青葉区"},
    ),
    (
        "boundary",
        "census small areas",
        {"KEY_CODE": "032010010", "S_NAME": "内丸", "PREF_NAME": "岩手県"},
        {"code": "032010010", "name": "内丸"},
    ),
    (
        "forecast_area",
        "JMA areas",
        {"regioncode": "0320100", "regionname": "盛岡市"},
        {"code": "0320100", "reading": None},
    ),
    ("forecast_area", "JMA areas", {"code": "030010", "name": "内陸", "namekana": "ないりく"}, {"reading": "ないりく"}),
    (
        "population",
        "census small areas",
        {"KEY_CODE": "032010010", "S_NAME": "内丸", "JINKO": 120, "SETAI": 60},
        {"people": 120.0, "households": 60.0, "name": "内丸"},
    ),
    ("population", "mesh estimate, 2020", {"MESH_ID": 594141421, "PTN_2020": 812.5}, {"people": 812.5, "year": 2020}),
    ("population", "A16", {"A16_001": 1, "A16_003": "盛岡市", "A16_005": 231000}, {"people": 231000.0}),
    (
        "river",
        "W05",
        {"W05_001": "820204", "W05_002": "8202040494", "W05_003": "5", "W05_004": "中津川"},
        {"code": "8202040494", "section": "national", "lake": True, "name": "中津川"},
    ),
    ("river", "W05", {"W05_002": "8202040001", "W05_003": "2", "W05_004": "名称不明"}, {"name": None, "lake": False}),
    (
        "plow_road",
        "N13",
        {"N13_003": 3, "N13_004": 2},
        {"road_class": "municipal", "administrator": "city", "bridge": True, "oneway": False},
    ),
    (
        "plow_road",
        "OpenStreetMap (highway)",
        {"highway": "trunk", "oneway": "yes", "osm_id": "w1"},
        {"administrator": "nation", "oneway": True, "id": "w1"},
    ),
    ("plow_road", "OpenStreetMap (fclass)", {"fclass": "primary", "oneway": "B"}, {"oneway": False}),
    ("plow_road", "shirase", {"road_class": "municipal", "shade": "1"}, {"shade": True, "sidewalk": ""}),
    (
        "road",
        "N13",
        {"N13_002": "1", "N13_003": "2", "N13_004": "4", "N13_006": "3"},
        {"road_class": "prefectural", "state": "snow_shelter", "width_min_m": 5.5, "width_max_m": 13.0},
    ),
    (
        "road",
        "N10",
        {"N10_002": 1, "N10_003": 3, "N10_004": "一般国道4号"},
        {"road_class": "national", "emergency_rank": 1, "name": "一般国道4号"},
    ),
    (
        "road",
        "OpenStreetMap (highway)",
        {"highway": "trunk_link", "name": "盛岡バイパス", "bridge": "viaduct"},
        {"road_class": "national", "state": "bridge", "highway": "trunk_link"},
    ),
    (
        "road",
        "OpenStreetMap (fclass)",
        {"fclass": "residential", "bridge": "F", "tunnel": "T", "ref": ""},
        {"road_class": "municipal", "state": "tunnel", "ref": None},
    ),
    (
        "gauge",
        "river gauges",
        {"code": "8200000091", "name": "北上川 138.0k", "startLevel": 1.5, "floodLevel": None},
        {"start_m": 1.5, "flood_m": None},
    ),
    ("weather_station", "weather stations", {"code": "33431", "name": "盛岡", "alt": 155}, {"altitude_m": 155.0}),
    ("camera", "river cameras", {"id": "100513045", "name": "島守橋"}, {"code": "100513045"}),
    ("town", "towns", {"town": "上田", "koaza": "松屋敷"}, {"name": "上田", "part": "松屋敷"}),
]
IDS = [f"{kind}-{schema}-{i}" for i, (kind, schema, _, _) in enumerate(ROWS)]
# What a Shapefile can hold: names of ten bytes in CP932.
NAMES = [row for row in ROWS if all(column.isidentifier() for column in row[2])]  # and GML: elements of XML
SHORT = [row for row in ROWS if all(len(column.encode("cp932")) <= 10 for column in row[2])]


@pytest.mark.parametrize(("kind", "schema", "row", "facts"), ROWS, ids=IDS)
def test_a_row_of_each_generation(kind: str, schema: str, row: dict[str, Any], facts: dict[str, Any]) -> None:
    fitted = recognise(kind, row)
    assert fitted.name == schema
    assert facts.items() <= fitted.facts(row).items()


def test_every_kind_has_its_rows() -> None:
    assert {kind for kind, _, _, _ in ROWS} == KINDS.keys()
    told = {(kind, schema) for kind, schema, _, _ in ROWS}
    silent = {(kind.name, s.name) for kind in KINDS.values() for s in kind.schemas} - told
    silent = {(kind, name) for kind, name in silent if "GML" not in name}  # those stand in test_jpgis
    # The rest differ by the letters of their columns only, and stand in test_recognise.
    assert {name for _, name in silent} == {
        "shirase",
        "shirase, depth_m",
        "shirase, depth_words",
        "A31b planned",
        "A31a planned",
        "A31 maximum",
        "A31b duration",
        "A31 duration",
        "A31a collapse",
        "A31 collapse",
        "mesh estimate, 2015",
    }


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_told_in_the_docs(name: str) -> None:
    assert f"`{name}`" in (Path(__file__).parents[3] / "docs" / "layers.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "row", "says"),
    [
        ("boundary", {"N03_001": "岩手県", "N03_004": "所属未定地", "N03_007": None}, "municipality code is missing"),
        ("forecast_area", {"code": "盛岡", "name": "盛岡市"}, "not a code of digits"),
        ("inland_flood", {"A51_005": "深い"}, "is no range"),
        ("population", {"KEY_CODE": "1", "JINKO": None}, "number of people is missing"),
        ("river", {"W05_002": "82020400011", "W05_003": 1}, "more than ten digits"),
        ("river", {"W05_002": "8202040001", "W05_003": 9}, "section class 9"),
        ("road", {"N13_003": 7, "N13_004": 1}, "road class 7"),
        ("road", {"N13_003": 1, "N13_004": 1, "N13_006": 9}, "width class 9"),
        ("road", {"highway": ""}, "tag highway is missing"),
        ("shelter", {**EMERGENCY, "洪水": "3階"}, "neither a tick nor empty"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(kind: str, row: dict[str, Any], says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        recognise(kind, row).facts(row)


def deliver(folder: Path, row: dict[str, Any], shape: shapely.Geometry, how: str) -> Path:
    """One feature as a city may send it: ``how`` is the suffix, of the data set alone or of the one in a zip."""
    frame = geopandas.GeoDataFrame([row], geometry=[shape], crs=4326 if how.endswith("geojson") else 6668)
    suffix = how.removeprefix("zip/")
    inner = folder / "inner"
    inner.mkdir()
    file = inner / f"daten.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(file)
    elif suffix == "shp":
        frame.to_file(file, driver="ESRI Shapefile", encoding="CP932")
        file.with_suffix(".cpg").unlink()
    else:
        drivers = {"geojson": "GeoJSON", "gml": "GML", "gpkg": "GPKG", "fgb": "FlatGeobuf"}
        frame.to_file(file, driver=drivers[suffix])
    if not how.startswith("zip/"):
        return file
    packed = folder / "daten.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in inner.iterdir():
            archive.write(path, f"データ\\{path.name}".encode("cp932").decode("cp437"))
    return packed


def bring(file: Path, folder: Path, kind: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    report = import_layer(Request(file=file, kind=kind, name="x", imported_at=AT), folder)
    return report, [dict(zone.facts) for zone in read_layer(folder / "x.fgb").zones]


@pytest.mark.parametrize(("kind", "schema", "row", "facts"), SHORT)
def test_zipped_shapefiles_in_cp932(
    tmp_path: Path, kind: str, schema: str, row: dict[str, Any], facts: dict[str, Any]
) -> None:
    report, zones = bring(deliver(tmp_path, row, SHAPES[KINDS[kind].shape], "zip/shp"), tmp_path / "layers", kind)
    assert (report["schema"], report["written"], report["refused"]) == (schema, 1, [])
    assert facts.items() <= zones[0].items()


@pytest.mark.parametrize("how", ["geojson", "gpkg", "fgb", "parquet"])
@pytest.mark.parametrize("at", range(len(ROWS)), ids=IDS)
def test_every_other_format(tmp_path: Path, at: int, how: str) -> None:
    kind, schema, row, facts = ROWS[at]
    report, zones = bring(deliver(tmp_path, row, SHAPES[KINDS[kind].shape], how), tmp_path / "layers", kind)
    assert (report["schema"], report["written"], report["refused"]) == (schema, 1, [])
    assert facts.items() <= zones[0].items()


@pytest.mark.parametrize("how", ["gml", "zip/gml"])
@pytest.mark.parametrize(("kind", "schema", "row", "facts"), NAMES)
def test_gml(tmp_path: Path, kind: str, schema: str, row: dict[str, Any], facts: dict[str, Any], how: str) -> None:
    report, zones = bring(deliver(tmp_path, row, SHAPES[KINDS[kind].shape], how), tmp_path / "layers", kind)
    assert (report["schema"], report["written"], report["refused"]) == (schema, 1, [])
    assert facts.items() <= zones[0].items()


@pytest.mark.parametrize("how", ["shp", "zip/geojson", "zip/gml", "zip/gpkg", "zip/fgb", "zip/parquet"])
def test_packed_or_not(tmp_path: Path, how: str) -> None:
    row = {"A33_001": 1, "A33_002": 2, "A33_005": "山岸一号"}
    report, zones = bring(deliver(tmp_path, row, SHAPES[Shape.AREA], how), tmp_path / "layers", "landslide")
    assert (report["written"], zones[0]["name"]) == (1, "山岸一号")


@pytest.mark.parametrize("kind", KINDS)
def test_a_foreign_schema_is_refused_with_the_way_out(tmp_path: Path, kind: str) -> None:
    file = deliver(tmp_path, {"foo": 1, "深さ": "x"}, SHAPES[KINDS[kind].shape], "geojson")
    with pytest.raises(
        SchemaError, match=rf"no known schema of kind {kind}; columns found: foo, 深さ; .*--map \w+=COLUMN"
    ):
        bring(file, tmp_path / "layers", kind)
    assert not (tmp_path / "layers").exists()


@pytest.mark.parametrize(
    ("kind", "shape", "says"),
    [("road", Shape.AREA, "a Polygon is no line"), ("shelter", Shape.LINE, "a LineString is no point")],
)
def test_another_shape_than_the_kind_has(tmp_path: Path, kind: str, shape: Shape, says: str) -> None:
    row = {"highway": "trunk"} if kind == "road" else EMERGENCY
    with pytest.raises(ValueError, match=says):
        bring(deliver(tmp_path, row, SHAPES[shape], "geojson"), tmp_path / "layers", kind)


@pytest.mark.parametrize(
    ("kind", "row", "credit"),
    [
        ("road", {"highway": "trunk"}, "© OpenStreetMap contributors (ODbL 1.0)"),
        ("road", {"N13_003": 1, "N13_004": 1}, "「国土数値情報（道路データ）」（国土交通省）を加工して作成"),
        ("road", {"road_class": "national"}, ""),
    ],
)
def test_the_source_is_credited_and_an_unknown_one_is_asked_for(
    tmp_path: Path, kind: str, row: dict[str, Any], credit: str
) -> None:
    report, _ = bring(deliver(tmp_path, row, SHAPES[Shape.LINE], "fgb"), tmp_path / "layers", kind)
    assert json.loads((tmp_path / "layers" / "x.json").read_text(encoding="utf-8"))["credit"] == credit
    assert any("--credit" in finding for finding in report["findings"]) is not bool(credit)


def test_a_table_of_shelters(tmp_path: Path) -> None:
    head = "共通ID,施設・場所名,洪水,崖崩れ、土石流及び地滑り,地震,緯度,経度"
    (tmp_path / "s.csv").write_text(f"{head}\nE1,城北小,1,,1,39.7386,141.114236\nE2,どこか,1,,,,\n", encoding="cp932")
    report, zones = bring(tmp_path / "s.csv", tmp_path / "layers", "shelter")
    assert [zone["hazards"] for zone in zones] == ["flood,earthquake"]
    assert report["findings"] == ["a table names no coordinate system; its places are read as JGD2011"]
    assert report["refused"][0]["features"] == [2]


def test_codes_that_lost_their_zero_are_reported(tmp_path: Path) -> None:
    row = {"N03_001": "岩手県", "N03_004": "盛岡市", "N03_007": 3201}
    report, zones = bring(deliver(tmp_path, row, SHAPES[Shape.AREA], "geojson"), tmp_path / "layers", "boundary")
    assert zones[0]["code"] == "03201"
    assert report["findings"] == ["1 codes in N03_007 spelled anew, as the standard has them"]


def test_a_crs_that_somebody_knows(tmp_path: Path) -> None:
    file = deliver(tmp_path, {"A33_001": 1, "A33_002": 1}, SHAPES[Shape.AREA], "shp")
    with pytest.raises(ValueError, match="leave --crs out"):
        import_layer(Request(file=file, kind="landslide", imported_at=AT, crs="EPSG:4612"), tmp_path / "layers")
    file.with_suffix(".prj").unlink()
    with pytest.raises(ValueError, match="--crs EPSG:6668"):
        bring(file, tmp_path / "layers", "landslide")
    request = Request(file=file, kind="landslide", imported_at=AT, crs="EPSG:4612", name="x")
    report = import_layer(request, tmp_path / "layers")
    assert report["crs"]["from"] == "EPSG:4612"
    assert any("by --crs" in finding for finding in report["findings"])
    assert json.loads((tmp_path / "layers" / "x.json").read_text(encoding="utf-8"))["kind"] == "landslide"
