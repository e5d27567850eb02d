"""``shirase crimes``: take in the police's open data on street crime as numbers. Needs no running hub."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from feeds.contract import rejected_line
from feeds.crime_csv import SCHEME
from feeds.records import Message
from services.clock import wall
from services.notices.crimes import Taken, taken
from services.settings import Settings, SettingsError, load
from services.store import counts
from services.store.counts import Source
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add ``crimes`` to the sub-parsers."""
    parser = commands.add_parser("crimes", help="street crime of the police's open data, as numbers by block and month")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    importing = actions.add_parser("import", help="count a table; its months replace those of the same source")
    importing.add_argument("file", type=Path, metavar="FILE.csv", help="CP932 or UTF-8, with the columns of the police")
    importing.add_argument("--source", required=True, help="who publishes it, as it is told: 岩手県警察")
    importing.add_argument("--licence", required=True, help="under which licence, as it is told: CC BY 4.0")
    importing.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    importing.set_defaults(run=_import)


def _import(args: argparse.Namespace) -> int:
    try:
        settings = load(args.settings)
        message = Message(topic=f"{SCHEME}file", payload=args.file.read_bytes(), received_at=wall(), gateway="file")
        found = taken(message, settings.city.name)
        if found.counts:
            asyncio.run(_keep(settings, Source(args.source, args.licence), found))
    except (SettingsError, StoreError, OSError) as error:
        print(json.dumps({"error": "not_imported", "message": str(error)}, ensure_ascii=False), file=sys.stderr)
        return 2
    for refused in found.rejected:
        told = rejected_line(refused)
        print(
            json.dumps({name: told[name] for name in ("error", "message", "at")}, ensure_ascii=False), file=sys.stderr
        )
    months = sorted({month for month, _, _ in found.counts})
    told = {"counted": found.rows, "elsewhere": found.elsewhere, "other_crimes": found.other, "months": months}
    print(json.dumps(told, ensure_ascii=False))
    return 1 if found.rejected or not found.counts else 0


async def _keep(settings: Settings, source: Source, found: Taken) -> None:
    store = await Store.open(settings.database_url)
    try:
        async with store.write() as connection:
            await counts.replace_crimes(connection, source, found.counts, wall())
    finally:
        await store.close()
