"""``shirase retention``: what is kept how long, what is due, letting it go, and whether the chronology is whole."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from feeds.instant import iso_utc
from services.clock import Clock, wall
from services.retention.job import Owed, Retention, owed
from services.settings import Settings, SettingsError, load
from services.store import chronology
from services.store.chronology import Chain
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add ``retention`` to the sub-parsers."""
    parser = commands.add_parser("retention", help="what is kept how long, and what is due to go")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("show", help="every rule: days, and how much is due")
    running = verbs.add_parser("run", help="let everything go that is due; whoever says it has looked at the clock")
    running.add_argument("--dry-run", action="store_true", help="only say what would go")
    verifying = verbs.add_parser("verify", help="follow the chain of the chronology, and say from where it holds")
    verifying.add_argument("--hash", metavar="HASH", help="that was noted earlier: does it still stand in the chain?")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """JSON lines. Exit 1: no settings or store, an exercise, or a chain that is broken."""
    try:
        settings = load(args.settings)
        if settings.exercise:
            return _refuse("exercise", "an exercise keeps everything: its store goes as a whole")
        if args.verb == "verify":
            return asyncio.run(_verify(settings, args.hash))
        dry = args.verb == "show" or args.dry_run
        asyncio.run(_show(settings) if dry else _run(settings))
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))
    return 0


async def _show(settings: Settings) -> None:
    store = await Store.look(settings.database_url)
    try:
        async with store.read() as connection:
            for one in await owed(connection, settings, wall()):
                _tell(_owed(one, settings))
    finally:
        await store.close()


async def _run(settings: Settings) -> None:
    store = await Store.open(settings.database_url)
    try:
        gone = await Retention(store, Clock(), settings).run()
    finally:
        await store.close()
    for name, many in gone.items():
        _tell({"rule": name, "gone": many})


async def _verify(settings: Settings, noted: str | None) -> int:
    store = await Store.look(settings.database_url)
    try:
        async with store.read() as connection:
            found = await chronology.verify(connection)
            row = await chronology.with_hash(connection, noted) if noted else None
    finally:
        await store.close()
    _tell({**_chain(found), **({"noted": row} if noted else {})})
    return int(found.broken is not None or (noted is not None and row is None))


def _owed(one: Owed, settings: Settings) -> dict[str, Any]:
    kept = one.rule.kept(settings)
    return {
        "rule": one.rule.name,
        "tables": list(one.rule.tables),
        "days": kept.days if kept else None,
        "before": iso_utc(one.before) if one.before else None,
        "due": one.count,
        "oldest": iso_utc(one.oldest) if one.oldest else None,
        "never": one.rule.never,
    }


def _chain(found: Chain) -> dict[str, Any]:
    cut = found.cut
    return {
        "whole": found.broken is None,
        "broken_at": found.broken,
        "rows": found.rows,
        "from": found.first,
        "since": iso_utc(found.since) if found.since else None,
        "last": found.last,
        "hash": found.hash,
        "cut": cut
        and {"upto": cut.upto, "hash": cut.hash, "rows": cut.count, "until": iso_utc(cut.until), "at": iso_utc(cut.at)},
    }


def _tell(told: Mapping[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
