"""``shirase serve [SERVICE…]``: run the hub, or the named services of it, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.line import SERVICES
from services.settings import Settings, SettingsError, load
from services.slow_end import told_after
from services.supervisor import Supervisor
from services.telemetry import configure_logging

if TYPE_CHECKING:
    from services.app import Hub

_YOUNG = 2_000  # objects more than were let go, until cycles are looked for among them


def register(commands: Any) -> None:
    parser = commands.add_parser("serve", help="run the hub")
    parser.add_argument(
        "services", nargs="*", metavar="SERVICE", help=f"{', '.join(SERVICES)}; all where none is named"
    )
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0 after an orderly stop, 1 when the hub cannot start, 2 for a service that does not exist."""
    unknown = sorted(set(args.services) - set(SERVICES))
    if unknown:
        told = f"there is no service {', '.join(unknown)}; name any of {', '.join(SERVICES)}, or none for all of them"
        return _refuse("unknown_service", told, 2)
    try:
        settings = load(args.settings)
    except SettingsError as error:
        return _refuse("bad_settings", error)
    configure_logging(settings.log_level)
    return asyncio.run(_serve(settings, args.services or SERVICES))


async def _serve(settings: Settings, services: Sequence[str]) -> int:
    from services.alone import AlreadyRunningError
    from services.app import until
    from services.broker.embedded import BrokerError
    from services.city import StartError
    from services.store.engine import StoreError

    stop, supervisor = asyncio.Event(), Supervisor.of(os.environ, os.getpid())

    def end() -> None:
        supervisor.stopping()
        told_after()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)

    async def announce(hub: Hub) -> None:
        """One JSON line when the pages answer, so that whoever started us need not guess."""
        settle()
        print(json.dumps({"ready": hub.address, "services": hub.services}), flush=True)
        supervisor.ready(hub.address)

    try:
        async with supervisor.watching():
            await until(stop, settings, services, announce)
    except (AlreadyRunningError, BrokerError, StartError, StoreError) as error:
        return _refuse("cannot_start", error)
    return 0


def settle() -> None:
    """What has been made by now stays, and is not looked through for cycles any more: districts, layers, rules, a
    million things. From here on it is looked for often and among few: among 20,000 it takes 20 ms, in which no other
    thread moves, and perhaps an alert waits.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, 10, 100)


def _refuse(code: str, error: Exception | str, exit_code: int = 1) -> int:
    print(json.dumps({"error": code, "message": str(error)}, ensure_ascii=False), file=sys.stderr)
    return exit_code
