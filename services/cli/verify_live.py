"""``shirase verify live``: the account of what the running hub foresaw, out of its store. Needs no running hub."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from feeds.japan import JAPAN
from feeds.status import Status
from services.clock import wall
from services.settings import SettingsError, load
from services.skill import account, lines
from services.store.engine import Store, StoreError

_DAYS = timedelta(days=29)  # and today


def register(commands: Any) -> None:
    """Add ``live`` to the sub-parsers of ``verify``."""
    parser = commands.add_parser("live", help="what the hub itself foresaw, one JSON object a line")
    parser.add_argument("--from", dest="since", type=date.fromisoformat, metavar="DAY", help="30 days unless told")
    parser.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="last day in Japan; today unless told")
    parser.add_argument("--status", default="Actual", choices=[status.value for status in Status])
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: told, even with nothing; 1: no settings or store; 2: a span that ends before it begins."""
    until = args.until or wall().astimezone(JAPAN).date()
    since = args.since or until - _DAYS
    if since > until:
        return _refuse("bad_span", f"--from {since} is after --until {until}; give the earlier day first", 2)
    try:
        settings = load(args.settings)
        asyncio.run(_print(settings.database_url, Status(args.status), since, until))
    except SettingsError as error:
        return _refuse("bad_settings", str(error), 1)
    except StoreError as error:
        return _refuse("no_store", str(error), 1)
    return 0


async def _print(url: str, status: Status, since: date, until: date) -> None:
    store = await Store.open(url)
    try:
        async with store.read() as connection:
            for line in lines(await account(connection, status, since, until)):
                print(json.dumps(line, ensure_ascii=False))
    finally:
        await store.close()


def _refuse(code: str, message: str, exit_code: int) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return exit_code
