"""Reading what people hand in: CSV rows, cells, numbers, times and settings, each fault told by its place."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from feeds.written_time import as_written

Row: TypeAlias = dict[str, str]

# What stands for no value in the tables of agencies. Not "--": there it is a phenomenon that was not seen.
_MISSING = frozenset({"", "×", "///", "***", "---", "#", "欠測", "欠", "不明"})
_UNSEEN = "--"  # of an amount 0: it did not rain, no snow lies
_AMOUNTS = ("_mm", "_cm", "_ice", "_rain", "_snow")
_QUALITY = re.compile(r"\s*[)\]*]$")  # 0.5 ) is nearly whole and counts; of 0.5 ] too much is missing
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx, .xls


class InputError(Exception):
    """The file or a setting cannot be used; ``at`` says where."""

    def __init__(self, at: str, message: str) -> None:
        super().__init__(message)
        self.at = at


def read(file: Path) -> Iterator[tuple[int, Row]]:
    """Line number and cells of each row that has any. UTF-8, or as spreadsheets in Japan save it: CP932, UTF-16, with
    tabs or semicolons, and names of columns in wide or capital letters."""
    try:
        text = _text(file.read_bytes())
        head = text.partition("\n")[0]
        mark = next((mark for mark in (",", "\t", ";") if mark in head), ",")
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
        reader.fieldnames = [_plain(name) for name in reader.fieldnames or ()]
        if len(set(reader.fieldnames) - {""}) < sum(map(bool, reader.fieldnames)):
            raise InputError("line 1", f"two columns have one name: {', '.join(reader.fieldnames)}")
        for row in reader:
            cells = {key: (value or "").strip() for key, value in row.items() if key}
            if any(cells.values()):
                yield reader.line_num, cells
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror})") from None
    except csv.Error as error:
        raise InputError(str(file), f"is no CSV: {error}") from None


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _text(data: bytes) -> str:
    if data.startswith(b"\x1f\x8b"):
        raise InputError("byte 0", "the file is packed by gzip: unpack it first (gunzip)")
    if data.startswith(_WORKBOOKS):
        raise InputError("byte 0", "the file is a workbook or an archive: save the sheet as CSV (UTF-8) and give that")
    try:
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            return data.decode("cp932")
        except UnicodeDecodeError:
            raise InputError(f"byte {error.start}", "the file is neither UTF-8 nor CP932") from None


def cell(row: Row, name: str, line: int) -> str:
    """The text of one cell, which may be empty; its column must be there."""
    if name not in row:
        raise InputError(f"line {line}", f"there is no column {name}; found {', '.join(row) or 'none'}")
    return row[name]


def value(row: Row, name: str, line: int) -> float:
    """The number in a cell, NaN where it is empty or marked as missing."""
    text = unicodedata.normalize("NFKC", cell(row, name, line)).replace("\N{MINUS SIGN}", "-")
    plain = _QUALITY.sub("", text)
    if not {text, plain}.isdisjoint(_MISSING) or text.endswith("]"):
        return math.nan
    if plain == _UNSEEN and name.endswith(_AMOUNTS):
        return 0.0
    return number(plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain, name, f"line {line}")


def number(text: str, name: str, at: str = "") -> float:
    """A finite number; without a place it is that of a setting."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise InputError(at or f"--set {name}", f"{text[:40]!r} is no number for {name}")
    return found


def time(row: Row, line: int) -> datetime:
    """The column ``time``, with an offset or without."""
    text = cell(row, "time", line)
    try:
        return as_written(text)
    except ValueError:
        cure = "write it like 2026-06-01T00:00+09:00 or 2026/6/1 0:00; notes stand in no row"
        raise InputError(f"line {line}", f"{text[:40]!r} is not a time; {cure}") from None


def passed(last: datetime, now: datetime, line: int) -> timedelta:
    """How much later the row is than the one before; negative where the times fall."""
    try:
        return now - last
    except TypeError:
        raise InputError(
            f"line {line}", "some times have an offset and some have none: write it in all of them"
        ) from None


def even(last: datetime | None, now: datetime, line: int, step: timedelta, column: str) -> None:
    """Every row one step after the row before: a hole must be written down, or it would be taken for dry weather."""
    if last is None or (found := passed(last, now, line)) == step:
        return
    if found <= timedelta(0):
        raise InputError(f"line {line}", "the times do not rise: sort the file, one row a time")
    cure = f"write missing steps as rows with an empty {column}"
    raise InputError(f"line {line}", f"{found} after the row before, the step is {step}: {cure}")


def settings(given: Sequence[str]) -> dict[str, str]:
    """``key=value`` words as a table."""
    pairs = [one.partition("=") for one in given]
    for key, equals, _ in pairs:
        if not (key and equals):
            raise InputError("--set", f"{key!r}: write key=value")
    return {key: value for key, _, value in pairs}


def only(given: Mapping[str, str], known: set[str]) -> None:
    """Refuse a setting that the model does not have."""
    if unknown := sorted(given.keys() - known):
        there = f"there are {', '.join(sorted(known))}" if known else "it has none"
        raise InputError("--set", f"no parameter {', '.join(unknown)}; {there}")
