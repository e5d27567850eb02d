"""Layers in memory, read from drawn and imported files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from geo.geojson import ProfileError
from geo.layers.layer import Layer, Layers, read_layer
from tests.geo.making import FLOOD


def drawn(tmp_path: Path, features: list[dict[str, object]], **members: object) -> Path:
    path = tmp_path / "drawn.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | members), encoding="utf-8")
    return path


def square(rank: object, shape: shapely.Geometry | None = None) -> dict[str, object]:
    shape = shape or shapely.box(141.0, 39.7, 141.1, 39.8)
    return {"type": "Feature", "properties": {"depth_rank": rank}, "geometry": json.loads(shapely.to_geojson(shape))}


def test_a_point_on_the_border_is_inside_and_on_two_zones_gives_both() -> None:
    assert [zone.facts["depth_rank"] for zone in FLOOD.at(141.06, 39.67)] == [2]
    assert [zone.facts["depth_rank"] for zone in FLOOD.at(141.085, 39.675)] == [2, 4]
    assert FLOOD.at(141.19, 39.79) == []


def test_near_a_zone_the_distance_is_told() -> None:
    """0.001° of longitude is 85.9 m here."""
    assert [(zone.facts["depth_rank"], metres) for zone, metres in FLOOD.near(141.07, 39.665, 50)] == [(2, 0.0)]
    (found,) = FLOOD.near(141.059, 39.665, 100)
    assert found[0].facts["depth_rank"] == 2 and found[1] == pytest.approx(85.9, abs=0.2)
    assert FLOOD.near(141.059, 39.665, 80) == []
    assert FLOOD.near(141.059, 39.665, 0) == []
    assert [metres for _, metres in FLOOD.near(141.085, 39.675, 10_000)] == [0.0, 0.0]


def test_an_empty_layer_answers_nothing() -> None:
    empty = Layer("none", "flood", [], "1")
    assert empty.at(141.1, 39.7) == empty.near(141.1, 39.7, 100) == []
    assert Layers([empty]).of_kind("flood") == [empty]
    assert Layers().of_kind("flood") == []


def test_a_drawn_layer(tmp_path: Path) -> None:
    layer = read_layer(drawn(tmp_path, [square(3)], name="d", kind="flood", credit="c", demonstration=True))
    assert (layer.name, layer.kind, layer.credit, layer.demonstration) == ("d", "flood", "c", True)
    assert layer.zones[0].facts == {"depth_rank": 3, "depth_min_m": 3.0, "depth_max_m": 5.0}


def test_a_drawn_layer_without_zones(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"drawn\.geojson: no known schema"):
        read_layer(drawn(tmp_path, [], name="d", kind="flood"))


@pytest.mark.parametrize(
    ("features", "members", "says"),
    [
        ([square(9)], {"name": "d", "kind": "flood"}, r"feature 1: depth rank 9"),
        ([square(1)], {"kind": "flood"}, r"needs the member 'name'"),
        ([square(1)], {"name": "d", "kind": "lava"}, r"not known"),
        ([square(1), square(1, shapely.Point(141, 39))], {"name": "d", "kind": "flood"}, r"feature 2.*found Point"),
        (
            [square(1, shapely.Polygon([(141, 39), (141.1, 39.1), (141.1, 39), (141, 39.1)]))],
            {"name": "d", "kind": "flood"},
            r"feature 1: invalid polygon: Self-intersection",
        ),
        (
            [square(1)],
            {"name": "d", "kind": "flood", "crs": {"type": "name", "properties": {"name": "EPSG:4301"}}},
            "Tokyo",
        ),
    ],
)
def test_faults_of_a_drawn_layer_name_the_place(
    tmp_path: Path, features: list[dict[str, object]], members: dict[str, object], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        read_layer(drawn(tmp_path, features, **members))


def test_an_imported_layer_without_its_note_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.fgb").write_bytes(b"")
    with pytest.raises(ProfileError, match=r"a\.json.*import the layer again"):
        read_layer(tmp_path / "a.fgb")
    (tmp_path / "a.json").write_text('{"name":"a","kind":"flood","sha256":"0","credit":""}', encoding="utf-8")
    with pytest.raises(ProfileError, match=r"a\.fgb.*import the layer again"):
        read_layer(tmp_path / "a.fgb")
