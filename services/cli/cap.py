"""``shirase cap``: what is wrong with a CAP document, as JSON lines. ``lint`` needs no running hub and no network."""

from __future__ import annotations

import argparse
import io
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from feeds.cap.lint import lint
from feeds.cap.xml import LIMIT
from services.cli import cap_watch
from services.cli.trusted import add_trust, read_trusted
from services.clock import wall


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("cap", help="check CAP documents, watch a CAP feed")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    one = verbs.add_parser("lint", help="every fault of a CAP 1.2 document, one JSON object a line")
    one.add_argument("file", metavar="FILE", help="a path, or - for standard input")
    one.add_argument(
        "--signature-time",
        choices=("sent", "now"),
        default="now",
        help="judge certificates as of the time the alert was sent, or as of today (default)",
    )
    add_trust(one)
    one.set_defaults(run=run)
    cap_watch.register(verbs)


def run(args: argparse.Namespace) -> int:
    """Exit code 0: no error; 1: at least one; 2: the file cannot be read."""
    try:
        document = _read(args.file)
        trusted = read_trusted(args.trust)
    except OSError as error:
        print(f"{error.filename or args.file}: {error.strerror or error}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    findings = lint(document, wall(), signature_time_sent=args.signature_time == "sent", trusted=trusted)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    for finding in findings:
        print(json.dumps(asdict(finding), ensure_ascii=False))
    return 1 if any(finding.level == "error" for finding in findings) else 0


def _read(name: str) -> bytes:
    """The document, or as much of it as shows that it is too big."""
    if name == "-":
        return sys.stdin.buffer.read(LIMIT + 1)
    with Path(name).open("rb") as file:
        return file.read(LIMIT + 1)
