"""``shirase restore``: a copy back into an empty store, or only tried."""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from typing import Any

from services.backup.archive import ArchiveError, read
from services.backup.restoring import require_ours, restore
from services.cli.backup import told
from services.cli.reporters import refuse, tell
from services.clock import wall
from services.settings import Settings, SettingsError, load
from services.store.engine import StoreError


def register(commands: Any) -> None:
    """Add ``restore`` to the sub-parsers."""
    parser = commands.add_parser("restore", help="a copy back into an empty store, on either engine")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.add_argument("file", type=Path, help="made by `shirase backup`")
    parser.add_argument("--check", action="store_true", help="read it to its end and write nothing")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A JSON line. Exit 1: the copy is damaged or of another city, the store is not empty, or the chain is broken."""
    try:
        settings = load(args.settings)
        return _check(args.file, settings) if args.check else _restore(args.file, settings)
    except SettingsError as error:
        return refuse("bad_settings", str(error))
    except StoreError as error:
        return refuse("no_store", str(error))
    except ArchiveError as error:
        return refuse("no_copy", str(error))
    except OSError as error:
        return refuse("not_written", f"{error}; the store is as it was")


def _check(file: Path, settings: Settings) -> int:
    with read(file) as archive:
        require_ours(archive, settings)
        archive.verify()
        tell({**told(archive.manifest), "whole": True})
    return 0


def _restore(file: Path, settings: Settings) -> int:
    began = time.monotonic()
    chain = asyncio.run(restore(file, settings, wall()))
    with read(file) as archive:
        said = told(archive.manifest)
    broken = {"chain_broken_at": chain.broken} if chain.broken is not None else {}
    tell({**said, "seconds": round(time.monotonic() - began, 1), "chain": chain.broken is None, **broken})
    return int(chain.broken is not None)
