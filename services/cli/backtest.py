"""``shirase backtest FROM TO``: what models and rules would have sent in the past, out of the hub's store.

The store is only read, nothing is sent, and a running hub is not disturbed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.status import Status
from geo.crs import CrsError
from geo.geojson import ProfileError
from rules.rule import CATALOG, load_rules
from rules.source import RuleError, duration
from services.backtest import period
from services.backtest.asked import Asked, world
from services.backtest.told import told
from services.settings import Settings, SettingsError, load
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("backtest", help="what models and rules would have sent in the past")
    moment = "a date, or a time; Japanese unless it has an offset"
    parser.add_argument("start", metavar="FROM", type=_typed(period.begin), help=moment)
    parser.add_argument("end", metavar="TO", type=_typed(period.end), help=f"{moment}. A date: the end of that day")
    parser.add_argument("--rules", type=Path, metavar="DIR", help="folder over the catalogue (default: as the hub)")
    parser.add_argument("--status", default="Actual", choices=[status.value for status in Status])
    parser.add_argument(
        "--people",
        default="at_once",
        choices=["at_once", "recorded"],
        help="who decides on drafts: all agree at once, or as the chronology has it",
    )
    parser.add_argument("--compare-sent", action="store_true", help="list what differs from what was written then")
    parser.add_argument("--step", type=_duration, default=timedelta(minutes=1), metavar="PT1M", help="between looks")
    parser.add_argument("--warm-up", type=_duration, default=timedelta(hours=6), metavar="PT6H", help="before FROM")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: told; 1: ``--compare-sent`` found differences, or settings, profile, rules or store cannot be used;
    2: a period that is none."""
    if args.start >= args.end:
        return _refuse("bad_period", "FROM must be before TO", 2)
    try:
        settings = load(args.settings)
        rules = load_rules(folders(settings, args.rules))
        asked = Asked(
            start=args.start,
            end=args.end,
            status=Status(args.status),
            rules=[rules],
            recorded=args.people == "recorded",
            compare_sent=args.compare_sent,
            step=args.step,
            warm_up=args.warm_up,
        )
        differs = asyncio.run(_tell(asked, settings))
    except RuleError as error:
        return _refuse_rules(error)
    except (SettingsError, ProfileError, CrsError) as error:
        return _refuse("bad_settings", str(error), 1)
    except StoreError as error:
        return _refuse("no_store", str(error), 1)
    return int(differs)


async def _tell(asked: Asked, settings: Settings) -> bool:
    """Print every line; True where what was written then differs."""
    differs = False
    store = await Store.look(settings.database_url)
    try:
        async for line in told(asked, await world(store, settings)):
            print(json.dumps(line, ensure_ascii=False), flush=True)
            differs |= line["line"] == "difference"
    finally:
        await store.close()
    return differs


def folders(settings: Settings, given: Path | None) -> Sequence[Path]:
    """The catalogue, then what is laid over it: the folder given, else what the hub itself reads."""
    return [CATALOG, given] if given else [CATALOG, settings.profile / "rules", *settings.rules]


def _typed(read: Callable[[str], datetime]) -> Callable[[str], datetime]:
    def typed(text: str) -> datetime:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return typed


def _duration(text: str) -> timedelta:
    found = duration(int(text) if text.isdecimal() else text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: PT10M, PT6H, P1D, or whole minutes")
    return found


def _refuse_rules(error: RuleError) -> int:
    for fault in error.faults:
        told = f"{fault.key}: found {fault.found}; allowed: {fault.allowed}"
        print(
            json.dumps({"error": "rule", "message": told, "at": f"{fault.file}:{fault.line}"}, ensure_ascii=False),
            file=sys.stderr,
        )
    return 1


def _refuse(code: str, message: str, exit_code: int) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return exit_code
