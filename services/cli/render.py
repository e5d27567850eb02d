"""``shirase render``: the exact payload that a channel would send for an alert. Needs no credentials, no network."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from feeds.cap import CapError
from rules.alert import Alert
from rules.voice.japanese import Readings
from rules.voice.names import ReadingsError
from services.channels.registry import CHANNELS, renderer


class _InputError(Exception):
    """What is wrong with the input: a code for programs, words and a place for people."""

    def __init__(self, code: str, message: str, at: str) -> None:
        super().__init__(message)
        self.code, self.at = code, at


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("render", help="show exactly what a channel would send for an alert")
    parser.add_argument("file", metavar="ALERT.json", help="one alert as JSON; - for standard input")
    parser.add_argument("--channel", required=True, choices=sorted(CHANNELS), help="the outlet")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0: rendered; 1: refused, with the places on stderr; 2: the file cannot be read."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        content = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
    except OSError as error:
        reason = f"{error.strerror or error}; give the path of a file that can be read, or - for standard input"
        _complain(_InputError("unreadable", reason, args.file))
        return 2
    try:
        alert = _alert(content)
        payload = renderer(args.channel, _readings() if CHANNELS[args.channel].speaks else None).render(alert)
    except _InputError as error:
        _complain(error)
        return 1
    except CapError as error:
        _complain(_InputError("cannot_render", str(error), error.at))
        return 1
    except ValueError as error:
        _complain(_InputError("cannot_render", str(error), f"channel {args.channel}"))
        return 1
    shown = {
        "channel": args.channel,
        "media_type": payload.media_type,
        "parts": payload.parts,
        "counts": payload.counts,
        "digest": payload.digest,
    }
    print(json.dumps(shown, ensure_ascii=False))
    return 0


def _readings() -> Readings:
    """How the names of the profile are said; without a profile nothing is known, and all is said as it is written."""
    from services.city import StartError, city_readings, load_places
    from services.settings import SettingsError, load

    folder = Path(os.environ.get("SHIRASE_PROFILE", "config/morioka"))
    if not folder.is_dir():
        return Readings()
    try:
        settings = load()
        return city_readings(settings.profile, load_places(settings))
    except (SettingsError, StartError, ReadingsError) as error:
        raise _InputError("bad_profile", str(error), str(folder)) from None


def _alert(content: bytes) -> Alert:
    try:
        alert = TypeAdapter(Alert).validate_json(content)
    except ValidationError as error:
        faults = [(f"/{'/'.join(map(str, fault['loc']))}", fault["msg"]) for fault in error.errors(include_url=False)]
        raise _InputError("bad_alert", "; ".join(f"{at}: {words}" for at, words in faults), faults[0][0]) from None
    if "ja" not in alert.texts:
        raise _InputError("bad_alert", "there is no Japanese text; add the key ja", "/texts")
    for at, moment in _times(alert):
        if moment.tzinfo is None:
            raise _InputError("bad_alert", f"{moment.isoformat()} has no time zone; add one, like +09:00", at)
    return alert


def _times(alert: Alert) -> Iterator[tuple[str, datetime]]:
    yield from (("/sent", alert.sent), ("/effective", alert.effective), ("/expires", alert.expires))
    yield from ((f"/references/{number}/sent", each.sent) for number, each in enumerate(alert.references))


def _complain(error: _InputError) -> None:
    fault = {"error": error.code, "message": str(error), "at": error.at}
    print(json.dumps(fault, ensure_ascii=False), file=sys.stderr)
