"""``shirase decode``: what a feed makes of a file, as JSON lines. Needs no running hub and no network."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feeds.contract import record_line, rejected_line
from feeds.feed import Feed
from feeds.jma.feed import telegram_code
from feeds.mapping import MappingError, read_mappings
from feeds.records import Message, Rejected
from feeds.registry import FEEDS, by_name, feeds_with
from feeds.topics import hub_topic

_NAMES = ", ".join(feed.name for feed in FEEDS)
_READ_AT_MOST = 64 * 1024 * 1024  # every feed refuses far less; this only keeps memory whole


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("decode", help="show the records in a file, one JSON object a line")
    parser.add_argument(
        "--feed", required=True, metavar="FEED", help=f"what the file is: {_NAMES}, or a mapping's name"
    )
    parser.add_argument("--topic", default="", help="the MQTT topic it came on; says gateway, station and quantity")
    parser.add_argument("--gateway", default="", help="the gateway, where the topic does not tell")
    parser.add_argument("--mapping", type=Path, help="a mapping file: words, units, and formats of one's own")
    parser.add_argument("file", metavar="FILE", help="a path, or - for standard input")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0: all decoded; 1: something was refused (told on stderr); 2: the file cannot be read."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        feed = by_name(args.feed, _feeds(args.mapping))
        if feed is None:
            raise MappingError(f"--feed {args.feed!r} is not known: use {_NAMES}, or name a [[message]] of --mapping")
    except MappingError as error:
        _complain(Rejected(code="bad_mapping", message=str(error), at="--mapping"))
        return 2
    try:
        payload = _read(args.file)
    except OSError as error:
        reason = f"{error.strerror or error}; give the path of a file that can be read, or - for standard input"
        _complain(Rejected(code="unreadable", message=reason, at=args.file))
        return 2
    decoded = feed.decode(_message(args, payload))
    for record in decoded.records:
        print(json.dumps(record_line(record), ensure_ascii=False))
    for rejected in decoded.rejected:
        _complain(rejected)
    return 1 if decoded.rejected else 0


def _feeds(mapping: Path | None) -> Sequence[Feed]:
    """The built-in feeds, or those with the file's words and messages. Raises MappingError."""
    if mapping is None:
        return FEEDS
    try:
        return feeds_with(read_mappings([(str(mapping), mapping.read_text(encoding="utf-8"))]))
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{mapping}: {error}") from None


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(_READ_AT_MOST)
    with Path(name).open("rb") as file:
        return file.read(_READ_AT_MOST)


def _message(args: argparse.Namespace, payload: bytes) -> Message:
    """The file as a message. A telegram's type code may stand in the topic or, as JMA distributes them, in its name."""
    topic, gateway = args.topic, args.gateway
    name = Path(args.file).name
    if args.feed == "jma" and not telegram_code(topic) and telegram_code(name):
        place = hub_topic(topic)
        topic, gateway = name, gateway if isinstance(place, Rejected) else place.gateway
    return Message(topic=topic, payload=payload, received_at=datetime.now(UTC), gateway=gateway)


def _complain(rejected: Rejected) -> None:
    print(json.dumps(rejected_line(rejected), ensure_ascii=False), file=sys.stderr)
