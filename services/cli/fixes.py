"""``shirase fixes``: vehicle traces in a file, cleaned, or matched to the network. Needs no running hub."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from geo.plow.cleaning import Cleaned, clean
from geo.plow.track import Track
from services.calculations.table import InputError
from services.cli.fix_rows import Trace, reasons, traces, utc_text
from services.clock import wall


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("fixes", help="positions of vehicles: clean and match traces")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    tidy = actions.add_parser("clean", help="a line per trace: what was dropped and why, and the pieces that are left")
    tidy.set_defaults(run=_clean)
    found = actions.add_parser("match", help="a line per pass: which segment of the network was driven when")
    found.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    found.set_defaults(run=_match)
    for one in (tidy, found):
        one.add_argument(
            "file", type=Path, metavar="FILE.csv", help="trace_id,asset_id,timestamp_local,lon,lat[,accuracy_m]"
        )
        one.add_argument("--tz", required=True, type=_zone, metavar="ZONE", help="whose local time: Asia/Tokyo")


def _clean(args: argparse.Namespace) -> int:
    """A JSON line a trace on stdout, an emptied one too; each unreadable row told on stderr, then exit 1."""
    now = wall().timestamp()
    return _each(args, lambda trace: [_line(trace, now)])


def _match(args: argparse.Namespace) -> int:
    """A JSON line a pass. Rows are told as by ``clean``."""
    from services.cli.fix_matching import Matcher  # settings, profile and network: cleaning does without

    now = wall().timestamp()
    try:
        matcher = Matcher(args.settings)
    except InputError as error:
        _complain("bad_network", str(error), error.at)
        return 1
    return _each(args, lambda trace: matcher.lines(trace, now))


def _each(args: argparse.Namespace, lines: Callable[[Trace], Iterable[dict[str, Any]]]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    faults = 0
    try:
        for trace in traces(args.file, args.tz):
            faults += len(trace.bad)
            for row in trace.bad:
                _complain(row.reason, row.message, f"line {row.line}")
            for line in lines(trace):
                print(json.dumps(line, ensure_ascii=False))
    except InputError as error:
        _complain("bad_input", str(error), error.at)
        return 1
    return 1 if faults else 0


def _line(trace: Trace, now: float) -> dict[str, Any]:
    cleaned = [clean(track, now=now) for track in trace.vehicles.values()]
    dropped = sum((Counter({str(why): n for why, n in one.dropped.items()}) for one in cleaned), reasons(trace.bad))
    told = {
        "trace_id": trace.trace_id,
        "points_in": trace.points,
        "points_out": sum(one.kept for one in cleaned),
        "dropped": dict(sorted(dropped.items())),
        "segments": _segments(cleaned),
    }
    return told | ({"ambiguous_times": trace.twice} if trace.twice else {})


def _segments(cleaned: list[Cleaned]) -> list[dict[str, Any]]:
    pieces = sorted((piece for one in cleaned for piece in one.pieces), key=lambda piece: float(piece.at[0]))
    return [_segment(piece) for piece in pieces]


def _segment(piece: Track) -> dict[str, Any]:
    return {
        "from": utc_text(piece.at[0]),
        "to": utc_text(piece.at[-1]),
        "points": len(piece),
        "km": round(float(piece.steps_m.sum()) / 1000, 3),
        "max_speed_kmh": round(float(piece.steps_kmh.max(initial=0.0)), 1),
        "max_gap_s": round(float(piece.steps_s.max(initial=0.0)), 3),
    }


def _zone(key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError):  # not known, no key at all, a folder
        raise argparse.ArgumentTypeError(f"{key!r} is no time zone known here; write it like Asia/Tokyo") from None


def _complain(code: str, message: str, at: str) -> None:
    print(json.dumps({"error": code, "message": message, "at": at}, ensure_ascii=False), file=sys.stderr)
