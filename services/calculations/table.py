"""Reading what people hand in: CSV rows, cells, numbers, times and settings, each fault told by its place."""

from __future__ import annotations

import csv
import io
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

Row: TypeAlias = dict[str, str]

# What stands for no value in the tables of agencies. Not "--": there it is a phenomenon that was not seen.
_MISSING = frozenset({"", "×", "///", "***", "---", "欠測", "不明"})


class InputError(Exception):
    """The file or a setting cannot be used; ``at`` says where."""

    def __init__(self, at: str, message: str) -> None:
        super().__init__(message)
        self.at = at


def read(file: Path) -> Iterator[tuple[int, Row]]:
    """Line number and cells of each row. UTF-8 or, as spreadsheets in Japan save it, CP932."""
    try:
        reader = csv.DictReader(io.StringIO(_text(file.read_bytes()), newline=""))
        for row in reader:
            yield reader.line_num, {key: (value or "").strip() for key, value in row.items() if key is not None}
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror})") from None
    except csv.Error as error:
        raise InputError(str(file), f"is no CSV: {error}") from None


def _text(data: bytes) -> str:
    if data.startswith(b"\x1f\x8b"):
        raise InputError("byte 0", "the file is packed by gzip: unpack it first (gunzip)")
    try:
        return data.decode("utf-8-sig")
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
    text = unicodedata.normalize("NFKC", cell(row, name, line))
    return math.nan if text in _MISSING else number(text, name, f"line {line}")


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
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"line {line}", f"{text[:40]!r} is not a time; write it like 2026-06-01T00:00+09:00") from None


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
