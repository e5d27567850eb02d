"""Readings of a file in place of the hub's store: a city without a history may try its rules on past data.

They go into a store of their own in a temporary folder, by the checks and the quality control that readings go through
when they come in.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from feeds.checks import Windows, checked
from feeds.records import Decoded, Message, Reading
from feeds.status import Status
from geo.station import Station
from services.backtest.period import begin
from services.history import History
from services.store import records
from services.store.engine import Store

_NEEDED = ("station", "quantity", "value", "unit", "measured_at")
_MANY = 20  # faults that are told
_WINDOWS = Windows(begins=datetime(1900, 1, 1, tzinfo=UTC))


class RecordsError(Exception):
    """A file of records that cannot be used; the text names the lines and the cure."""


@asynccontextmanager
async def imported(path: Path, status: Status, stations: Mapping[str, Station]) -> AsyncIterator[Store]:
    """A store with the readings of a CSV or NDJSON file. Raises RecordsError, OSError."""
    came = sorted(_read(path, status, stations), key=lambda one: one[0])
    with tempfile.TemporaryDirectory(prefix="shirase-backtest-") as folder:
        store = await Store.open(f"sqlite:///{Path(folder, 'records.db')}")
        try:
            await _keep(store, came, History(stations))
            yield store
        finally:
            await store.close()


async def _keep(store: Store, came: list[tuple[datetime, Reading]], history: History) -> None:
    async with store.write() as connection:
        for received_at, together in groupby(came, key=lambda one: one[0]):
            draft = history.draft()
            batch = await history.judge(connection, [reading for _, reading in together], draft)
            saved = await records.save(connection, batch, received_at)
            history.learn(draft, saved.new)


def _read(path: Path, status: Status, stations: Mapping[str, Station]) -> list[tuple[datetime, Reading]]:
    """(received, reading) of every line. Raises RecordsError with the first faults, each with its line."""
    found: list[tuple[datetime, Reading]] = []
    faults: list[str] = []
    for line, row in _rows(path):
        try:
            found.append(_reading(row, status, stations))
        except ValueError as error:
            faults.append(f"line {line}: {error}")
    if faults:
        more = [f"and {len(faults) - _MANY} more lines"] if len(faults) > _MANY else []
        raise RecordsError("; ".join([*faults[:_MANY], *more]))
    if not found:
        raise RecordsError(
            f"{path.name} holds no readings; its columns are {', '.join(_NEEDED)}, and may be received_at"
        )
    return found


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Line number and members of each row; a line that is no JSON object comes as an empty one."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() == ".csv":
            reader = csv.DictReader(file)
            missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                raise RecordsError(f"line 1: no column {', '.join(missing)}; the columns are {', '.join(_NEEDED)}")
            yield from ((reader.line_num, row) for row in reader)
            return
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, _object(line)


def _object(line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _reading(row: Mapping[str, Any], status: Status, stations: Mapping[str, Station]) -> tuple[datetime, Reading]:
    """One row. Raises ValueError with the cure. An empty value is a gap that the sensor reported."""
    absent = [name for name in _NEEDED if row.get(name) is None]
    if absent:
        raise ValueError(f"no {', '.join(absent)}; a line has {', '.join(_NEEDED)}, and may have gateway, received_at")
    if row["station"] not in stations:
        raise ValueError(f"station {row['station']!r} is not in the profile's stations.toml: add it, or rename")
    measured_at = begin(str(row["measured_at"]))
    received_at = begin(str(row["received_at"])) if row.get("received_at") else measured_at
    reading = Reading(
        gateway=str(row.get("gateway") or "file"),
        station=str(row["station"]),
        quantity=str(row["quantity"]),
        value=_number(str(row["value"])),
        unit=str(row["unit"]),
        measured_at=measured_at,
        status=status,
    )
    message = Message(topic="hub/file", payload=b"", received_at=received_at)
    outcome = checked(Decoded(records=(reading,)), message, _WINDOWS)
    if outcome.rejected:
        raise ValueError(outcome.rejected[0].message)
    (kept,) = outcome.records
    assert isinstance(kept, Reading)
    return received_at, kept


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"value {text!r} is no number; leave it empty where there is none") from None
    if value - value != 0:
        raise ValueError(f"value {text!r} is no finite number; leave it empty where there is none")
    return value
