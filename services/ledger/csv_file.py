"""A sheet as CSV for a spreadsheet: UTF-8 with a byte order mark, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from feeds.japan import JAPAN
from services.ledger.sheets import Cell, Column, Row, Sheet
from services.ledger.words import hours

# What makes a spreadsheet take text for a formula
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(sheet: Sheet, mark: str = "") -> bytes:
    """One table: its Japanese headings, each with the mark of a drill, then its rows; no sums, which a program would
    add up again."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(mark + column.ja for column in sheet.columns)
    for row in sheet.rows:
        writer.writerow(row_of(row, sheet.columns))
    return ("\ufeff" + out.getvalue()).encode()


def row_of(row: Row, columns: Sequence[Column]) -> list[str]:
    """The cells of one row as they may stand in a file."""
    return [_cell(value, column) for value, column in zip(row, columns, strict=True)]


def harmless(text: str) -> str:
    """Text that no spreadsheet runs: what would begin a formula stands behind an apostrophe."""
    return "'" + text if text.startswith(_RUNS) else text


def _cell(value: Cell, column: Column) -> str:
    if value is None:
        return ""
    if column.kind in ("time", "difference") and isinstance(value, int):
        return hours(value)
    if isinstance(value, datetime):
        return value.astimezone(JAPAN).isoformat(timespec="seconds")
    return harmless(value) if isinstance(value, str) else str(value)
