"""``shirase serve``: run the hub until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.settings import Settings, SettingsError, load
from services.telemetry import configure_logging

if TYPE_CHECKING:
    from services.app import Hub


def register(commands: Any) -> None:
    parser = commands.add_parser("serve", help="run the hub")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0 after an orderly stop, 1 when the hub cannot start."""
    try:
        settings = load(args.settings)
    except SettingsError as error:
        return _refuse("bad_settings", error)
    configure_logging(settings.log_level)
    return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    from services.alone import AlreadyRunningError
    from services.app import until
    from services.broker.embedded import BrokerError
    from services.city import StartError
    from services.store.engine import StoreError

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await until(stop, settings, _announce)
    except (AlreadyRunningError, BrokerError, StartError, StoreError) as error:
        return _refuse("cannot_start", error)
    return 0


async def _announce(hub: Hub) -> None:
    """One JSON line when the pages answer, so that whoever started us need not guess."""
    print(json.dumps({"ready": hub.address}), flush=True)


def _refuse(code: str, error: Exception) -> int:
    print(json.dumps({"error": code, "message": str(error)}, ensure_ascii=False), file=sys.stderr)
    return 1
