"""Levels and gauges in CSV files: ``levels_X.csv`` with millimetres, a column a gauge; ``stations_X.csv`` beside it."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from feeds.instant import instant
from feeds.written_time import as_written
from geo.river.levels import Gauge, Levels, gridded

_MILLI = 0.001
_NEEDED = ("station", "river", "median_mm")


class RiverFileError(ValueError):
    """A file that cannot be used; the text names file, line and cure."""


def read_gauges(path: Path) -> dict[str, Gauge]:
    """By code. Raises RiverFileError."""
    found = {}
    for line, row in _rows(path, _NEEDED):
        try:
            found[row["station"]] = Gauge(
                code=row["station"], river=row["river"], normal=float(row["median_mm"]) * _MILLI
            )
        except (TypeError, ValueError):
            raise RiverFileError(f"{path}:{line}: median_mm {row['median_mm']!r} is no number of millimetres") from None
    return found


def read_levels(path: Path, gauges: Mapping[str, Gauge], without: Collection[str] = ()) -> Levels:
    """Those of its gauges that are known and not left out. Raises RiverFileError."""
    series: dict[str, list[tuple[datetime, float]]] = {}
    for line, row in _rows(path, ("time_utc",)):
        at = _time(row["time_utc"], f"{path}:{line}")
        for code, level in row.items():
            if level and code in gauges and code not in without:
                series.setdefault(code, []).append((at, _level(level, f"{path}:{line}: {code}")))
    if not series:
        raise RiverFileError(f"{path}: no level of any gauge that is named; are the columns its station codes?")
    return gridded({gauges[code]: series[code] for code in gauges if code in series})


def training_periods(folder: Path, without: Collection[str]) -> list[Levels]:
    """Every ``levels_X.csv`` of the folder with its ``stations_X.csv``. Raises RiverFileError."""
    periods = []
    for path in sorted(folder.glob("levels_*.csv")):
        beside = path.with_name(path.name.replace("levels_", "stations_", 1))
        periods.append(read_levels(path, read_gauges(beside), without))
    if not periods:
        raise RiverFileError(f"{folder}: no levels_*.csv to learn from")
    return periods


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in needed if name not in (reader.fieldnames or ())]
            if missing:
                raise RiverFileError(f"{path}:1: the columns {', '.join(missing)} are missing")
            for row in reader:
                yield reader.line_num, row
    except OSError as error:
        raise RiverFileError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise RiverFileError(f"{path}: no CSV in UTF-8: {error}") from None


def _time(text: str, where: str) -> datetime:
    try:
        return instant(text)
    except ValueError as error:
        return _as_spreadsheets_write(text, f"{where}: time_utc: {error}")


def _as_spreadsheets_write(text: str, refusal: str) -> datetime:
    """2020/1/7 16:30: the column's name tells that it is UTC."""
    try:
        at = as_written(text)
    except ValueError:
        raise RiverFileError(refusal) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _level(text: str, where: str) -> float:
    try:
        return float(text) * _MILLI
    except ValueError:
        raise RiverFileError(
            f"{where}: {text[:20]!r} is no number of millimetres; leave it empty where there is none"
        ) from None
