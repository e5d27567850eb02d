"""``shirase why``: why was this not sent, or was it? Out of the hub's store; needs no running hub."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from feeds.instant import instant
from feeds.status import Status
from rules.rule import CATALOG, load_rules
from rules.source import RuleError
from services.clock import wall
from services.settings import Settings, SettingsError, load
from services.store import hazards
from services.store.engine import Store, StoreError
from services.why.ask import Law, ask
from services.why.evidence import UnknownHazardError


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("why", help="why a hazard was, or was not, told, one JSON object a line")
    parser.add_argument("hazard", nargs="*", metavar="HAZARD", help="its key; all that hold now unless told")
    parser.add_argument("--at", metavar="T", help="the instant: 2026-11-21T03:10:00+09:00; now unless told")
    parser.add_argument("--status", default="Actual", choices=[status.value for status in Status])
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: answered; 1: no settings, rules or store, or a hazard nobody knows; 2: an instant that is none."""
    try:
        settings = load(args.settings)
        law = Law(load_rules([CATALOG, settings.profile / "rules", *settings.rules]), settings.approval.as_floor())
    except (SettingsError, RuleError) as error:
        return _refuse("bad_settings", str(error), 1)
    try:
        at = instant(args.at) if args.at else wall()
    except ValueError as error:
        return _refuse("bad_at", f"--at: {error}", 2)
    try:
        return asyncio.run(_print(settings, args.hazard, Status(args.status), at, law))
    except StoreError as error:
        return _refuse("no_store", str(error), 1)


async def _print(settings: Settings, keys: Sequence[str], status: Status, at: datetime, law: Law) -> int:
    store, failed = await Store.look(settings.database_url), 0
    try:
        async with store.read() as connection:
            for key in keys or await hazards.current(connection, status):
                try:
                    print(json.dumps(await ask(connection, key, at, law), ensure_ascii=False))
                except UnknownHazardError as error:
                    failed = _refuse("unknown_hazard", str(error), 1)
    finally:
        await store.close()
    return failed


def _refuse(code: str, message: str, exit_code: int) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return exit_code
