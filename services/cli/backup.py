"""``shirase backup``: the whole store, and the files beside it, as one file; while the hub runs."""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from services.backup import kept
from services.backup.archive import ArchiveError, Manifest
from services.backup.files import unknown
from services.backup.taking import take
from services.cli.reporters import refuse, tell
from services.clock import wall
from services.settings import Settings, SettingsError, load
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add ``backup`` to the sub-parsers."""
    parser = commands.add_parser("backup", help="a copy of the whole store as one file, while the hub runs")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.add_argument("place", type=Path, help="a new file; or a folder, which gets one named by city and time")
    parser.add_argument("--keep", type=_positive, metavar="N", help="of a folder: the newest N copies stay")
    parser.add_argument(
        "--by", default="shirase backup", metavar="NAME", help="who made it, for the register of copies"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A JSON line. Exit 1: no settings or store, no room, a file that exists; or a copy that is not in the register."""
    if args.keep and not args.place.is_dir():
        return refuse("no_folder", f"--keep needs a folder, and {args.place} is none; make it first")
    try:
        settings, now = load(args.settings), wall()
        place: Path = args.place.resolve()
        file = place / kept.name(settings.city.code, now) if place.is_dir() else place
        if file.is_relative_to(settings.data_dir.resolve()):
            return refuse("inside", f"{file} lies in the data directory: each copy would hold those before it")
        return asyncio.run(_run(settings, file, args, now))
    except SettingsError as error:
        return refuse("bad_settings", str(error))
    except StoreError as error:
        return refuse("no_store", str(error))
    except (ArchiveError, OSError) as error:
        return refuse("no_copy", f"{error}; no copy was made")


async def _run(settings: Settings, file: Path, args: argparse.Namespace, now: datetime) -> int:
    began = time.monotonic()
    store = await Store.look(settings.database_url)
    try:
        manifest = await take(store, settings, file, now)
    finally:
        await store.close()
    made = {**told(manifest), "file": str(file), "seconds": round(time.monotonic() - began, 1)}
    made["not_in_it"] = unknown(settings.data_dir)
    try:
        entered = await _enter(settings, file, args, now)
    except (StoreError, SQLAlchemyError, OSError) as error:
        tell({**made, "register": None})
        why = str(getattr(error, "orig", error))
        cure = f"shirase privacy backups add {file} --by {args.by!r}"
        return refuse("not_registered", f"{why}; the copy is whole and stays, enter it when the store can: {cure}")
    tell({**made, **entered})
    return 0


async def _enter(settings: Settings, file: Path, args: argparse.Namespace, now: datetime) -> dict[str, Any]:
    """First that there is one more, then older ones go: a store that takes nothing down keeps them all."""
    store = await Store.open(settings.database_url)
    try:
        async with store.write() as connection:
            number = await kept.enter(connection, file, args.by, now, settings.reporters.backup_days)
        gone = kept.thin(file.parent, args.keep) if args.keep else []
        async with store.write() as connection:
            await kept.strike(connection, gone, args.by, now)
    finally:
        await store.close()
    return {"register": number, "gone": [str(one) for one in gone]}


def told(manifest: Manifest) -> dict[str, Any]:
    """What a copy says of itself, without its members."""
    return {
        "made_at": manifest.made_at,
        "city": manifest.city,
        "version": manifest.version,
        "revision": manifest.revision,
        "engine": manifest.engine,
        "exercise": manifest.exercise,
        "chronology": manifest.chronology,
        "tables": len(manifest.tables),
        "rows": sum(one.rows for one in manifest.tables),
        "files": len(manifest.files),
    }


def _positive(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
