"""``shirase fairness``: from the trigger to the first pass, over a night or a season. Needs no running hub."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from feeds.status import Status
from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.ground import load_ground
from geo.plow.fairness import Fairness, Street
from geo.plow.reading import read_drawn
from services.clock import wall
from services.ledger.days import day_of
from services.ledger.fairness import as_json, figures, streets
from services.settings import SettingsError, load
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add ``fairness`` to the sub-parsers."""
    parser = commands.add_parser("fairness", help="how long streets wait for the first pass, by class and section")
    parser.add_argument("since", type=_day, metavar="FROM", help="first day, 2026-12-01")
    parser.add_argument("until", type=_day, metavar="TO", help="last day")
    parser.add_argument("--status", type=Status, choices=list(Status), default=Status.ACTUAL, help="default: Actual")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A line for all streets, for each class, section, and both. Exit 1 without settings, network or store."""
    if args.until < args.since:
        return _refuse("bad_days", f"{args.until} is before {args.since}; the first day comes first", 2)
    try:
        settings = load(args.settings)
        areas = load_ground(settings.profile, []).areas
        own = streets(read_drawn(settings.profile, settings.data_dir / "network", areas).segments)
        found = asyncio.run(_figures(args, settings.database_url, own))
    except (SettingsError, ProfileError, CrsError) as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))
    for one in found:
        print(json.dumps(as_json(one), ensure_ascii=False))
    return 0


async def _figures(args: argparse.Namespace, url: str, own: tuple[Street, ...]) -> list[Fairness]:
    store = await Store.look(url)
    try:
        async with store.read() as connection:
            return await figures(connection, args.status, own, (args.since, args.until), wall())
    finally:
        await store.close()


def _day(text: str) -> date:
    try:
        return day_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _refuse(code: str, message: str, exit_code: int = 1) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return exit_code
