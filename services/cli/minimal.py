"""``shirase minimal``: warn the city while the store is lost, and bring what was done into it afterwards."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services import alone
from services.alone import AlreadyRunningError
from services.backup import kept
from services.backup.archive import ArchiveError
from services.city import StartError
from services.cli.reporters import refuse, tell
from services.clock import wall
from services.minimal.aside import copy_in, lay
from services.minimal.bringing import BringingError, bring_in
from services.minimal.journal import aboard, file_of, folder_of
from services.settings import Settings, SettingsError, load
from services.store.backups import OF_A_JOURNAL
from services.store.engine import Store, StoreError
from services.supervisor import Supervisor
from services.telemetry import configure_logging


def register(commands: Any) -> None:
    """Add ``minimal`` to the sub-parsers."""
    parser = commands.add_parser("minimal", help="warn the city while the store is lost")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    told = {
        "prepare": (
            _prepare,
            "lay aside what it begins with; the hub does so by itself every few minutes",
        ),
        "serve": (_serve, "run it: people decide, channels send, everything goes into the journal"),
        "bring-in": (_bring_in, "the journal into the store that is back, once"),
    }
    for name, (act, summary) in told.items():
        one = acts.add_parser(name, help=summary)
        one.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
        one.set_defaults(run=_guarded(act))


def _guarded(act: Any) -> Any:
    def run(args: argparse.Namespace) -> int:
        """Exit 1 where it cannot be done; the line on stderr says why."""
        try:
            settings = load(args.settings)
            configure_logging(settings.log_level)
            return int(asyncio.run(act(settings)))
        except SettingsError as error:
            return refuse("bad_settings", str(error))
        except (AlreadyRunningError, StartError, BringingError) as error:
            return refuse("cannot_start", str(error))
        except StoreError as error:
            return refuse("no_store", str(error))
        except (ArchiveError, OSError) as error:
            return refuse("not_written", str(error))

    return run


async def _prepare(settings: Settings) -> int:
    folder = folder_of(settings)
    store = await Store.look(settings.database_url)
    try:
        await lay(store, settings, folder, wall())
    finally:
        await store.close()
    tell({"laid_aside": str(copy_in(folder))})
    return 0


async def _serve(settings: Settings) -> int:
    from services.minimal.running import running

    stop, supervisor = asyncio.Event(), Supervisor.of(os.environ, os.getpid())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with supervisor.watching(), running(settings) as found:
        print(json.dumps({"ready": found.address, "minimal": True}), flush=True)
        supervisor.ready(found.address)
        await stop.wait()
        supervisor.stopping()
    return 0


async def _bring_in(settings: Settings) -> int:
    """The journal goes out of the way afterwards, and is a copy like any other, to be destroyed in its time.

    Nobody works on it meanwhile: what minimal mode still wrote would go out of the way with it. Raises
    AlreadyRunningError.
    """
    with alone.hold(folder_of(settings)):
        return await _brought_in(settings)


async def _brought_in(settings: Settings) -> int:
    file, now = file_of(settings), wall()
    if not file.exists():
        return refuse("no_journal", f"there is no {file}: nothing waits to be brought in")
    journal = await Store.open(aboard(settings).database_url)
    try:
        store = await Store.open(settings.database_url)
        try:
            brought = await bring_in(journal, store, now)
            kept_as = file.with_name(f"brought-in-{now:%Y%m%dT%H%M%SZ}.db")
            async with store.write() as connection:
                await kept.enter(connection, kept_as, OF_A_JOURNAL, now, settings.reporters.backup_days)
        finally:
            await store.close()
        await journal.wash()
    finally:
        await journal.close()
    file.rename(kept_as)
    tell({**asdict(brought), "kept_as": str(kept_as)})
    return 0
