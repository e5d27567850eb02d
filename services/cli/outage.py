"""``shirase outage``: when channels could not be used, and what was sent late or never. Needs no running hub."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from services.outage.report import as_json, reports
from services.settings import SettingsError, load
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add ``outage`` to the sub-parsers."""
    parser = commands.add_parser("outage", help="when channels were down: what was sent late, and what never")
    parser.add_argument("--since", type=_instant, metavar="TIME", help="with offset; unless told, what nobody has read")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A line for each outage. Exit 0: every one has been read; 1: there are unread ones, or no settings or store."""
    try:
        settings = load(args.settings)
        unread = asyncio.run(_print(settings.database_url, args.since))
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))
    return int(unread)


async def _print(url: str, since: datetime | None) -> bool:
    store = await Store.look(url)
    try:
        async with store.read() as connection:
            found = await reports(connection, since)
    finally:
        await store.close()
    for one in found:
        print(json.dumps(as_json(one), ensure_ascii=False))
    return any(one.outage.seen_at is None for one in found)


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("write the offset too, as in 2026-12-03T06:00:00+09:00")
    return found


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
