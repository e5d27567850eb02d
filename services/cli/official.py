"""``shirase official``: what was in force at an instant, out of the hub's store. Needs no running hub."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from feeds.instant import instant
from feeds.status import Status
from geo.geojson import ProfileError
from geo.ground import load_ground
from geo.official.instant import Question
from services.clock import wall
from services.official import answers, question
from services.settings import SettingsError, load
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("official", help="official warnings in force at an instant, one JSON object a line")
    parser.add_argument("--at", metavar="T", help="the instant: 2026-11-21T03:10:00+09:00; now unless told")
    parser.add_argument(
        "--area", metavar="CODE", help="city, 0320100, or any code that telegrams name; all unless told"
    )
    parser.add_argument("--known", metavar="T", help="only by telegrams that had reached the hub by this instant")
    parser.add_argument("--status", default="Actual", choices=[status.value for status in Status])
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: answered, even with nothing; 1: no settings, profile or store; 2: an instant or code that is none."""
    try:
        settings = load(args.settings)
        ground = load_ground(settings.profile, [])
    except (SettingsError, ProfileError) as error:
        return _refuse("bad_settings", str(error), 1)
    try:
        at = instant(args.at) if args.at else wall()
        asked = question(ground, at, instant(args.known) if args.known else None, args.area)
    except ValueError as error:
        return _refuse("bad_question", str(error), 2)
    try:
        asyncio.run(_print(settings.database_url, asked, Status(args.status)))
    except StoreError as error:
        return _refuse("no_store", str(error), 1)
    return 0


async def _print(url: str, asked: Question, status: Status) -> None:
    store = await Store.open(url)
    try:
        for line in await answers(store, asked, [status]):
            print(json.dumps(line, ensure_ascii=False))
    finally:
        await store.close()


def _refuse(code: str, message: str, exit_code: int) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return exit_code
