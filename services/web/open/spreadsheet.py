"""CSV as spreadsheets here read it: UTF-8 with a byte order mark, CRLF, and no cell that they would run."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence

from services.ledger.csv_file import harmless
from services.web.open.cells import Cell


def written(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A whole table."""
    return head(columns) + lines(rows)


def head(columns: Sequence[str]) -> bytes:
    """What stands before the first row."""
    return b"\xef\xbb\xbf" + lines([columns])


def lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows and nothing else."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: Cell) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "1" if value else ""
    return harmless(value) if isinstance(value, str) else str(value)
