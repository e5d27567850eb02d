"""`shirase model`: CSV in, CSV out, and the place of every fault."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from services.cli import run


def model(capsys: pytest.CaptureFixture[str], file: Path, *words: str) -> tuple[int, list[dict[str, str]], str]:
    code = run(["model", "soil_water_index", "--input", str(file), *words])
    out, err = capsys.readouterr()
    return code, list(csv.DictReader(io.StringIO(out))), err


def write(folder: Path, *rows: str, header: str = "time,rain_mm") -> Path:
    file = folder / "rain.csv"
    file.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return file


def test_the_recursion_with_full_precision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "2026-06-01T01:00+09:00,20", "2026-06-01T02:00+09:00,20", "2026-06-01T03:00+09:00,20")
    code, rows, _ = model(capsys, file, "--set", "step_minutes=60")
    assert code == 0 and list(rows[0]) == ["time", "s1", "s2", "s3", "swi"]
    assert float(rows[2]["swi"]) == pytest.approx(57.29, abs=1e-12)
    assert rows[2]["time"] == "2026-06-01T03:00+09:00"


def test_a_known_state_may_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "2026-06-01T01:00Z,0")
    _, (row,), _ = model(capsys, file, "--set", "initial=100,50,30")
    assert [float(row[name]) for name in ("s1", "s2", "s3")] == pytest.approx([73.5, 57.75, 32.05])


def test_missing_rain_is_a_gap_and_no_dry_hour(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "2026-06-01T01:00Z,20", "2026-06-01T02:00Z,", "2026-06-01T03:00Z,20")
    _, rows, _ = model(capsys, file)
    assert rows[1]["swi"] == ""
    assert float(rows[2]["swi"]) == pytest.approx(39.5)


@pytest.mark.parametrize("mark", ["×", "///", "***", "---", "欠測", "不明"])
def test_what_agencies_write_for_no_value_and_how_spreadsheets_save_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mark: str
) -> None:
    file = write(tmp_path, "2026-06-01T01:00Z,２０", f"2026-06-01T02:00Z,{mark}", "2026-06-01T03:00Z,20")
    file.write_bytes(file.read_text(encoding="utf-8").encode("cp932"))
    _, rows, _ = model(capsys, file)
    assert (rows[1]["swi"], float(rows[2]["swi"])) == ("", pytest.approx(39.5))


@pytest.mark.parametrize(
    ("rows", "words", "at", "told"),
    [
        (["2026-06-01T01:00Z,20", "2026-06-01T03:00Z,20"], [], "line 3", "empty rain_mm"),
        (["2026-06-01T02:00Z,20", "2026-06-01T01:00Z,20"], [], "line 3", "do not rise"),
        (["2026-06-01T01:00Z,20", "2026-06-01T02:00,20"], [], "line 3", "offset"),
        (["yesterday,20"], [], "line 2", "not a time"),
        (["2026-06-01T02:00Z,wet"], [], "line 2", "no number"),
        (["2026-06-01T02:00Z,nan"], [], "line 2", "no number"),
        (["2026-06-01T02:00Z,-1"], [], "line 2", "negative"),
        (["2026-06-01T02:00Z,1"], ["--set", "step_minutes=180"], "line 2", "split"),
        (["2026-06-01T02:00Z,1"], ["--set", "step_minutes"], "--set", "key=value"),
        (["2026-06-01T02:00Z,1"], ["--set", "initial=1,2"], "--set initial", "three storages"),
        (["2026-06-01T02:00Z,1"], ["--set", "speed=1"], "--set", "no parameter speed"),
    ],
)
def test_faults_are_told_by_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[str], words: list[str], at: str, told: str
) -> None:
    code, out, err = model(capsys, write(tmp_path, *rows), *words)
    fault = json.loads(err)
    assert (code, out, fault["at"]) == (1, [], at) and told in fault["message"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"\x00" * 100, b'"' * 50])
def test_what_is_no_such_file_never_ends_in_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    code, out, err = model(capsys, file)
    assert out == [] and (code, bool(err)) in {(1, True), (0, False)}
    assert model(capsys, tmp_path / "nowhere.csv")[0] == 1
