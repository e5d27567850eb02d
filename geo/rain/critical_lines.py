"""Critical lines of landslides (土砂災害の基準線): from which soil water index on, at each rain of 60 minutes.

The Japan Meteorological Agency publishes a table for each level, a row per 1 km cell, a column per millimetre of rain
from 0 to 150 (files 2_1, 2_2 and 2_3 of its page of criteria: levels 5, 4 and 2; there is no line of level 3). A line
is a staircase that falls with rain and is never interpolated.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[np.float64]
Limits: TypeAlias = npt.NDArray[np.int16]  # (cells, 151)

MOST_RAIN = 150
_UNDEFINED = np.iinfo(np.int16).max  # no rain reaches it
_RAIN = re.compile(r"60分雨量(\d+)ミリ")
_CELL = "格子番号"


class CriteriaError(ValueError):
    """The table is not one of these; the text names the line and what was looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class CriticalLines:
    """Lines of some levels over the same cells: ``codes`` ascend, each table has a row per code."""

    codes: npt.NDArray[np.int64]
    limits: Mapping[int, Limits]  # level → mm of soil water index

    def levels(self, rows: npt.NDArray[np.intp], index_mm: Values, rain_60_mm: Values) -> npt.NDArray[np.intp]:
        """The highest level whose line each cell is on or outside of, 0 for none; all of shape (cells,).

        ``rows`` are places in ``codes``. A NaN reaches nothing: it is unknown, and the caller must say so.
        """
        known = np.isfinite(index_mm) & np.isfinite(rain_60_mm)
        column = np.clip(np.round(np.where(known, rain_60_mm, 0)), 0, MOST_RAIN).astype(np.intp)
        found = np.zeros(len(rows), dtype=np.intp)
        for level, table in sorted(self.limits.items()):
            limit = table[rows, column]
            found[known & (limit < _UNDEFINED) & (index_mm >= limit)] = level
        return found


def read_lines(tables: Mapping[int, bytes]) -> CriticalLines:
    """Lines from the agency's tables, by level. Cells that one table lacks have no line of its level.

    Raises :class:`CriteriaError` with the level, the line and the cure.
    """
    read = {level: _table(content, f"level {level}") for level, content in tables.items()}
    codes = np.array(sorted(set().union(*read.values())), dtype=np.int64)
    limits = {}
    for level, rows in read.items():
        table = np.full((len(codes), MOST_RAIN + 1), _UNDEFINED, dtype=np.int16)
        for place, code in enumerate(codes.tolist()):
            if code in rows:
                table[place] = rows[code]
        limits[level] = table
    return CriticalLines(codes, limits)


def _table(content: bytes, name: str) -> dict[int, Limits]:
    """Cell → its line. Of rows that occur twice the lower limit counts at each rain."""
    try:
        text = content.decode("cp932")
    except UnicodeDecodeError as error:
        raise CriteriaError(f"{name}: byte {error.start} is not Shift_JIS; take the agency's file as it is") from None
    cell: int | None = None
    rains: dict[int, int] = {}
    found: dict[int, Limits] = {}
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if not row or row[0].lstrip().startswith("#"):
            continue
        if cell is None:
            cell, rains = _header(row, f"{name}, line {number}")
            continue
        code, line = _row(row, cell, rains, f"{name}, line {number}")
        found[code] = np.minimum(found[code], line) if code in found else line
    if not found:
        raise CriteriaError(f"{name}: no row with a limit; is it a table of soil water criteria (土壌雨量指数基準)?")
    return found


def _header(row: list[str], where: str) -> tuple[int, dict[int, int]]:
    """Columns of the cell and of each rain. Look-alike characters differ from file to file: they are made one."""
    names = [unicodedata.normalize("NFKC", name) for name in row]
    cell = next((column for column, name in enumerate(names) if _CELL in name), None)
    rains = {int(match[1]): column for column, name in enumerate(names) if (match := _RAIN.search(name))}
    if cell is None or sorted(rains) != list(range(MOST_RAIN + 1)):
        raise CriteriaError(
            f"{where}: wanted a column {_CELL} and 60分雨量0ミリ… to {MOST_RAIN}; found {', '.join(names[:4])}"
        )
    return cell, rains


def _row(row: list[str], cell: int, rains: Mapping[int, int], where: str) -> tuple[int, Limits]:
    try:
        code = int(row[cell])
        limits = [_limit(row[rains[rain]]) for rain in range(MOST_RAIN + 1)]
    except (ValueError, IndexError):
        raise CriteriaError(f"{where}: a cell or a limit is no whole number, or the row is short") from None
    if len(str(code)) != 8:
        raise CriteriaError(f"{where}: {code} is no code of a 1 km cell, which has eight digits")
    if any(after > before for before, after in pairwise(limits)):
        raise CriteriaError(f"{where}: the line of cell {code} rises with rain; columns must be mixed up")
    return code, np.array(limits, dtype=np.int16)


def _limit(text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("ー", "-")
    if plain in {"", "-", "-1"}:
        return int(_UNDEFINED)
    value = int(plain)
    if not 0 <= value < _UNDEFINED:
        raise ValueError(text)
    return value
