"""The agency's tables of soil water criteria: as they come, with their oddities, and what is none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.rain.critical_lines import MOST_RAIN, CriteriaError, CriticalLines, read_lines

CELL = 59414121


def table(cells: Mapping[int, Callable[[int], object]], odd: str = "ー", note: str = "# 土壌雨量指数基準\n") -> bytes:
    """A table in the agency's shape: a limit for each millimetre of rain."""
    rains = ",".join(f"60分雨量{rain}ミリの時の土壌雨量指数" for rain in range(MOST_RAIN + 1))
    rows = [
        f"{code},0320100,盛岡市," + ",".join(str(limit(rain)) for rain in range(MOST_RAIN + 1))
        for code, limit in cells.items()
    ]
    return f"{note}格子番号,二次細分区域コ{odd}ド,名称,{rains}\n{chr(10).join(rows)}\n".encode("cp932")


def falling(at_rest: int) -> Callable[[int], int]:
    return lambda rain: max(0, at_rest - rain)


LINES = read_lines({2: table({CELL: falling(100)}), 4: table({CELL: falling(160), CELL + 1: falling(150)})})


def level(index: float, rain: float, row: int = 0, lines: CriticalLines = LINES) -> int:
    return int(lines.levels(np.array([row]), np.array([index]), np.array([rain]))[0])


def test_on_the_line_is_reached_and_below_it_is_not() -> None:
    assert LINES.codes.tolist() == [CELL, CELL + 1]
    assert [level(index, 0) for index in (99.9, 100, 159.9, 160)] == [0, 2, 2, 4]
    assert [level(100, rain) for rain in (0, 59, 60)] == [2, 2, 4]
    assert level(149, 0, row=1) == 0  # that cell has no line of level 2
    assert level(150, 0, row=1) == 4


def test_rain_is_rounded_and_the_table_ends_at_150_mm() -> None:
    assert [level(159, rain) for rain in (0.4, 0.6)] == [2, 4]
    assert level(10, 400.0) == 4
    assert level(float("nan"), 10) == level(500, float("nan")) == 0


def test_undefined_limits_are_never_reached() -> None:
    undefined = read_lines({4: table({CELL: lambda rain: "－" if rain < 10 else -1 if rain < 20 else 50})})
    assert [level(99_999, rain, lines=undefined) for rain in (0, 15, 20)] == [0, 0, 4]


def test_repeated_rows_and_look_alike_headings() -> None:
    twice = table({CELL: falling(160)}, odd="−").replace(b"\n#", b"\n") + table({CELL: falling(140)}).split(b"\n")[2]
    assert level(150, 0, lines=read_lines({4: twice})) == 4


@given(st.floats(0, 300), st.floats(0, 200), st.floats(0, 100), st.floats(0, 100))
def test_wetter_is_never_lower(index: float, rain: float, more: float, heavier: float) -> None:
    assert level(index + more, rain) >= level(index, rain)
    assert level(index, rain + heavier) >= level(index, rain)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no row with a limit"),
        (b"\x81", "not Shift_JIS"),
        ("格子番号,名称\n59414121,盛岡\n".encode("cp932"), "line 1: wanted a column"),
        (table({5941412: falling(100)}), "line 3: 5941412 is no code"),
        (table({CELL: lambda rain: "x"}), "line 3: a cell or a limit"),
        (table({CELL: lambda rain: rain}), "line 3: the line of cell"),
        (table({CELL: lambda rain: 99999}), "line 3: a cell or a limit"),
    ],
)
def test_what_is_no_such_table_is_refused_by_its_line(content: bytes, told: str) -> None:
    with pytest.raises(CriteriaError, match=told):
        read_lines({4: content})
