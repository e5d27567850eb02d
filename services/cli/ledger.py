"""``shirase ledger``: the day's report and the month's sheets, what contractors declare. Needs no running hub."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from feeds.status import Status
from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.ground import load_ground
from geo.plow.ledger.book import Book
from geo.plow.ledger.reading import read_book
from geo.plow.reading import read_drawn
from services.clock import wall
from services.ledger.account import Account, account
from services.ledger.days import day_of, month_of
from services.ledger.desk import LedgerError, Writer, read_csv, write_down
from services.ledger.fairness import figures, sheet, streets
from services.ledger.files import TYPES, written
from services.ledger.sheets import Sheet, title
from services.ledger.told import as_json
from services.settings import Settings, SettingsError, load
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add ``ledger`` to the sub-parsers."""
    parser = commands.add_parser("ledger", help="machine hours: daily report, month-end sheets, declarations")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    day = actions.add_parser("day", help="the daily report")
    day.add_argument("days", type=_day, metavar="2026-12-08")
    month = actions.add_parser("month", help="the month-end sheets")
    month.add_argument("days", type=_month, metavar="2026-12")
    for one in (day, month):
        one.add_argument("--contractor", default="", metavar="CODE", help="of this contractor alone")
        one.add_argument("--format", choices=("json", *TYPES), default="json")
        one.add_argument("--out", type=Path, metavar="FILE", help="where to; needed for all but json")
        one.set_defaults(run=_show)
    declare = actions.add_parser("declare", help="take what a contractor declares: machine, day, doing, band, time")
    declare.add_argument("file", type=Path, metavar="FILE.csv")
    declare.add_argument("--by", required=True, metavar="NAME", help="who declares")
    declare.set_defaults(run=_declare)
    for one in (day, month, declare):
        one.add_argument("--status", type=Status, choices=list(Status), default=Status.ACTUAL, help="default: Actual")
        one.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")


def _show(args: argparse.Namespace) -> int:
    if args.format != "json" and args.out is None:
        return _refuse("no_file", f"--format {args.format} needs --out FILE", 2)
    try:
        settings = load(args.settings)
        found, more = asyncio.run(_account(args, settings, read_book(settings.profile / "ledger")))
        if args.out is None:
            print(json.dumps(as_json(found), ensure_ascii=False))
        elif args.format == "json":
            args.out.write_text(json.dumps(as_json(found), ensure_ascii=False) + "\n", encoding="utf-8")
        else:
            args.out.write_bytes(written(found, args.format, wall(), more))
    except (SettingsError, ProfileError, CrsError) as error:
        return _refuse("bad_settings", str(error))
    except (StoreError, OSError) as error:
        return _refuse("no_store" if isinstance(error, StoreError) else "no_file", str(error))
    return 0


async def _account(args: argparse.Namespace, settings: Settings, book: Book) -> tuple[Account, list[Sheet]]:
    """The account, and how long streets waited, which is a table of files alone."""
    store = await Store.look(settings.database_url)
    try:
        async with store.read() as connection:
            found = await account(connection, book, args.status, args.days, args.contractor)
            if args.format == "json" or args.contractor:
                return found, []
            areas = load_ground(settings.profile, []).areas
            own = streets(read_drawn(settings.profile, settings.data_dir / "network", areas).segments)
            waited = await figures(connection, args.status, own, args.days, wall())
            found = replace(found, names={one.code: one.name for one in areas.of_kind("plow_section")})
            return found, [sheet(waited, title(found, "最初の通過まで"), found.names)]
    finally:
        await store.close()


def _declare(args: argparse.Namespace) -> int:
    try:
        settings = load(args.settings)
        count = asyncio.run(_take(args, settings, read_book(settings.profile / "ledger")))
    except (SettingsError, ProfileError) as error:
        return _refuse("bad_settings", str(error))
    except (LedgerError, OSError) as error:
        return _refuse("bad_file", f"{args.file}: {error}")
    except StoreError as error:
        return _refuse("no_store", str(error))
    print(json.dumps({"declared": count}))
    return 0


async def _take(args: argparse.Namespace, settings: Settings, book: Book) -> int:
    wanted = read_csv(args.file.read_bytes())
    store = await Store.open(settings.database_url)
    try:
        by = Writer(name=args.by, now=wall(), status=args.status)
        return len(await write_down(store, book, "declared", wanted, by))
    finally:
        await store.close()


def _day(text: str) -> tuple[date, date]:
    try:
        return (day := day_of(text)), day
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _month(text: str) -> tuple[date, date]:
    try:
        return month_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _refuse(code: str, message: str, exit_code: int = 1) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return exit_code
