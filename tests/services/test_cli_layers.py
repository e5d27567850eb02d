"""``shirase layers`` as a program: lines, errors and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from services.cli import run


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    shapes = [shapely.box(141.0, 39.7, 141.1, 39.8), shapely.box(141.05, 39.7, 141.2, 39.8)]
    frame = geopandas.GeoDataFrame({"A31b_201": [2, 6]}, geometry=shapes, crs=6668)
    frame.to_file(tmp_path / "A31b-20-23_10_5941.fgb", driver="FlatGeobuf")
    slopes = geopandas.GeoDataFrame(
        {"A33_001": [1], "A33_002": [2], "A33_005": ["山岸"]}, geometry=[shapes[0]], crs=6668
    )
    slopes.to_file(tmp_path / "A33-25_03.gpkg", driver="GPKG")
    return tmp_path


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_import_list_and_ask(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["layers", "import", str(data / "A31b-20-23_10_5941.fgb"), "--kind", "flood", "--name", "kitakami"]) == 0
    (report,) = lines(capsys.readouterr().out)
    assert report["layer"] == "kitakami"
    assert {"read", "repaired", "refused", "crs", "schema"} <= set(report)
    assert run(["layers", "import", str(data / "A33-25_03.gpkg"), "--kind", "landslide"]) == 0
    capsys.readouterr()
    assert run(["layers", "list"]) == 0
    assert [(one["layer"], one["kind"], one["zones"]) for one in lines(capsys.readouterr().out)] == [
        ("a33-25_03", "landslide", 1),
        ("kitakami", "flood", 2),
    ]
    assert run(["layers", "at", "141.07", "39.75"]) == 0
    slope, *floods = lines(capsys.readouterr().out)
    assert slope == {
        "layer": "a33-25_03",
        "kind": "landslide",
        "zone": slope["zone"] | {"phenomenon": "steep_slope", "zone": "red", "name": "山岸"},
    }
    found = sorted(
        (one["zone"]["depth_rank"], one["zone"]["depth_min_m"], one["zone"]["depth_max_m"]) for one in floods
    )
    assert found == [(2, 0.5, 3.0), (6, 20.0, None)]


def test_a_point_outside_gives_nothing(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["layers", "at", "141.07", "39.75"]) == 0
    assert run(["layers", "list"]) == 0
    assert run(["layers", "import", str(data / "A31b-20-23_10_5941.fgb"), "--kind", "flood"]) == 0
    capsys.readouterr()
    assert run(["layers", "at", "142.0", "39.75"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nothing.shp", "--kind", "flood"], "unreadable"),
        (["A33-25_03.gpkg", "--kind", "flood"], "unknown_schema"),
        (["A33-25_03.gpkg", "--kind", "flood", "--map", "depth_rank=depth"], "unknown_schema"),
        (["tokyo.shp", "--kind", "flood"], "bad_crs"),
    ],
)
def test_a_refused_file(data: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str) -> None:
    shape = geopandas.GeoDataFrame({"A31b_201": [2]}, geometry=[shapely.box(141.0, 39.7, 141.1, 39.8)], crs=4301)
    shape.to_file(data / "tokyo.shp", driver="ESRI Shapefile")
    assert run(["layers", "import", str(data / arguments[0]), *arguments[1:]]) == 1
    out, err = capsys.readouterr()
    (error,) = lines(err)
    assert (out, error["error"], error["at"]) == ("", code, str(data / arguments[0]))
    assert error["message"]


def test_a_spoiled_layer_is_named_and_the_others_still_answer(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        run(["layers", "import", str(data / "A31b-20-23_10_5941.fgb"), "--kind", "flood", "--name", name])
    capsys.readouterr()
    (data / "var" / "layers" / "a.json").unlink()
    for action in (["at", "141.02", "39.75"], ["list"]):
        assert run(["layers", *action]) == 1
        out, err = capsys.readouterr()
        assert [one["layer"] for one in lines(out)] == ["b"]
        assert "import the layer again" in lines(err)[0]["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["at", "39.7", "141.1"],
        ["at", "141.1", "north"],
        ["at", "141.1"],
        ["import", "x.shp"],
        ["import", "x.shp", "--kind", "lava"],
        ["import", "x.shp", "--kind", "flood", "--map", "depth_rank"],
        [],
    ],
)
def test_wrong_usage(data: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(["layers", *arguments])
    assert stopped.value.code == 2


def test_who_is_inside(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["layers", "exposed", "--area", "odori"]) == 0
    (told,) = lines(capsys.readouterr().out)
    assert told["people"] is None and told["roads_km"] is None
    assert told["unknown"] == ["population: no such layer", "roads: no such layer"]
    assert "not the same as safe" in told["outside"]
    drawn = told["area_km2"]
    people = geopandas.GeoDataFrame({"people": [1000]}, geometry=[shapely.box(141.0, 39.6, 141.3, 39.8)], crs=6668)
    people.to_file(data / "people.gpkg", driver="GPKG")
    assert run(["layers", "import", str(data / "people.gpkg"), "--kind", "population"]) == 0
    capsys.readouterr()
    assert run(["layers", "exposed", "--area", "odori", "--rank", "1"]) == 0
    (told,) = lines(capsys.readouterr().out)
    assert told["people"]["low"] <= told["people"]["likely"] <= told["people"]["high"] == 1000
    assert told["people"]["likely"] > 0 and told["area_km2"] == drawn > 0
    assert told["districts"][0]["code"] == "odori"


def test_each_scenario_has_a_line_of_its_own(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for column, side in (("A31b_101", 0.01), ("A31b_201", 0.02)):
        zone = shapely.box(141.145, 39.69, 141.145 + side, 39.69 + side)
        file = data / f"{column}.fgb"
        geopandas.GeoDataFrame({column: [2]}, geometry=[zone], crs=6668).to_file(file)
        told = ["--fact", "return_period_years=150"] if column == "A31b_101" else []
        assert run(["layers", "import", str(file), "--kind", "flood", *told]) == 0
    capsys.readouterr()
    assert run(["layers", "exposed"]) == 0
    rare, planned = lines(capsys.readouterr().out)
    assert (rare["scenario"], planned["scenario"]) == ("maximum", "planned")
    assert planned["scenario_name"] == "計画規模（1/150）"
    assert rare["area_km2"] == pytest.approx(4 * planned["area_km2"], rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "says"), [(["--kind", "tsunami"], "no layer of kind tsunami"), (["--area", "x"], "no area 'x'")]
)
def test_what_cannot_be_asked(data: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    assert run(["layers", "exposed", *arguments]) == 1
    assert says in json.loads(capsys.readouterr().err)["message"]


def test_only_what_is_near_the_city(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    far = [shapely.box(141.1, 39.7, 141.11, 39.71), shapely.box(141.9, 40.4, 141.91, 40.41)]
    geopandas.GeoDataFrame({"A31b_201": [1, 2]}, geometry=far, crs=6668).to_file(data / "m.fgb", driver="FlatGeobuf")
    assert run(["layers", "import", str(data / "m.fgb"), "--kind", "flood", "--around", "10"]) == 0
    (report,) = lines(capsys.readouterr().out)
    assert (report["read"], report["outside"], report["written"]) == (2, 1, 1)


def test_a_layer_is_removed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["layers", "import", str(data / "A31b-20-23_10_5941.fgb"), "--kind", "flood", "--name", "a"])
    assert run(["layers", "remove", "a"]) == 0
    assert lines(capsys.readouterr().out)[-1] == {"removed": "a"}
    assert list((data / "var" / "layers").iterdir()) == []
    assert run(["layers", "remove", "a"]) == 1
    assert "no layer 'a'; imported: none" in lines(capsys.readouterr().err)[0]["message"]


def test_zones_nearby_with_their_distance(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["layers", "import", str(data / "A31b-20-23_10_5941.fgb"), "--kind", "flood"])
    capsys.readouterr()
    assert run(["layers", "at", "140.9999", "39.75", "--within", "20"]) == 0
    (told,) = lines(capsys.readouterr().out)
    assert told["zone"]["depth_rank"] == 2 and told["distance_m"] == pytest.approx(8.6, abs=0.1)
    assert run(["layers", "at", "140.9999", "39.75", "--within", "5"]) == 0
    assert capsys.readouterr().out == ""
