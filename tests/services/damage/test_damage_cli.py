"""``shirase damage`` without a hub: begin, add, list, report; what is refused is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services import cli


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_night_on_the_command_line(
    tmp_path: Path, migrated: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shirase.db").write_bytes(migrated.read_bytes())
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    by = ["--by", "sato"]
    began = ["--began", "2026-11-20T03:00:00+09:00"]
    assert cli.run(["damage", "begin", "11月20日からの大雨", *began, *by]) == 0
    assert cli.run(["damage", "begin", "11月20日からの大雨", *began, "--status", "Exercise", *by]) == 0
    rain, drill = told(capsys)
    assert (rain["status"], drill["status"]) == ("Actual", "Exercise") and rain["id"] != drill["id"]
    add = ["damage", "add", "--disaster", str(rain["id"]), "--source", "消防", *by]
    assert cli.run([*add, "--confirmed", "flooded_below_buildings=3", "rice_lost=0.25", "dead=?"]) == 0
    assert cli.run([*add, "flooded_below_buildings=2", "--place", "内丸"]) == 0
    told(capsys)
    assert cli.run(["damage", "report", "--disaster", str(rain["id"])]) == 0
    sums = {one["item"]: (one["confirmed"], one["unconfirmed"], one["counting"]) for one in told(capsys)}
    assert sums == {"dead": (None, None, 1), "flooded_below_buildings": (3, 2, 0), "rice_lost": (25, None, 0)}
    assert cli.run(["damage", "list"]) == 0 and [one["id"] for one in told(capsys)] == [rain["id"]]
    assert cli.run(["damage", "list", "--disaster", str(rain["id"])]) == 0 and len(told(capsys)) == 2
    for odd in (["cats=1"], ["dead=many"], ["dead"]):
        assert cli.run([*add, *odd]) == 1 and json.loads(capsys.readouterr().err)["error"] == "bad_figures"
    assert cli.run(["damage", "report", "--disaster", "99"]) == 1
