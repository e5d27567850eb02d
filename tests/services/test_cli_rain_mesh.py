"""`shirase model rain_mesh`: gauges in, cells out, and the place of every fault."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from services.cli import run

HEADER = "time,station,lon,lat,rain_mm"
MORIOKA, SHIZUKUISHI = "morioka,141.165,39.6983", "shizukuishi,140.9717,39.695"


def model(
    capsys: pytest.CaptureFixture[str], folder: Path, *rows: str, words: tuple[str, ...] = ()
) -> tuple[int, list[dict[str, str]], str]:
    file = folder / "rain.csv"
    file.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    code = run(["model", "rain_mesh", "--input", str(file), *words])
    out, err = capsys.readouterr()
    return code, list(csv.DictReader(io.StringIO(out))), err


def test_hours_and_cells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hours = [
        f"2026-07-01T0{hour}:00,{place},{mm}" for hour, mm in ((1, 10), (2, 20)) for place in (MORIOKA, SHIZUKUISHI)
    ]
    code, rows, _ = model(capsys, tmp_path, *hours)
    assert code == 0 and list(rows[0]) == ["time", "mesh", "rain_mm", "error_mm"]
    cells = {row["mesh"] for row in rows}
    assert "59414133" in cells and len(rows) == 2 * len(cells)
    assert {round(float(row["rain_mm"]), 9) for row in rows if row["time"] == "2026-07-01T02:00"} == {20.0}
    assert all(float(row["error_mm"]) > 0 for row in rows)


def test_a_silent_gauge_and_a_silent_hour(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    area = ("--set", "area=141.16,39.69,141.17,39.70")
    rows = [
        f"2026-07-01T01:00+09:00,{MORIOKA},10",
        f"2026-07-01T01:00+09:00,{SHIZUKUISHI},",
        f"2026-07-01T02:00+09:00,{MORIOKA},",
    ]
    code, told, _ = model(capsys, tmp_path, *rows, words=area)
    assert code == 0
    assert {(row["time"], row["rain_mm"]) for row in told} == {("2026-07-01T01:00+09:00", "10.0")}


def test_one_gauge_stands_in_one_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = model(capsys, tmp_path, f"2026-07-01T01:00,{MORIOKA},10", words=("--set", "level=5"))
    assert code == 0
    assert [row["mesh"][:8] for row in told] == ["59414133"] and len(told[0]["mesh"]) == 10


@pytest.mark.parametrize(
    ("rows", "words", "at", "says"),
    [
        ([], (), "rain.csv", "no rows"),
        ([f"2026-07-01T01:00,{MORIOKA},-1"], (), "line 2", "no amount of rain"),
        ([f"2026-07-01T02:00,{MORIOKA},1", f"2026-07-01T01:00,{MORIOKA},1"], (), "line 3", "times fall"),
        ([f"2026-07-01T02:00,{MORIOKA},1"] * 2, (), "line 2", "two rows"),
        ([f"2026-07-01T01:00,{MORIOKA},1", "2026-07-01T01:00,morioka,141,39,1"], (), "line 3", "has moved"),
        (["2026-07-01T01:00,a,,39.7,1"], (), "line 2", "lon is empty"),
        (["2026-07-01T01:00,a,39.7,141.1,1"], (), "--set area, level", "longitude comes first"),
        ([f"2026-07-01T01:00,{MORIOKA},1"], ("--set", "area=1,2,3"), "--set area", "west,south,east,north"),
        ([f"2026-07-01T01:00,{MORIOKA},1"], ("--set", "level=9"), "--set area, level", "level 9"),
        (
            [f"2026-07-01T01:00,{MORIOKA},1"],
            ("--set", "area=123,24,146,46", "--set", "level=6"),
            "--set area, level",
            "cells are wanted",
        ),
    ],
)
def test_faults_name_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[str], words: tuple[str, ...], at: str, says: str
) -> None:
    code, _, err = model(capsys, tmp_path, *rows, words=words)
    told = json.loads(err)
    assert code == 1 and told["at"].endswith(at) and says in told["message"]
