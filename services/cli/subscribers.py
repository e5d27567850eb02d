"""``shirase subscribers``: how many residents are told, on which channel. Numbers, never anybody."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from services.settings import SettingsError, load
from services.store import subscribers
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("subscribers", help="how many residents are told, and on which channel")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A JSON line for each channel and state; exit 1 where the store cannot be read."""
    try:
        counts = asyncio.run(_counts(load(args.settings).database_url))
    except (SettingsError, StoreError) as error:
        print(json.dumps({"error": "no_store", "message": str(error)}, ensure_ascii=False), file=sys.stderr)
        return 1
    for (channel, state), number in sorted(counts.items()):
        print(json.dumps({"channel": channel, "state": state, "number": number}))
    return 0


async def _counts(url: str) -> dict[tuple[str, str], int]:
    store = await Store.look(url)
    try:
        async with store.read() as connection:
            return await subscribers.counts(connection)
    finally:
        await store.close()
