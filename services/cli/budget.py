"""``shirase budget``: what channels cost, and what kinds of winter a record of depths holds. Needs no running hub."""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from services.channels.budget.account import account, parts_of_season
from services.channels.budget.forecast import three_kinds, winters
from services.channels.budget.meter import meters
from services.channels.budget.tariff import tariffs
from services.channels.budget.told import as_csv, as_json
from services.clock import wall
from services.settings import Settings, SettingsError, load
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add ``budget`` to the sub-parsers."""
    parser = commands.add_parser("budget", help="what sending costs, and what the winter will")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="the account of now, one JSON object")
    show.add_argument("--csv", action="store_true", help="the season part by part instead")
    show.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    show.set_defaults(run=_show)
    past = actions.add_parser("winters", help="mild, normal and hard out of daily depths, for [winter] of the settings")
    past.add_argument("file", type=Path, metavar="FILE.csv", help="a column of days (2026-01-15), one of depths")
    past.add_argument("--date", default="date", metavar="COLUMN")
    past.add_argument("--depth", default="snow_depth_cm", metavar="COLUMN")
    past.add_argument("--rise", type=float, default=10.0, metavar="CM", help="in a day, that makes it a snow day")
    past.set_defaults(run=_winters)


def _show(args: argparse.Namespace) -> int:
    try:
        settings = load(args.settings)
        asyncio.run(_print(settings, args.csv))
    except StoreError as error:
        return _refuse("no_store", str(error))
    except (SettingsError, ValueError) as error:  # of [budget.…] or a tariff, too
        return _refuse("bad_settings", str(error))
    return 0


async def _print(settings: Settings, as_table: bool) -> None:
    store = await Store.look(settings.database_url)
    try:
        async with store.read() as connection:
            if as_table:
                told = as_csv(await parts_of_season(connection, wall()))
            else:
                metered = meters(tariffs(settings.budget, settings.channels))
                of = await account(connection, metered, wall(), settings.winter)
                told = json.dumps(as_json(of), ensure_ascii=False) + "\n"
    finally:
        await store.close()
    print(told, end="")


def _winters(args: argparse.Namespace) -> int:
    """A line for each winter of the file, and one for each kind. Exit 1 where the file does not serve."""
    try:
        with args.file.open(encoding="utf-8-sig", newline="") as file:
            rows = [(date.fromisoformat(row[args.date]), row[args.depth]) for row in csv.DictReader(file)]
        found = winters([(day, float(depth)) for day, depth in rows if depth.strip()], args.rise)
        kinds = three_kinds(found)
    except KeyError as error:
        return _refuse("no_column", f"{args.file} has no column {error}; name it with --date or --depth")
    except (OSError, ValueError) as error:
        return _refuse("bad_file", f"{args.file}: {error}")
    for year, months in sorted(found.items()):
        print(json.dumps({"winter": f"{year}/{year + 1}", "snow_days": sum(months.values()), "months": months}))
    for year, kind in kinds:
        print(json.dumps({"kind": kind.name, "winter": f"{year}/{year + 1}", "months": dict(kind.snow_days)}))
    return 0


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
