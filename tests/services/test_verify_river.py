"""``shirase verify river`` as a person runs it, on made rivers; and on real floods where they are at hand."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from feeds.instant import iso_utc
from geo.river.levels import Levels
from services.cli import run
from tests.geo.river.making import at, few_trees, rivers, row

SCORES = ["pod", "far", "csi", "bss", "crpss", "coverage80"]


def write(folder: Path, name: str, levels: Levels) -> tuple[Path, Path]:
    """``levels_NAME.csv`` and ``stations_NAME.csv``."""
    codes = [gauge.code for gauge in levels.gauges]
    told, beside = folder / f"levels_{name}.csv", folder / f"stations_{name}.csv"
    with told.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time_utc", *codes])
        for place, values in enumerate(levels.values):
            cells = ["" if np.isnan(level) else round(1000 * level) for level in values]
            writer.writerow([iso_utc(levels.time(place)), *cells])
    with beside.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["station", "river", "site_name", "lon", "lat", "median_mm", "max_mm", "n"])
        writer.writerows(
            [one.code, one.river, one.code, 1, 43, round(1000 * one.normal), 1, 1] for one in levels.gauges
        )
    return told, beside


def verify(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[dict], str]:
    code = run(["verify", "river", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


@pytest.fixture
def quick() -> Iterator[None]:
    with few_trees():
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("rivers")
    whole = rivers("abcd", days=8)
    write(made, "2020-01", whole)
    return made


def asked(folder: Path, codes: Sequence[str], levels: Levels | None = None) -> tuple[Path, Path]:
    chosen = (levels or rivers("abcd", days=8)).of(codes)
    (folder / "asked").mkdir(exist_ok=True)
    return write(folder / "asked", "x", chosen)


def the_report_holds_what_was_printed(report: list[dict], lines: list[dict]) -> None:
    for one, line in zip(report, lines, strict=True):
        assert {name: one[name] for name in line} == line
        tenths, floods = one["reliability"], one["floods"]
        assert sum(each["n"] for each in tenths) == line["n"]
        assert sum(each["events"] for each in tenths) == line["events"]
        assert all(each["said"] is None or each["from"] <= each["said"] <= each["to"] for each in tenths)
        assert sum(floods["counts"]) == len(floods["hours_before"]) > 0 and floods["missed"] >= 0


@pytest.mark.usefixtures("quick")
def test_a_line_a_lead_beside_its_baselines_and_a_row_a_forecast(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    levels, stations = asked(folder, ["a0", "a1", "a2"])
    out = tmp_path / "out.csv"
    common = ("--levels", levels, "--stations", stations, "--train", folder, "--leads", "2,1", "--forecasts", out)
    code, lines, _ = verify(capsys, *common, "--report", tmp_path / "out.json")
    the_report_holds_what_was_printed(json.loads((tmp_path / "out.json").read_text())["leads"], lines)
    assert code == 0 and [line["lead_h"] for line in lines] == [1, 2]
    for line in lines:
        assert [*line] == ["lead_h", "n", "events", *SCORES, "baseline"]
        assert [*line["baseline"]] == ["persistence", "extrapolation"] and line["events"] > 0
        assert line["bss"] > line["baseline"]["persistence"]["bss"] and line["crpss"] > 0
        assert 0.6 <= line["coverage80"] <= 1
    with out.open() as file:
        found = list(csv.DictReader(file))
    assert ",".join(found[0]) == "issued_at,station,lead_h,level_mm,threshold_mm,p_exceed,warn,q10,q50,q90"
    for one in found:
        assert float(one["q10"]) <= float(one["q50"]) <= float(one["q90"]) and 0 <= float(one["p_exceed"]) <= 1
        assert one["issued_at"].endswith("00:00Z") and one["warn"] in "01"
    chances = {(one["issued_at"], one["station"], one["lead_h"]): float(one["p_exceed"]) for one in found}
    assert all(chances[at, code, "2"] >= chance for (at, code, lead), chance in chances.items() if lead == "1")

    whole = rivers("abcd", days=8)
    values = whole.values.copy()
    values[row(100) + 1 :] = 7.0  # the future of the asked gauges alone: what is learned stays the same
    asked(folder, ["a0", "a1", "a2"], replace(whole, values=values))
    assert verify(capsys, *common)[0] == 0
    with out.open() as file:
        again = list(csv.DictReader(file))
    until = iso_utc(at(100))
    assert [one for one in again if one["issued_at"] <= until] == [one for one in found if one["issued_at"] <= until]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("levels_x.csv", "time,a0\n", "columns time_utc are missing"),
        ("levels_x.csv", "time_utc,a0\nyesterday,1\n", ":2: time_utc"),
        ("levels_x.csv", "time_utc,a0\n2020-01-07T00:00Z,high\n", ":2: a0: 'high'"),
        ("levels_x.csv", "time_utc,zz\n2020-01-07T00:00Z,1\n", "no level of any gauge"),
        ("levels_x.csv", "\xff\xfe", "levels_x.csv"),
        ("stations_x.csv", "station,river\na0,a\n", "median_mm are missing"),
        ("stations_x.csv", "station,river,median_mm\na0,a,low\n", ":2: median_mm 'low'"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, said: str
) -> None:
    levels, stations = asked(folder, ["a0"])
    (levels.parent / file).write_bytes(text.encode("latin-1"))
    code, lines, err = verify(capsys, "--levels", levels, "--stations", stations, "--train", folder)
    assert (code, lines) == (1, []) and said in json.loads(err)["message"]


def test_too_little_to_learn_from_is_said(folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    levels, stations = asked(folder, ["a0"])
    write(tmp_path, "few", rivers("ab", days=2))
    code, _, err = verify(capsys, "--levels", levels, "--stations", stations, "--train", tmp_path)
    assert code == 1 and "3 rivers at the least" in err
    code, _, err = verify(capsys, "--levels", levels, "--stations", stations, "--train", tmp_path / "none")
    assert code == 1 and "no levels_*.csv" in err


@pytest.mark.real
def test_two_real_basins_that_it_has_not_seen(
    real_data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = real_data / "timeseries/river_fr"
    with (source / "stations_2020-01.csv").open() as file:
        rows = [one for one in csv.DictReader(file) if one["river"] in {"L'Agly", "Le Tech"}]
    with (tmp_path / "stations.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    (learned := tmp_path / "learned").mkdir()  # the other rivers in one flood: it becomes as good in half the time
    for name in ("levels_2020-01.csv", "stations_2020-01.csv"):
        (learned / name).symlink_to(source / name)
    code, (line,), _ = verify(
        capsys,
        *("--levels", source / "levels_2020-01.csv", "--stations", tmp_path / "stations.csv"),
        *("--train", learned, "--leads", "3"),
    )
    extrapolation = line["baseline"]["extrapolation"]
    assert code == 0 and line["events"] == 48
    assert line["bss"] >= 0.5 > extrapolation["bss"] and line["csi"] >= 0.45 > extrapolation["csi"]
    assert line["crpss"] >= 0.48 > extrapolation["crpss"] and 0.75 <= line["coverage80"] <= 0.9
