"""``shirase archive``: files of open data by day and month: which there are, making some again, checking them all."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from feeds.instant import iso_utc
from services import adoption
from services.adoption import Stations
from services.archive.job import Archive
from services.archive.known import Known
from services.archive.period import Period
from services.archive.registry import KINDS
from services.archive.running import shelf_of
from services.archive.shelf import FullError, digest_of
from services.city import StartError, load_places
from services.clock import Clock
from services.lease import Leased
from services.roads import load_roads
from services.settings import Settings, SettingsError, load
from services.store import archives, stations
from services.store.archives import Archived
from services.store.engine import Store, StoreError
from services.telemetry import configure_logging


def register(commands: Any) -> None:
    """Add ``archive`` to the sub-parsers."""
    parser = commands.add_parser("archive", help="open data by day and month, as files to download")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("list", help="every file: kind, period, rows, bytes, sha256, version")
    making = verbs.add_parser("make", help="make days or months again, whatever is there")
    making.add_argument("periods", nargs="+", type=_period, metavar="PERIOD", help="2026-11 or 2026-11-20, in Japan")
    verbs.add_parser("verify", help="every file against what is told of it; exit 1 where one is missing or another")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """JSON lines. Exit 1: no settings or store, an exercise, no room, or a file that is not what it should be."""
    configure_logging("WARNING")
    try:
        settings = load(args.settings)
        if settings.exercise:
            return _refuse("exercise", "an exercise makes no archives: what is played is no past of the city")
        if args.verb == "make":
            return asyncio.run(_make(settings, args.periods))
        return asyncio.run(_look(settings, verify=args.verb == "verify"))
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    except (StoreError, StartError) as error:
        return _refuse("no_store", str(error))
    except FullError as error:
        return _refuse("no_room", str(error))


async def _look(settings: Settings, *, verify: bool) -> int:
    store = await Store.look(settings.database_url)
    try:
        async with store.read() as connection:
            rows = sorted((await archives.every(connection)).values(), key=lambda one: (one.period, one.kind))
    finally:
        await store.close()
    wrong = 0
    for one in rows:
        fault = _fault(settings, one) if verify else ""
        wrong += bool(fault)
        _tell(_told(one) | ({"fault": fault or None} if verify else {}))
    return int(wrong > 0)


def _fault(settings: Settings, one: Archived) -> str:
    """Empty where its file is there and is what its row says, or where there is none and should be none."""
    if one.withdrawn:
        return ""
    found = digest_of(shelf_of(settings).path(one.kind, one.period, one.sha256))
    if not found:
        return "missing: it is made again while the store has its data"
    return "" if found == one.sha256 else f"its sha256 is {found}: delete it, and it is made again"


async def _make(settings: Settings, periods: Sequence[Period]) -> int:
    """Here, or, where a hub runs that makes them, by it."""
    store = await Store.open(settings.database_url)
    try:
        mine = Leased(store, Archive.name, f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")
        if not await mine.renew():
            return await _ask(store, periods)
        try:
            return await _made(settings, mine, periods)
        finally:
            await mine.give_back()
    finally:
        await store.close()


async def _ask(store: Store, periods: Sequence[Period]) -> int:
    """Have the hub make them at its next look."""
    names = {day.name for one in periods for day in one.days}
    async with store.write() as connection:
        many = sum([await archives.outdate(connection, kind, names) for kind in KINDS])
    _tell({"asked": many, "by": "the hub that runs, within five minutes"})
    return 0


async def _made(settings: Settings, mine: Leased, periods: Sequence[Period]) -> int:
    ground = load_places(settings)
    if isinstance(ground.stations, Stations):
        async with mine.read() as connection:
            ground.stations.adopt(adoption.known(await stations.everyone(connection), ground.areas))
    roads = load_roads(settings, ground.areas)
    known = Known.of(ground, settings.open, settings.public_forecasts, roads, settings.plow.public_delay)
    job = Archive(mine, Clock(), shelf_of(settings), known, settings.retention)
    made: list[Any] = []

    async def step() -> bool:
        made.extend(await job.run(periods))
        return True

    if not await mine.run(step):
        return _refuse("lease_lost", "another process has begun to make archives; ask again")
    for one in made:
        _tell(_told(one.row) | {"new": one.new})
    if not made:
        return _refuse("nothing", "none of these days is over, known to the store and kept: see docs/open-data.md")
    return 0


def _told(one: Archived) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "period": one.period,
        "rows": one.rows,
        "bytes": one.bytes,
        "sha256": one.sha256,
        "version": one.version,
        "made_at": iso_utc(one.made_at),
        "withdrawn": one.withdrawn,
    }


def _period(text: str) -> Period:
    try:
        return Period.of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _tell(told: Mapping[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
