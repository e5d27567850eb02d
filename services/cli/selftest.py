"""``shirase selftest``: a test message through every configured channel: what that proves, and what not."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.selftest.run import Result
    from services.settings import Settings


def register(commands: Any) -> None:
    parser = commands.add_parser("selftest", help="a test message through every channel, with receipts")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.add_argument("--channel", action="append", default=[], help="this one only; may be given again")
    parser.add_argument("--keep", action="store_true", help="write the results into the hub's store, for its pages")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A JSON line per channel; exit 1 where one failed, 2 where a channel is not set up."""
    from services.city import StartError
    from services.settings import SettingsError, load
    from services.store.engine import StoreError
    from services.telemetry import configure_logging

    configure_logging("WARNING")
    try:
        settings = load(args.settings)
        unknown = sorted(set(args.channel) - settings.channels.keys())
        if unknown:
            known = ", ".join(sorted(settings.channels)) or "none"
            print(f"{', '.join(unknown)} is not set up; there is {known}", file=sys.stderr)
            return 2
        results = asyncio.run(_tried(settings, set(args.channel) or set(settings.channels), keep=args.keep))
    except (SettingsError, StartError, StoreError) as error:
        print(json.dumps({"error": "not_ready", "message": str(error)}, ensure_ascii=False), file=sys.stderr)
        return 1
    for one in results:
        print(json.dumps(_line(one), ensure_ascii=False))
    return 0 if all(one.ok for one in results) else 1


async def _tried(settings: Settings, wanted: set[str], *, keep: bool) -> Sequence[Result]:
    from services.city import load_city
    from services.clock import wall
    from services.outgoing.reach import open_to
    from services.selftest import monthly
    from services.selftest.message import test_alert
    from services.selftest.run import prove_all
    from services.store.engine import Store

    open_to(settings.outgoing.reach)
    city = load_city(settings)
    channels = {name: channel for name, channel in city.channels.items() if name in wanted}
    try:
        if not keep:
            return await prove_all(channels.values(), test_alert(settings.city, wall()), wall())
        store = await Store.open(settings.database_url)
        try:
            return await monthly.run(store, wall(), channels, lambda now: test_alert(settings.city, now))
        finally:
            await store.close()
    finally:
        for channel in city.channels.values():
            await channel.close()


def _line(one: Result) -> dict[str, Any]:
    word = "failed" if not one.ok else "proven" if one.tried else "not proven"
    return {
        "channel": one.channel,
        "result": word,
        "proven": one.proof.proven,
        "not_proven": one.proof.unproven,
        "fault": one.proof.fault,
        "receipt": one.proof.receipt,
        "seconds": one.seconds,
    }
