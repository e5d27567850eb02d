"""``shirase backtest FROM TO``: what models and rules would have sent in the past, out of the hub's store.

The store is only read, nothing is sent, and a running hub is not disturbed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.status import Status
from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.ground import load_ground
from rules.rule import CATALOG as RULES
from rules.rule import load_rules
from rules.source import RuleError, duration
from services.backtest import period
from services.backtest.asked import Asked, world
from services.backtest.definitions import CATALOG
from services.backtest.imported import RecordsError, imported
from services.backtest.told import told
from services.cli import backtest_orders
from services.settings import Settings, SettingsError, load
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("backtest", help="what models and rules would have sent in the past")
    moment = "a date, or a time; Japanese unless it has an offset"
    parser.add_argument("start", metavar="FROM", type=typed(period.begin), help=moment)
    parser.add_argument("end", metavar="TO", type=typed(period.end), help=f"{moment}. A date: the end of that day")
    parser.add_argument("--rules", type=Path, metavar="DIR", help="folder over the catalogue (default: as the hub)")
    parser.add_argument("--against", type=Path, metavar="DIR", help="another folder, held beside the first")
    parser.add_argument("--records", type=Path, metavar="FILE", help="readings of a CSV or NDJSON, not of the store")
    parser.add_argument("--events", type=Path, default=CATALOG, metavar="FILE", help="what counts as having happened")
    parser.add_argument("--status", default="Actual", choices=[status.value for status in Status])
    parser.add_argument(
        "--people",
        default="at_once",
        choices=["at_once", "recorded"],
        help="who decides on drafts: all agree at once, or as the chronology has it",
    )
    parser.add_argument("--compare-sent", action="store_true", help="list what differs from what was written then")
    parser.add_argument("--summary", action="store_true", help="the sums alone")
    parser.add_argument("--kind", action="append", default=[], help="of danger; may be repeated")
    parser.add_argument("--step", type=_duration, default=timedelta(minutes=1), metavar="PT1M", help="between looks")
    parser.add_argument("--warm-up", type=_duration, default=timedelta(hours=6), metavar="PT6H", help="before FROM")
    backtest_orders.add_options(parser)
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: told; 1: ``--compare-sent`` found differences, or settings, profile, rules or records cannot be used;
    2: a period that is none, or options that exclude each other."""
    if args.start >= args.end:
        return _refuse("bad_period", "FROM must be before TO", 2)
    if args.records and (args.compare_sent or args.people == "recorded"):
        return _refuse("bad_options", "what was sent and decided is in the hub's store; leave --records away", 2)
    try:
        settings = load(args.settings)
        differs = asyncio.run(_tell(args, settings))
    except RuleError as error:
        return _refuse_rules(error)
    except (SettingsError, ProfileError, CrsError) as error:
        return _refuse("bad_settings", str(error), 1)
    except StoreError as error:
        return _refuse("no_store", str(error), 1)
    except RecordsError as error:
        return _refuse("bad_records", str(error), 1)
    except OSError as error:
        return _refuse("unreadable", f"{error.filename} cannot be read: {error.strerror}", 2)
    return int(differs)


def _asked(args: argparse.Namespace, settings: Settings) -> Asked:
    given = [args.rules, args.against] if args.against else [args.rules]
    return Asked(
        start=args.start,
        end=args.end,
        status=Status(args.status),
        rules=[load_rules(folders(settings, folder)) for folder in given],
        recorded=args.people == "recorded",
        compare_sent=args.compare_sent,
        events=args.events,
        kinds=frozenset(args.kind),
        summary=args.summary,
        step=args.step,
        warm_up=args.warm_up,
    )


async def _tell(args: argparse.Namespace, settings: Settings) -> bool:
    """Print every line; True where what was written then differs."""
    records = _records(Status(args.status), settings, args.records)
    if args.orders:
        await backtest_orders.tell(args, settings, records)
        return False
    asked, differs = _asked(args, settings), False
    async with records as store:
        async for line in told(asked, await world(store, settings)):
            print(json.dumps(line, ensure_ascii=False), flush=True)
            differs |= line["line"] == "difference"
    return differs


@asynccontextmanager
async def _records(status: Status, settings: Settings, file: Path | None) -> AsyncIterator[Store]:
    """The hub's own store, to be read alone, or a temporary one of the file."""
    if file is not None:
        async with imported(file, status, load_ground(settings.profile, ()).stations) as store:
            yield store
        return
    store = await Store.look(settings.database_url)
    try:
        yield store
    finally:
        await store.close()


def folders(settings: Settings, given: Path | None) -> Sequence[Path]:
    """The catalogue, then what is laid over it: the folder given, else what the hub itself reads."""
    return [RULES, given] if given else [RULES, settings.profile / "rules", *settings.rules]


def typed(read: Callable[[str], datetime]) -> Callable[[str], datetime]:
    """The same for argparse, which tells people what a ValueError says."""

    def told(text: str) -> datetime:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return told


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
