"""``shirase model NAME``: one model of the field over a series in a CSV file, for people who check our figures."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, str]
Model = Callable[[Iterator[tuple[int, Row]], Mapping[str, str]], Iterator[Row]]


class InputError(Exception):
    """The file or a setting cannot be used; ``at`` says where."""

    def __init__(self, at: str, message: str) -> None:
        super().__init__(message)
        self.at = at


def register(commands: Any) -> None:
    parser = commands.add_parser("model", help="run one model over a series, CSV in and out")
    parser.add_argument("name", metavar="NAME", choices=sorted(MODELS), help=", ".join(sorted(MODELS)))
    parser.add_argument("--input", type=Path, required=True, metavar="FILE.csv")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a parameter; may be repeated")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """CSV with a header on stdout; exit 1 with the place and the cure on stderr where the input cannot be used."""
    try:
        rows = list(MODELS[args.name](_read(args.input), _settings(args.set)))
    except InputError as error:
        told = {"error": "bad_input", "message": str(error), "at": error.at}
        print(json.dumps(told, ensure_ascii=False), file=sys.stderr)
        return 1
    if rows:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return 0


def soil_water_index(rows: Iterator[tuple[int, Row]], settings: Mapping[str, str]) -> Iterator[Row]:
    """``time,rain_mm`` → ``time,s1,s2,s3,swi`` in mm. Rain that is missing leaves a gap, and the state as it was."""
    import numpy as np

    from geo.soil_water import Tanks, step

    _only(settings, {"step_minutes", "initial"})
    length = timedelta(minutes=_number(settings.get("step_minutes", "60"), "step_minutes"))
    initial = [_number(one, "initial") for one in settings.get("initial", "0,0,0").split(",")]
    if len(initial) != 3 or min(initial) < 0:
        raise InputError("--set initial", "three storages in mm are wanted, none negative: initial=0,0,0")
    state = Tanks(*(np.array([one]) for one in initial))
    last: datetime | None = None
    for line, row in rows:
        time = _time(_cell(row, "time", line), line)
        if last is not None and (gap := _gap(last, time, line)) != length:
            raise InputError(f"line {line}", _step_fault(gap, length))
        last = time
        rain = _cell(row, "rain_mm", line)
        fallen = _number(rain, "rain_mm", f"line {line}") if rain else math.nan
        try:
            state = step(state, np.array([fallen]), length)
        except ValueError as error:
            raise InputError(f"line {line}", str(error)) from None
        values = (state.s1, state.s2, state.s3, state.index)
        told = [repr(float(value[0])) if rain else "" for value in values]
        yield {"time": row["time"], **dict(zip(("s1", "s2", "s3", "swi"), told, strict=True))}


MODELS: Mapping[str, Model] = {"soil_water_index": soil_water_index}


def _read(file: Path) -> Iterator[tuple[int, Row]]:
    """Line number and cells of each row."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            for row in reader:
                yield reader.line_num, {key: (value or "").strip() for key, value in row.items() if key is not None}
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start}", "the file is not UTF-8") from None
    except csv.Error as error:
        raise InputError(str(file), f"is no CSV: {error}") from None


def _cell(row: Row, name: str, line: int) -> str:
    if name not in row:
        raise InputError(f"line {line}", f"there is no column {name}; found {', '.join(row) or 'none'}")
    return row[name]


def _time(text: str, line: int) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"line {line}", f"{text[:40]!r} is not a time; write it like 2026-06-01T00:00+09:00") from None


def _gap(last: datetime, time: datetime, line: int) -> timedelta:
    try:
        return time - last
    except TypeError:
        raise InputError(
            f"line {line}", "some times have an offset and some have none: write it in all of them"
        ) from None


def _step_fault(found: timedelta, length: timedelta) -> str:
    if found <= timedelta(0):
        return "the times do not rise: sort the file, one row a time"
    return f"{found} after the row before, the step is {length}: write missing steps as rows with an empty rain_mm"


def _number(text: str, name: str, at: str = "") -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(at or f"--set {name}", f"{text[:40]!r} is no number for {name}")
    return value


def _settings(given: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    for key, equals, _ in pairs:
        if not (key and equals):
            raise InputError("--set", f"{key!r}: write key=value")
    return {key: value for key, _, value in pairs}


def _only(settings: Mapping[str, str], known: set[str]) -> None:
    if unknown := sorted(settings.keys() - known):
        raise InputError("--set", f"no parameter {', '.join(unknown)}; there are {', '.join(sorted(known))}")
