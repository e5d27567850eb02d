"""``shirase fixes clean`` as a person runs it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from services.cli import run

REAL = os.environ.get("SHIRASE_REAL_DATA", "")
HEAD = "trace_id,asset_id,timestamp_local,lon,lat"


@pytest.fixture
def clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command over rows; gives exit code, lines by trace, and complaints."""

    def call(*rows: str, head: str = HEAD, tz: str = "Asia/Tokyo") -> tuple[int, dict[str, Any], list[Any]]:
        file = tmp_path / "fixes.csv"
        file.write_bytes("\n".join([head, *rows, ""]).encode())
        code = run(["fixes", "clean", str(file), "--tz", tz])
        told = capsys.readouterr()
        lines = [json.loads(line) for line in told.out.splitlines()]
        assert all(one["points_in"] == one["points_out"] + sum(one["dropped"].values()) for one in lines)
        assert all(one["points_out"] == sum(part["points"] for part in one["segments"]) for one in lines)
        return code, {one["trace_id"]: one for one in lines}, [json.loads(line) for line in told.err.splitlines()]

    return call


def test_a_trace_is_told_in_full(clean: Any) -> None:
    code, lines, complaints = clean(
        "t1,p1,2026-01-15T06:10:00,141.15,39.70",
        "t1,p1,2026-01-15T06:10:30,141.151,39.70",
        "t1,p1,2026-01-15T06:10:30,141.151,39.70",
    )
    assert (code, complaints) == (0, [])
    segment = {"from": "2026-01-14T21:10:00Z", "to": "2026-01-14T21:10:30Z", "points": 2}
    segment |= {"km": 0.086, "max_speed_kmh": 10.3, "max_gap_s": 30.0}
    counts = {"points_in": 3, "points_out": 2, "dropped": {"duplicate": 1}}
    assert lines["t1"] == {"trace_id": "t1", **counts, "segments": [segment]}


def test_rows_of_a_trace_may_stand_apart(clean: Any) -> None:
    rows = [f"{trace},p,2026-01-15T06:10:{second:02},141.15,39.70" for second in range(3) for trace in "ba"]
    _, lines, _ = clean(*rows)
    assert list(lines) == ["b", "a"] and {one["points_out"] for one in lines.values()} == {3}


def test_two_vehicles_in_one_trace_are_never_joined(clean: Any) -> None:
    _, lines, _ = clean("t,a,2026-01-15T06:10:00,141.15,39.70", "t,b,2026-01-15T06:10:00,141.15,39.70")
    assert [part["points"] for part in lines["t"]["segments"]] == [1, 1]


def test_bad_rows_are_named_by_line_and_counted(clean: Any) -> None:
    code, lines, complaints = clean(
        "t,p,yesterday,141.15,39.70",
        "t,p,2026-01-15T06:10:00,141.15",
        "t,p,2026-01-15T06:10:00,x,39.70",
        "t,p,2026-01-15T06:10:00,141.15,nan",
        "t,p,2026-01-15,141.15,39.70",
        ",p,2026-01-15T06:10:00,141.15,39.70",
        "u,p,1980-01-06T00:00:00,141.15,39.70",
        "u,p,2026-01-15T06:10:00,0,0",
    )
    assert code == 1
    assert lines["t"]["dropped"] == {"bad_time": 2, "bad_row": 1, "bad_position": 2} and lines["t"]["segments"] == []
    assert lines[""]["dropped"] == {"no_trace": 1}
    assert lines["u"]["dropped"] == {"bad_time": 1, "bad_position": 1}
    assert [one["at"] for one in complaints] == [f"line {n}" for n in range(2, 9)]


def test_hours_that_come_twice_and_never(clean: Any) -> None:
    code, lines, complaints = clean(
        *(f"back,p,2016-11-06T{time},-87.7,41.9" for time in ("01:58:00", "01:59:30", "01:01:00", "01:02:00")),
        *(f"on,p,2017-03-12T{time},-87.7,41.9" for time in ("01:59:30", "02:30:00", "03:00:00")),
        tz="America/Chicago",
    )
    (part,) = lines["back"]["segments"]
    assert part["from"] == "2016-11-06T06:58:00Z" and part["to"] == "2016-11-06T07:02:00Z" and part["points"] == 4
    assert lines["back"]["ambiguous_times"] == 4
    assert lines["on"]["dropped"] == {"nonexistent_time": 1} and lines["on"]["segments"][0]["max_gap_s"] == 30
    assert code == 1 and complaints[0]["at"] == "line 7" and "never was" in complaints[0]["message"]


def test_an_offset_in_the_file_counts_for_more_than_the_zone(clean: Any) -> None:
    _, lines, _ = clean("t,p,2026-01-15T06:10:00+00:00,141.15,39.70")
    assert lines["t"]["segments"][0]["from"] == "2026-01-15T06:10:00Z"


def test_the_future_and_the_inaccurate_are_dropped(clean: Any) -> None:
    rows = ("t,p,2999-01-15T06:10:00,141.15,39.70,5", "t,p,2026-01-15T06:10:00,141.15,39.70,900")
    code, lines, _ = clean(*rows, head=f"{HEAD},accuracy_m")
    assert code == 0 and lines["t"]["dropped"] == {"future": 1, "accuracy": 1} and lines["t"]["segments"] == []


@pytest.mark.parametrize(
    ("content", "at"),
    [
        (b"", "line 1"),
        (b"trace_id;asset_id;timestamp_local;lon;lat\n", "line 1"),
        (HEAD.encode() + b"\nt,\x8f\x9c,2026-01-15T06:10:00,141.15,39.70\n", "byte "),
        (HEAD.encode() + b'\nt,"p' + b"x" * 200_000, "line "),
    ],
)
def test_another_file_is_refused_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, at: str
) -> None:
    file = tmp_path / "other.csv"
    file.write_bytes(content)
    assert run(["fixes", "clean", str(file), "--tz", "Asia/Tokyo"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and json.loads(told.err)["at"].startswith(at)


def test_no_such_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fixes", "clean", str(tmp_path / "none.csv"), "--tz", "Asia/Tokyo"]) == 1
    assert "cannot be read" in json.loads(capsys.readouterr().err)["message"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc"])
def test_a_zone_that_is_none_is_wrong_usage(zone: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(["fixes", "clean", "x.csv", "--tz", zone])
    assert stopped.value.code == 2


@pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where the plow traces are")
def test_chicago(capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(REAL, "snow", "plow_traces_chicago_201612.csv")
    assert run(["fixes", "clean", str(file), "--tz", "America/Chicago"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 319 and sum(one["points_in"] for one in lines) == 3190
    assert max(part["max_speed_kmh"] for one in lines for part in one["segments"]) <= 80


def test_a_trace_matched_to_the_demonstration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    file = tmp_path / "fixes.csv"
    rows = [
        f"t,p1,2026-01-15T04:{step // 6:02}:{step % 6 * 10:02},{141.15 + 0.0006 * step:.6f},39.701702"
        for step in range(10)
    ]
    file.write_text("\n".join([HEAD, *rows]))
    assert run(["fixes", "match", str(file), "--tz", "Asia/Tokyo"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["name"] for one in lines} == {"見本中央通り"} and {one["administrator"] for one in lines} == {"city"}
    assert [one["share"] for one in lines] == [1.0, 1.0, 1.0]
    assert lines[0]["from"] == "2026-01-14T19:00:00Z" and {one["direction"] for one in lines} == {1}


def test_a_network_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    (tmp_path / "network").mkdir()
    (tmp_path / "network" / "x.fgb").write_bytes(b"")
    assert run(["fixes", "match", "x.csv", "--tz", "Asia/Tokyo"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "bad_network"
