"""The tables that cities have: slash dates, marks of agencies, spreadsheets; read, or refused with place and cure."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from services.calculations import table
from services.calculations.table import InputError

HEAD = "time,rain_mm,air_c\n"


def read(folder: Path, text: str, encoding: str = "utf-8") -> list[tuple[str, float, float]]:
    file = folder / "in.csv"
    file.write_bytes(text.encode(encoding))
    return [
        (table.time(row, line).isoformat(), table.value(row, "rain_mm", line), table.value(row, "air_c", line))
        for line, row in table.read(file)
    ]


SPOKEN = [("2026-03-05T01:00:00", 1.5, -2.0)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (HEAD + "2026/3/5 1:00,1.5,-2\n", "utf-8"),
        (HEAD + "2026/3/5 1:00,1.5,-2\n,,\n\n", "utf-8-sig"),
        ("ｔｉｍｅ, Rain_mm ,AIR_C\r\n2026年3月5日1時,１．５,－２\r\n", "cp932"),
        ("time\train_mm\tair_c\n2026-03-05 01:00\t1.5\t-2\n", "utf-16"),
        ("time;rain_mm;air_c\n2026/03/05 01:00;1.5;\N{MINUS SIGN}2\n", "utf-8"),
        ("air_c,備考,rain_mm,time\n-2,速報,1.5 ),2026/3/5 1:00\n", "utf-8"),
        ("time,rain_mm,air_c,\n2026/3/5 1:00,1.5*,-2 ),\n", "utf-8"),
    ],
)
def test_one_row_in_many_hands(tmp_path: Path, text: str, encoding: str) -> None:
    assert read(tmp_path, text, encoding) == SPOKEN


@pytest.mark.parametrize("mark", ["", "×", "///", "#", "欠測", "0.5 ]", "0.5]", "]"])
def test_marks_for_no_value(tmp_path: Path, mark: str) -> None:
    assert math.isnan(read(tmp_path, f"{HEAD}2026/3/5 1:00,{mark},1\n")[0][1])


@pytest.mark.parametrize(("written", "amount"), [("--", 0.0), ('"1,234.5"', 1234.5), ("0.0 )", 0.0), ("1e2", 100.0)])
def test_amounts(tmp_path: Path, written: str, amount: float) -> None:
    assert read(tmp_path, f"{HEAD}2026/3/5 1:00,{written},1\n")[0][1] == amount


@pytest.mark.parametrize(
    ("text", "encoding", "at", "says"),
    [
        (HEAD + "2026/3/5 1:00,1,--\n", "utf-8", "line 2", "no number for air_c"),
        (HEAD + '2026/3/5 1:00,"1,2",1\n', "utf-8", "line 2", "no number for rain_mm"),
        (HEAD + "2026/3/5 1:00,1,1\n※値は速報値,,\n", "utf-8", "line 3", "2026/6/1 0:00"),
        ("ダウンロードした時刻：2026/3/5\n\n" + HEAD, "cp932", "line 3", "no column time"),
        ("time,rain_mm,Rain_mm\n", "utf-8", "line 1", "one name"),
        ("PK\x03\x04", "utf-8", "byte 0", "save the sheet as CSV"),
        ("\xd0\xcf\x11\xe0", "latin-1", "byte 0", "save the sheet as CSV"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, text: str, encoding: str, at: str, says: str) -> None:
    with pytest.raises(InputError) as told:
        read(tmp_path, text, encoding)
    assert told.value.at == at and says in str(told.value)
