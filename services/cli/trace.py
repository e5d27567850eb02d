"""``shirase trace``: one id through the logs of all processes, from the record to the receipts."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.trace import follow, read


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("trace", help="one id through the logs, from the reading to the post")
    parser.add_argument("id", metavar="ID", help="of a record, its row, a hazard, a series, a delivery, or a trace id")
    parser.add_argument("--log", type=Path, action="append", default=[], metavar="FILE", help="instead of stdin")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A JSON line for each line of the trail, in time. Exit 1: no line names the id, or a file cannot be read."""
    try:
        found = follow(read(_lines(args.log)), args.id)
    except OSError as error:
        return _refuse("no_log", f"{error.filename} cannot be read ({error.strerror})")
    for one in found:
        print(json.dumps({"at": one.at, "event": one.event, **one.ids}, ensure_ascii=False))
    return 0 if found else _refuse("unknown_id", f"no line of the log names {args.id}; is it older than the log?")


def _lines(files: list[Path]) -> Iterator[str]:
    """Of the files; a journal comes by stdin: ``journalctl -o cat -u 'shirase*' | shirase trace ID``."""
    if not files:
        yield from sys.stdin
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as lines:
            yield from lines


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
