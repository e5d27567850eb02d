"""`shirase model` for snow, shaking and roads: the contract's columns, and the place of every fault."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from services.cli import run

ROAD = "time,surface_temp_c,air_temp_c,dew_point_c,water_mm,snow_ice,precip_rate_rain,precip_rate_snow"
RECORD = (
    "SITE CODE= X盛岡市,39.7,141.1\n LAT.=\n LON.=\n SAMPLING RATE= 100Hz \n UNIT  = gal(cm/s/s) \nINITIAL TIME = \n"
)


@pytest.fixture
def model(capsys: pytest.CaptureFixture[str], tmp_path: Path):  # type: ignore[no-untyped-def]
    def call(name: str, text: str, *words: str, encoding: str = "utf-8") -> tuple[int, list[dict[str, str]], str]:
        file = tmp_path / "in.csv"
        file.write_text(text, encoding=encoding)
        code = run(["model", name, "--input", str(file), *words])
        out, err = capsys.readouterr()
        return code, list(csv.DictReader(io.StringIO(out))), err

    return call


def days(*depths: object) -> str:
    return "time,depth_cm\n" + "".join(f"2026-01-{day:02d} 06:00,{depth}\n" for day, depth in enumerate(depths, 1))


@pytest.mark.parametrize(("words", "swe"), [((), 22.74), (("--set", "method=delta_snow"), 16.239)])
def test_snow_water_of_both_methods(model, words: tuple[str, ...], swe: float) -> None:  # type: ignore[no-untyped-def]
    code, rows, _ = model("snow_water_equivalent", days(0, 20, 18), *words)
    assert code == 0 and list(rows[0]) == ["time", "swe_mm"]
    assert float(rows[1]["swe_mm"]) == pytest.approx(swe, abs=5e-4)
    assert rows[2]["time"] == "2026-01-03 06:00"


def test_missing_depths_stay_empty_and_are_bridged(model) -> None:  # type: ignore[no-untyped-def]
    _, rows, _ = model("snow_water_equivalent", days("", 20, "", 18, ""))
    assert [bool(row["swe_mm"]) for row in rows] == [False, True, False, True, False]
    assert model("snow_water_equivalent", days("", ""))[1][1]["swe_mm"] == ""


@pytest.mark.parametrize(
    ("text", "words", "at", "told"),
    [
        (days(1, "", "", "", 2), (), "line 3", "neighbouring gauge"),
        (days(1, -30), (), "line 3", "gauge's fault"),
        (days(1, "deep"), (), "line 3", "no number"),
        ("time,depth_cm\n2026-01-01,1\n2026-01-03,1\n", (), "line 3", "empty depth_cm"),
        ("time,depth_cm\n2026-01-02,1\n2026-01-01,1\n", (), "line 3", "do not rise"),
        ("time,depth\n2026-01-02,1\n", (), "line 2", "no column depth_cm"),
        (days(1), ("--set", "method=guess"), "--set method", "hs2swe, delta_snow"),
    ],
)
def test_faults_of_snow(model, text: str, words: tuple[str, ...], at: str, told: str) -> None:  # type: ignore[no-untyped-def]
    code, rows, err = model("snow_water_equivalent", text, *words)
    fault = json.loads(err)
    assert (code, rows, fault["at"]) == (1, [], at) and told in fault["message"]


def record(samples: np.ndarray) -> str:
    return RECORD + " NS,EW,UD\n" + "".join(",".join(f"{value:.3f}" for value in row) + "\n" for row in samples)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_seismic_intensity(model, encoding: str) -> None:  # type: ignore[no-untyped-def]
    shaken = np.random.default_rng(1).normal(scale=100, size=(2000, 3))
    code, (row,), _ = model("seismic_intensity", record(shaken), encoding=encoding)
    assert code == 0 and list(row) == ["a_gal", "intensity", "shindo"]
    assert row["intensity"] == f"{float(row['intensity']):.1f}"
    assert 4 < float(row["intensity"]) < 6 and row["shindo"] in {"4", "5-", "5+", "6-"}


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("", "line 0", "7 header lines"),
        (RECORD + "NS,UD\n1,2\n", "line 7", "NS,EW,UD"),
        (RECORD.replace("gal", "m/s2") + "NS,EW,UD\n", "header", "must be in gal"),
        (RECORD.replace("100Hz", "") + "NS,EW,UD\n", "header", "SAMPLING RATE"),
        (RECORD + "NS,EW,UD\n", "line 8", "no samples"),
        (RECORD + "NS,EW,UD\n1,2,3\n1,2\n", "line 9", "found 2"),
        (RECORD + "NS,EW,UD\n1,2,x\n", "line 8", "no number"),
        (RECORD + "NS,EW,UD\n1,2,3\n", "in.csv", "a second"),
    ],
)
def test_faults_of_records(model, text: str, at: str, told: str) -> None:  # type: ignore[no-untyped-def]
    code, rows, err = model("seismic_intensity", text)
    fault = json.loads(err)
    assert (code, rows) == (1, []) and fault["at"].endswith(at) and told in fault["message"]


def test_road_ice_row_by_row(model) -> None:  # type: ignore[no-untyped-def]
    lines = ["2026-01-15T06:00Z,-0.5,0,-1,0.5,0,0,0", "2026-01-15T06:20Z,,,,,,,", "2026-01-15T06:40Z,5,6,0,0,0,0,0"]
    code, rows, _ = model("road_ice", "\n".join([ROAD, *lines]))
    assert code == 0 and list(rows[0]) == ["time", "condition", "icy", "probability"]
    assert [(row["condition"], row["icy"]) for row in rows] == [("black_ice", "1"), ("unknown", ""), ("dry", "0")]
    assert [row["probability"] for row in rows[1:]] == ["", "0.0"] and float(rows[0]["probability"]) > 0.7
    assert model("road_ice", ROAD + "\n")[:2] == (0, [])


def test_de_icer_is_remembered_until_time_falls(model) -> None:  # type: ignore[no-untyped-def]
    lines = [
        "2026-01-15T06:00Z,-3,0,-1,0.2,0,0,0,20",
        "2026-01-15T06:30Z,-3,0,-1,0.2,0,0,0,",
        "2026-01-15T12:30Z,-3,0,-1,0.2,0,0,0,",
        "2026-01-15T06:30Z,-3,0,-1,0.2,0,0,0,",
    ]
    _, rows, _ = model("road_ice", "\n".join([ROAD + ",deicer_g_m2", *lines]))
    assert [row["condition"] for row in rows] == ["wet", "wet", "black_ice", "black_ice"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2026-01-15T06:00Z,-3,0,-1,-0.2,0,0,0", "water_mm cannot be negative"),
        ("2026-01-15T06:00Z,cold,0,-1,0,0,0,0", "no number for surface_temp_c"),
        ("noon,-3,0,-1,0,0,0,0", "not a time"),
    ],
)
def test_faults_of_roads(model, line: str, told: str) -> None:  # type: ignore[no-untyped-def]
    code, rows, err = model("road_ice", f"{ROAD}\n{line}\n")
    assert (code, rows) == (1, []) and told in json.loads(err)["message"] and json.loads(err)["at"] == "line 2"
    assert model("road_ice", "time,air_temp_c\n2026-01-15T06:00Z,1\n")[0] == 1
