"""Floods one by one, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geo.river.levels import HOUR
from geo.river.runs import Told, crossings, told, warning_runs
from geo.river.verification import Issued
from tests.geo.river.making import rivers


def test_a_crossing_needs_half_a_day_below() -> None:
    level = np.full(400, 1.0)
    level[[100, 101, 130, 300]] = 3.0
    level[200:250] = np.nan
    assert crossings(level, 2.0) == [100, 300], "the third is of the same flood"
    assert crossings(np.full(10, 3.0), 2.0) == [], "where it begins above, nothing was crossed"


def test_half_a_day_is_twelve_hours() -> None:
    for apart, floods in ((12 * HOUR, [10]), (12 * HOUR + 1, [10, 10 + 12 * HOUR + 1])):
        level = np.full(200, 1.0)
        level[[10, 10 + apart]] = 3.0
        assert crossings(level, 2.0) == floods


def test_runs() -> None:
    hours = np.arange(0, 60, HOUR)
    warned = np.array([0, 1, 1, 0, 0, 1, 0, 0, 0, 1], dtype=bool)
    assert warning_runs(hours, warned) == [(6, 12), (30, 30), (54, 54)]
    assert warning_runs(hours, np.zeros(10, dtype=bool)) == []


@pytest.mark.parametrize(
    ("warned_at", "expected"),
    [
        ([94, 95, 96, 97, 98, 99], Told("a0", (6.0,), 0)),
        ([94, 95, 98, 99], Told("a0", (2.0,), 0)),  # broken off: the warning that counts began again
        ([94, 95], Told("a0", (0.0,), 0)),  # none stood when it came, but it was not for nothing
        ([20, 21, 99], Told("a0", (1.0,), 1)),
        ([], Told("a0", (0.0,), 0)),
    ],
)
def test_a_flood_is_told_of_or_not(warned_at: list[int], expected: Told) -> None:
    levels = rivers("a", days=8).of(["a0"])
    values = np.full(levels.values.shape, 0.5)
    values[100 * HOUR :] = 3.0
    row = np.arange(0, len(values), HOUR)
    nothing = np.zeros(len(row))
    issued = Issued(
        lead=6,
        row=row,
        column=np.zeros(len(row), dtype=int),
        level=values[row, 0],
        threshold=np.full(len(row), 2.5),
        chance=nothing,
        warn=np.isin(row // HOUR, warned_at),
        rises=nothing[:, None],
        damped=nothing,
    )
    assert told(issued, replace(levels, values=values)) == [expected]
