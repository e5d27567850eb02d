"""Underpasses and small streams of a profile: read, or refused with file, place and cure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geo.area import Areas
from geo.flooding.places import read_streams, read_underpasses
from geo.geojson import ProfileError
from tests.geo.making import ground

AREAS: Areas = ground().areas
POINT = {"type": "Point", "coordinates": [141.08, 39.68]}
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[141.06, 39.66], [141.09, 39.66], [141.09, 39.69], [141.06, 39.69], [141.06, 39.66]]],
}
UNDER = {"code": "u1", "name": "駅前アンダーパス", "sensor": "s1", "closed_cm": 20, "rain_60min_mm": 30.5}
STREAM = {
    "code": "c1",
    "name": "諸葛川",
    "areas": ["sw"],
    "travel_minutes": 40,
    "caution_mm_h": 5,
    "danger_mm_h": 9.5,
}


def written(folder: Path, geometry: dict[str, Any], *places: dict[str, Any]) -> Path:
    path = folder / "places.geojson"
    features = [{"type": "Feature", "geometry": geometry, "properties": place} for place in places]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_what_is_there_is_read_and_a_citys_own_notes_stay(tmp_path: Path) -> None:
    (one,) = read_underpasses(written(tmp_path, POINT, UNDER | {"depth_of_road_m": 4.2}))
    assert (one.code, one.sensor, one.closed_cm, one.caution_cm, one.rain_10min_mm) == ("u1", "s1", 20, None, None)
    (stream,) = read_streams(written(tmp_path, SQUARE, STREAM), AREAS)
    assert (stream.areas, stream.travel_minutes, stream.danger_mm_h) == (("sw",), 40, 9.5)


def test_a_city_without_them_has_no_file(tmp_path: Path) -> None:
    assert read_underpasses(tmp_path / "none.geojson") == ()
    assert read_streams(tmp_path / "none.geojson", AREAS) == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"closed_cm": None}, r"feature 1: .*with a sensor needs closed_cm"),
        ({"sensor": "", "rain_60min_mm": None}, r"needs a sensor, rain_10min_mm or rain_60min_mm"),
        ({"caution_cm": 30}, r"caution_cm must not be above closed_cm"),
        ({"rain_10min_mm": "10mm"}, r"rain_10min_mm .*number"),
        ({"code": "駅前"}, r"code .*pattern"),
        ({"name": ""}, r"name .*at least 1"),
    ],
)
def test_faults_of_underpasses(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        read_underpasses(written(tmp_path, POINT, UNDER | change))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"areas": ["nowhere"]}, r"areas: there is no area 'nowhere'"),
        ({"areas": []}, r"areas .*at least 1"),
        ({"caution_mm_h": 12}, r"caution_mm_h must not be above danger_mm_h"),
        ({"travel_minutes": 4000}, r"travel_minutes .*less than or equal to 360"),
    ],
)
def test_faults_of_streams(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        read_streams(written(tmp_path, SQUARE, STREAM | change), AREAS)


def test_a_code_that_is_taken_and_a_shape_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"feature 2: the code 'u1' is taken"):
        read_underpasses(written(tmp_path, POINT, UNDER, UNDER))
    with pytest.raises(ProfileError, match=r"geometry must be Polygon or MultiPolygon, found Point"):
        read_streams(written(tmp_path, POINT, STREAM), AREAS)
