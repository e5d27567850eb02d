"""A CSV file of vehicle positions as traces: ``trace_id,asset_id,timestamp_local,lon,lat`` and maybe ``accuracy_m``.

No row is lost: one that cannot be read is counted for its trace, and told by its line with the cure. Read twice: first
to see whether the rows of each trace stand together; if so only one trace is in memory at a time, else all are.
"""

from __future__ import annotations

import csv
import math
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from feeds.instant import iso_utc
from feeds.written_time import as_written
from geo.plow.local_time import local_seconds, placed
from geo.plow.track import Track, track
from services.calculations.table import InputError

COLUMNS = ("trace_id", "asset_id", "timestamp_local", "lon", "lat")
_ACCURACY = "accuracy_m"
_EARLIEST = local_seconds(datetime(1990, 1, 1))  # noqa: DTZ001 - before it there were no receivers, only unset clocks
_DATE = len("2016-12-17")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: the reason it is counted under, where it stands, and how to mend it."""

    reason: str
    line: int
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """All rows of one trace: its vehicles' fixes in the order of the file, and what could not be read."""

    trace_id: str
    vehicles: dict[str, Track]
    bad: list[BadRow]
    twice: int  # times that the clock showed twice, and that were decided by their neighbours

    @property
    def points(self) -> int:
        """How many rows of the file belong to it."""
        return len(self.bad) + sum(map(len, self.vehicles.values()))


@dataclass(slots=True)
class _Vehicle:
    """Columns of one vehicle while they are read; ``at`` is NaN where the time has no offset."""

    lines: array[int] = field(default_factory=lambda: array("q"))
    local: array[float] = field(default_factory=lambda: array("d"))
    at: array[float] = field(default_factory=lambda: array("d"))
    lon: array[float] = field(default_factory=lambda: array("d"))
    lat: array[float] = field(default_factory=lambda: array("d"))
    accuracy_m: array[float] = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class _Rows:
    """One trace while it is read."""

    vehicles: dict[str, _Vehicle] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)


class _BadRowError(Exception):
    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def traces(file: Path, zone: ZoneInfo) -> Iterator[Trace]:
    """Every trace of the file in order of its first row. Raises InputError for a file that is none of this format."""
    if _stand_together(file):
        for trace_id, rows in groupby(_rows(file), key=itemgetter(0)):
            own = _Rows()
            for _, line, cells, at in rows:
                _add(own, line, cells, at)
            yield _trace(trace_id, own, zone)
        return
    every: dict[str, _Rows] = {}
    for trace_id, line, cells, at in _rows(file):
        _add(every.setdefault(trace_id, _Rows()), line, cells, at)
    while every:
        trace_id = next(iter(every))
        yield _trace(trace_id, every.pop(trace_id), zone)


_Numbered = tuple[str, int, list[str], dict[str, int]]  # trace, line, cells, where each column stands


def _stand_together(file: Path) -> bool:
    """Whether no trace comes again after another began; a pipe cannot be read twice."""
    if not file.is_file():
        return False
    seen: set[str] = set()
    for trace_id, _ in groupby(_rows(file), key=itemgetter(0)):
        if trace_id in seen:
            return False
        seen.add(trace_id)
    return True


def _rows(file: Path) -> Iterator[_Numbered]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle)
            at = _header(next(reader, []))
            for cells in reader:
                if cells:
                    place = at["trace_id"]
                    yield cells[place].strip() if place < len(cells) else "", reader.line_num, cells, at
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror}); give the path of a CSV file") from None
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start}", "the file is not UTF-8; save it as CSV UTF-8") from None
    except csv.Error as error:
        raise InputError(f"line {reader.line_num}", f"is no CSV: {error}") from None


def _header(cells: list[str]) -> dict[str, int]:
    names = [cell.strip() for cell in cells]
    if missing := [name for name in COLUMNS if name not in names]:
        found = ", ".join(names) or "none"
        raise InputError("line 1", f"there is no column {', '.join(missing)}; found {found}; name them in a first line")
    return {name: names.index(name) for name in (*COLUMNS, *({_ACCURACY} & set(names)))} | {"": len(names)}


def _add(own: _Rows, line: int, cells: list[str], at: dict[str, int]) -> None:
    try:
        if len(cells) != at[""]:
            raise _BadRowError("bad_row", f"{len(cells)} cells, the first line has {at['']}; add or take away commas")
        if not cells[at["trace_id"]].strip():
            raise _BadRowError("no_trace", "trace_id is empty; say which trace the point belongs to")
        local, utc = _time(cells[at["timestamp_local"]].strip())
        lon, lat = (_number(cells[at[name]], name, most) for name, most in (("lon", 180.0), ("lat", 90.0)))
        accuracy = _accuracy(cells[at[_ACCURACY]]) if _ACCURACY in at else math.nan
    except _BadRowError as error:
        own.bad.append(BadRow(error.reason, line, str(error)))
        return
    vehicle = own.vehicles.setdefault(cells[at["asset_id"]].strip(), _Vehicle())
    vehicle.lines.append(line)
    for column, value in (
        (vehicle.local, local),
        (vehicle.at, utc),
        (vehicle.lon, lon),
        (vehicle.lat, lat),
        (vehicle.accuracy_m, accuracy),
    ):
        column.append(value)


def _time(text: str) -> tuple[float, float]:
    """Seconds on the local clock, and seconds UTC where the text has an offset; the other one is NaN."""
    try:
        if len(text) <= _DATE:
            raise ValueError
        time = as_written(text)
        naive = time.replace(tzinfo=None)
        offset = time.utcoffset()
    except ValueError:
        raise _BadRowError("bad_time", f"{text[:40]!r} is not a time; write it like 2026-01-15T06:10:00") from None
    if local_seconds(naive) < _EARLIEST:
        raise _BadRowError("bad_time", f"{text} is before 1990: the clock was not set; correct or remove the row")
    return (local_seconds(naive), math.nan) if offset is None else (math.nan, local_seconds(naive - offset))


def _number(text: str, name: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise _BadRowError("bad_position", f"{name} {text[:40]!r} is no number of degrees from {-most:g} to {most:g}")
    return value


def _accuracy(text: str) -> float:
    """Empty or negative: not known."""
    try:
        value = float(text) if text.strip() else math.nan
    except ValueError:
        raise _BadRowError("bad_accuracy", f"{text[:40]!r} is no number of metres; leave it empty") from None
    return value if value >= 0 else math.nan


def _trace(trace_id: str, own: _Rows, zone: ZoneInfo) -> Trace:
    vehicles, bad, twice = {}, own.bad, 0
    for name, read in own.vehicles.items():
        local, at = np.array(read.local), np.array(read.at)
        unplaced = np.isnan(at)
        found = placed(local[unplaced], zone)
        at[unplaced], twice = found.at, twice + int(found.twice.sum())
        cure = f"{zone.key} put its clocks forward over it; is --tz right, or does the logger keep winter time?"
        for place in np.flatnonzero(np.isnan(at)):
            when = datetime.fromtimestamp(local[place], UTC).replace(tzinfo=None)
            bad.append(BadRow("nonexistent_time", read.lines[place], f"{when.isoformat()} never was: {cure}"))
        there = ~np.isnan(at)
        columns = (np.array(column)[there] for column in (read.lon, read.lat, read.accuracy_m))
        vehicles[name] = track(at[there], *columns)
    return Trace(trace_id, vehicles, sorted(bad, key=lambda one: one.line), twice)


def reasons(bad: list[BadRow]) -> Counter[str]:
    """How many rows could not be read, by reason."""
    return Counter(one.reason for one in bad)


def utc_text(seconds: float) -> str:
    """Seconds since 1970 as people and programs read them."""
    return iso_utc(datetime.fromtimestamp(float(seconds), UTC))
