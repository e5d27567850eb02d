"""From a downloaded extract to tiles: what must be where, and what is refused."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas
import pytest
import shapely

from geo.basemap.building import build, own_of
from geo.basemap.parts import HIGHEST, PARTS
from geo.basemap.sources import Taken, Wanted, pieces_of
from geo.basemap.tiles import Tiles, TilesError
from geo.crs import CrsError
from geo.layers.archive import SourceError
from tests.geo.basemap.making import ABOUT, LAND, POND, STATION, built, pbf, seen, square, tile_at

_SURVEY = """<?xml version="1.0" encoding="UTF-8"?>
<Dataset xsi:schemaLocation="http://fgd.gsi.go.jp/spec/2008/FGD_GMLSchema FGD_GMLSchema.xsd" gml:id="Dataset1"
 xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns="http://fgd.gsi.go.jp/spec/2008/FGD_GMLSchema"><gml:name>基盤地図情報ダウンロードデータ（GML版）</gml:name>
<WA gml:id="K15_1"><fid>50-00101-11-24-1</fid>
<lfSpanFr gml:id="a"><gml:timePosition>2013-03-18</gml:timePosition></lfSpanFr>
<devDate gml:id="b"><gml:timePosition>2015-01-01</gml:timePosition></devDate><orgGILvl>2500</orgGILvl><vis>表示</vis>
<area><gml:Surface gml:id="g" srsName="fguuid:jgd2011.bl"><gml:patches><gml:PolygonPatch><gml:exterior><gml:Ring>
<gml:curveMember><gml:Curve gml:id="c"><gml:segments><gml:LineStringSegment><gml:posList>
39.70 141.13
39.70 141.14
39.71 141.14
39.71 141.13
39.70 141.13
</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve></gml:curveMember></gml:Ring></gml:exterior>
</gml:PolygonPatch></gml:patches></gml:Surface></area></WA></Dataset>"""


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Taken]:
    """The town, built once."""
    made = tmp_path_factory.mktemp("town")
    return built(pbf(made), made)


@pytest.fixture
def target(once: tuple[Path, Taken], tmp_path: Path) -> Path:
    """A copy that may be spoiled."""
    return Path(shutil.copy(once[0], tmp_path / "city.pmtiles"))


def test_an_extract_becomes_tiles_with_everything_at_its_place(once: tuple[Path, Taken], tmp_path: Path) -> None:
    target, taken = once
    assert taken.parts == {
        "road_main": 1,
        "road_street": 1,
        "river": 1,
        "wood": 1,
        "pond": 1,
        "building": 1,
        "station": 1,
        "place_town": 1,
    }
    station = seen(target, *STATION, 15, "station", tmp_path).iloc[0]
    assert (station["name"], station["reading"], station["name_en"]) == ("盛岡", "もりおか", "Morioka")
    assert station.geometry.distance(shapely.Point(STATION)) < 0.00001  # a metre
    pond = seen(target, *POND, 14, "pond", tmp_path).iloc[0]
    assert pond["name"] == "高松の池"
    assert pond.geometry.buffer(1e-5).contains(shapely.box(*POND, POND[0] + 0.001, POND[1] + 0.001))
    assert seen(target, 141.1373, 39.7022, 13, "building", tmp_path) is None  # only from nearer
    assert len(seen(target, 141.1373, 39.7022, 14, "building", tmp_path)) == 1
    assert seen(target, 141.13, 39.70, 15, "road_main", tmp_path)["name"].tolist() == ["大通"]


def test_what_lies_farther_than_the_margin_is_left_out(target: Path, tmp_path: Path) -> None:
    tiles = Tiles.open(target)
    assert tiles.tile(*tile_at(140.11, 38.26, 12)) is None
    river = seen(target, 141.199, 39.72, 15, "river", tmp_path)
    assert river.geometry.total_bounds[2] < 141.2002  # cut at the edge
    assert own_of(tiles, "x")["rows"]["road_main"] == 1 and tiles.zooms == (8, HIGHEST)
    assert tiles.about["attribution"] == "© OpenStreetMap contributors"
    assert {one["id"] for one in tiles.about["vector_layers"]} <= set(PARTS)
    tiles.close()


def test_layers_of_one_tile_stand_beside_each_other_once(target: Path, tmp_path: Path) -> None:
    import pyogrio

    seen(target, *STATION, 15, "station", tmp_path)
    file = tmp_path / f"{tile_at(*STATION, 15)[2]}.pbf"
    names = [str(name) for name, _ in pyogrio.list_layers(file)]
    assert len(names) == len(set(names)) and {"building", "road_main", "station"} <= set(names)


def test_the_survey_authority_s_gml_is_read_bare_and_zipped(tmp_path: Path) -> None:
    bare = tmp_path / "FG-GML-594111-WA-20240101-0001.xml"
    bare.write_text(_SURVEY, encoding="utf-8")
    zipped = tmp_path / "FG-GML-594111-ALL-20240101.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(bare, bare.name)
    for file in (bare, zipped):
        taken = Taken(file.name)
        (piece,) = pieces_of(Wanted(file=file, land=LAND), taken)
        assert (piece.part, len(piece.frame), "国土地理院" in piece.credit) == ("water", 1, True)
        assert piece.frame.geometry.iloc[0].equals(shapely.box(141.13, 39.70, 141.14, 39.71))


def test_tables_of_geofabrik_and_of_the_ministry_are_known_by_layer_and_columns(tmp_path: Path) -> None:
    road = shapely.LineString([(141.12, 39.70), (141.14, 39.70)])
    roads = geopandas.GeoDataFrame(
        {"osm_id": ["1", "2"], "fclass": ["trunk", "steps"], "name": ["国道4号", None]}, geometry=[road] * 2, crs=4326
    )
    package = tmp_path / "iwate.gpkg"
    roads.to_file(package, layer="gis_osm_roads_free_1", driver="GPKG")
    roads.to_file(package, layer="unknown", driver="GPKG")
    taken = Taken(package.name)
    assert [one.part for one in pieces_of(Wanted(file=package, land=LAND), taken)] == ["road_trunk", "path"]
    assert any("unknown" in one for one in taken.findings)
    rails = geopandas.GeoDataFrame({"N02_003": ["東北線"], "N02_004": ["ＪＲ"]}, geometry=[road], crs=6668)
    rails.to_file(tmp_path / "N02-22_RailroadSection.geojson", driver="GeoJSON")
    found = list(pieces_of(Wanted(file=tmp_path / "N02-22_RailroadSection.geojson", land=LAND), Taken("")))
    assert [(one.part, one.frame["name"].tolist()) for one in found] == [("rail", ["東北線"])]


def test_a_file_of_one_s_own_is_what_one_says(tmp_path: Path) -> None:
    file = tmp_path / "pool.geojson"
    frame = geopandas.GeoDataFrame({"名称": ["市民プール"]}, geometry=[shapely.Polygon(square(POND, 0.01))], crs=4326)
    frame.to_file(file, driver="GeoJSON")
    with pytest.raises(SourceError, match="--as PART"):
        list(pieces_of(Wanted(file=file, land=LAND), Taken("")))
    (piece,) = pieces_of(Wanted(file=file, land=LAND, part="water", credit="盛岡市"), Taken(""))
    assert (piece.part, piece.frame["name"].tolist(), piece.credit) == ("water", ["市民プール"], "盛岡市")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def _nothing(file: Path) -> None:
    file.write_bytes(b"")


def _page(file: Path) -> None:
    file.write_text("<html>Not Found</html>")


@pytest.mark.parametrize("spoil", [_cut, _nothing, _page])
def test_a_poisoned_extract_is_refused_and_the_old_map_stays(
    target: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    before, bad = target.read_bytes(), pbf(tmp_path)
    spoil(bad)
    with pytest.raises(SourceError, match=r"tohoku-latest\.osm\.pbf"):
        built(bad, tmp_path)
    assert target.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []


def test_a_wrong_region_or_system_is_said(tmp_path: Path) -> None:
    line = shapely.LineString([(139.7, 35.6), (139.8, 35.7)])
    roads = geopandas.GeoDataFrame({"fclass": ["trunk"]}, geometry=[line], crs=4326)
    file = tmp_path / "gis_osm_roads_free_1.gpkg"
    roads.to_file(file, layer="gis_osm_roads_free_1")
    with pytest.raises(SourceError, match="right region"):
        list(pieces_of(Wanted(file=file, land=LAND), Taken("")))
    roads.to_file(tmp_path / "gis_osm_roads_free_1.shp")
    (tmp_path / "gis_osm_roads_free_1.prj").unlink()
    with pytest.raises(CrsError, match="--crs"):
        list(pieces_of(Wanted(file=tmp_path / "gis_osm_roads_free_1.shp", land=LAND), Taken("")))
    with pytest.raises(SourceError, match="no such file"):
        list(pieces_of(Wanted(file=tmp_path / "none.osm.pbf", land=LAND), Taken("")))
    with pytest.raises(SourceError, match="nothing to draw"):
        build([], ABOUT, tmp_path / "x.pmtiles", LAND.bounds)


@pytest.mark.parametrize(
    ("at", "bytes_", "told"),
    [
        (0, b"PK\x03\x04", "no PMTiles"),
        (7, b"\x02", "no PMTiles"),
        (97, b"\x01\x01\x01", "gzip"),
        (99, b"\x02", "vector tiles"),
        (100, b"\x09\x05", "zooms"),
        (8, b"\xff\xff\xff\xff\xff\xff\xff\x7f", "broken"),
        (127, b"\x00" * 12, "unpacked"),
        (32, b"\x00" * 8, "metadata"),
        (24, b"\xff" * 8, "metadata"),
    ],
)
def test_a_poisoned_map_is_not_opened(target: Path, at: int, bytes_: bytes, told: str) -> None:
    whole = bytearray(target.read_bytes())
    whole[at : at + len(bytes_)] = bytes_
    target.write_bytes(whole)
    with pytest.raises(TilesError, match=told):
        Tiles.open(target)


def test_a_map_that_was_cut_off_or_made_elsewhere_is_not_shown(target: Path, tmp_path: Path) -> None:
    target.write_bytes(target.read_bytes()[:-1])
    with pytest.raises(TilesError, match="cut off"):
        Tiles.open(target)
    import pyogrio

    frame = geopandas.GeoDataFrame(geometry=[shapely.Point(STATION)], crs=4326)
    pyogrio.write_dataframe(frame, tmp_path / "other.pmtiles", driver="PMTiles", layer="roads")
    tiles = Tiles.open(tmp_path / "other.pmtiles")
    with pytest.raises(TilesError, match="not ours"):
        own_of(tiles, "other.pmtiles")
    tiles.close()
