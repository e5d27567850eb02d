"""Every real file of places imports with the count its documentation gives; ten thousand points are answered alike."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from geo.layers.archive import SourceError
from geo.layers.importing import Request, import_layer
from geo.layers.layer import Layer, read_layer

pytestmark = pytest.mark.real
AT = datetime(2026, 8, 1, tzinfo=UTC)
POINTS = 10_000


def bring(file: Path, folder: Path, kind: str, mapping: dict[str, str] | None = None) -> tuple[dict, Layer]:
    request = Request(file=file, kind=kind, name=f"{kind}_{file.suffix[1:]}", imported_at=AT, mapping=mapping or {})
    return import_layer(request, folder), read_layer(folder / f"{request.name}.fgb")


@pytest.mark.parametrize(
    ("name", "kind", "schema", "read"),
    [
        ("morioka_flood_l2_A31b.fgb", "flood", "A31b maximum", 4125),
        ("morioka_flood_l2_A31b.parquet", "flood", "A31b maximum", 15662),
        ("n03_2019_morioka_03201.geojson", "boundary", "N03", 1),
        ("n03_2021_iwate_s0010.geojson", "boundary", "N03", 33),
        ("shelters_emergency_032018.geojson", "shelter", "national list of emergency sites", 245),
        ("shelters_emergency_032018.csv", "shelter", "national list of emergency sites", 245),
        ("shelters_evacuation_032018.geojson", "shelter", "national list of evacuation centres", 191),
        ("river_gauges_iwate.geojson", "gauge", "river gauges", 273),
        ("amedas_iwate.csv", "weather_station", "weather stations", 50),
        ("river_cctv_iwate_bbox.csv", "camera", "river cameras", 352),
        ("towns_points_morioka.geojson", "town", "towns", 1002),
    ],
)
def test_the_counts(real_data: Path, tmp_path: Path, name: str, kind: str, schema: str, read: int) -> None:
    report, layer = bring(real_data / "geo" / name, tmp_path, kind)
    assert (report["schema"], report["read"], report["refused"]) == (schema, read, [])
    assert len(layer.zones) == report["written"] >= read


def test_shelters_are_the_same_from_the_table_and_the_map(real_data: Path, tmp_path: Path) -> None:
    found = []
    for suffix in ("csv", "geojson"):
        _, layer = bring(real_data / "geo" / f"shelters_emergency_032018.{suffix}", tmp_path, "shelter")
        found.append({zone.facts["code"]: (zone.facts, zone.geometry) for zone in layer.zones})
    assert found[0] == found[1]
    assert sum("flood" in facts["hazards"].split(",") for facts, _ in found[0].values()) == 135


def test_a_table_of_meshes_by_mapping(real_data: Path, tmp_path: Path) -> None:
    """Cells without water bear no rank, and are counted as refused."""
    file = real_data / "geo" / "mesh3_morioka.csv"
    report, layer = bring(file, tmp_path, "flood", {"depth_rank": "flood_max_rank"})
    dry = next(one["count"] for one in report["refused"] if one["reason"] == "depth rank 0 is not in 1–6")
    assert report["read"] == 1024 == dry + len(layer.zones)


@pytest.mark.parametrize(
    "name", ["jma_areas_iwate.csv", "river_codes_820204_kitakami.csv", "morioka_flood_l2_depthrank.tif"]
)
def test_what_holds_no_places_is_refused(real_data: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=r"holds no places|cannot be read"):
        bring(real_data / "geo" / name, tmp_path, "flood")


@pytest.mark.parametrize("name", ["morioka_flood_l2_A31b.fgb", "morioka_flood_l2_A31b.parquet"])
def test_ten_thousand_points_are_answered_as_geopandas_answers(real_data: Path, tmp_path: Path, name: str) -> None:
    """Half anywhere in the city's box, half within 60 m of an edge, where an answer could go wrong."""
    file = real_data / "geo" / name
    _, layer = bring(file, tmp_path, "flood")
    frame = geopandas.read_parquet(file) if file.suffix == ".parquet" else geopandas.read_file(file)
    points = [*_anywhere(frame), *_near_edges(frame)]
    places = geopandas.GeoDataFrame(geometry=points, crs=frame.crs)
    joined = places.sjoin(frame, predicate="intersects").groupby(level=0)["A31b_201"]
    want = joined.agg(lambda ranks: sorted(int(rank) for rank in ranks)).to_dict()
    got = {
        i: ranks for i, p in enumerate(points) if (ranks := sorted(z.facts["depth_rank"] for z in layer.at(p.x, p.y)))
    }
    assert len(points) == POINTS
    assert got == want
    assert len(want) > POINTS // 5


def test_asking_the_file_itself_answers_alike(real_data: Path, tmp_path: Path) -> None:
    """`layers at` reads only the zones whose box holds the point, by the file's own index."""
    _, layer = bring(real_data / "geo" / "morioka_flood_l2_A31b.fgb", tmp_path, "flood")
    path = tmp_path / "flood_fgb.fgb"
    corners = shapely.get_coordinates(layer.geometries)
    chosen = np.random.default_rng(20260803).choice(corners, 150)
    for lon, lat in [*chosen, *(chosen + 0.0001)]:
        asked = read_layer(path, at=(lon, lat)).at(lon, lat)
        assert sorted(z.facts["depth_rank"] for z in asked) == sorted(z.facts["depth_rank"] for z in layer.at(lon, lat))


def _anywhere(frame: geopandas.GeoDataFrame) -> list[shapely.Point]:
    west, south, east, north = frame.total_bounds
    random = np.random.default_rng(20260801)
    return list(shapely.points(random.uniform(west, east, POINTS // 2), random.uniform(south, north, POINTS // 2)))


def _near_edges(frame: geopandas.GeoDataFrame) -> list[shapely.Point]:
    random = np.random.default_rng(20260802)
    corners = shapely.get_coordinates(frame.geometry.to_numpy())
    chosen = corners[random.integers(0, len(corners), POINTS // 2)]
    return list(
        shapely.points(chosen + random.normal(0, 0.0003, chosen.shape) * random.integers(0, 2, (len(chosen), 1)))
    )


def test_distances_are_those_of_a_direct_measurement(real_data: Path, tmp_path: Path) -> None:
    file = real_data / "geo" / "morioka_flood_l2_A31b.fgb"
    _, layer = bring(file, tmp_path, "flood")
    frame = geopandas.read_file(file)
    points = _near_edges(frame)[::50]
    metres = frame.to_crs(6678)
    for point, here in zip(points, geopandas.GeoSeries(points, crs=6668).to_crs(6678), strict=True):
        want = np.sort(metres.distance(here)[lambda apart: apart <= 20].to_numpy())
        got = [apart for _, apart in layer.near(point.x, point.y, 20.0)]
        assert got == pytest.approx(want, abs=0.001)
