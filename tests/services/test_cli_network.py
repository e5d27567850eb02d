"""``shirase network`` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.cli import run
from tests.geo.plow.test_reading import MAIN, SIDE, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))


def test_the_demonstration_until_a_network_is_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["network", "show"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["demonstration"] and shown["segments"] > 50 and shown["ends_that_nearly_meet"] == 0

    short = ((100, 2), (100, 90))  # stops two metres before the main road
    facts = {"road_class": "municipal", "section": "plow-none"}
    file = write(tmp_path / "city.geojson", (MAIN, facts), (SIDE, {"road_class": "x"}), (short, facts))
    assert run(["network", "import", str(file)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["written"], report["segments"], report["demonstration"]) == (2, 2, False)
    assert report["refused"][0]["count"] == 1 and report["km_by_administrator"] == {"city": 0.288}
    assert report["ends_that_nearly_meet"] == 1 and report["sections_not_in_the_profile"] == ["plow-none"]


def test_what_is_no_road_map_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "other.geojson", (MAIN, {"colour": "red"}))
    assert run(["network", "import", str(file)]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "unknown_schema"


def test_a_map_in_the_wrong_zone_and_a_second_layer_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are easily done: the neighbour's plane coordinates, and the old map left beside the new one."""
    facts = {"road_class": "municipal"}
    far = ((200_000, 0), (200_100, 0))
    assert run(["network", "import", str(write(tmp_path / "old.geojson", (MAIN, facts)))]) == 0
    assert json.loads(capsys.readouterr().out)["outside_the_city"] == 0
    assert run(["network", "import", str(write(tmp_path / "new.geojson", (far, facts)))]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["layers"] == ["new", "old"] and report["outside_the_city"] == 1
