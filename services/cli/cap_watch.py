"""``shirase cap watch URL``: read a CAP feed and tell what comes, what got lost and when it falls silent."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any
from urllib.parse import urlsplit

from services.cli.trusted import add_trust, read_trusted
from services.clock import wall

_TIMEOUT_S = 20.0


def register(verbs: Any) -> None:
    """Add the verb to those of ``shirase cap``."""
    one = verbs.add_parser("watch", help="read a CAP feed; tell what comes, what got lost, and when it falls silent")
    one.add_argument("url", metavar="URL", help="of an Atom feed of CAP alerts")
    add_trust(one)
    one.add_argument("--every", type=float, default=60.0, metavar="S", help="seconds between two looks (10 to 3600)")
    one.add_argument("--once", action="store_true", help="look once; exit 1 if something is lost, refused or silent")
    one.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A JSON object per event. Exit code 0: all is well; 1 (with --once): something is not; 2: wrong usage."""
    try:
        trusted = read_trusted(args.trust)
        if not args.url.startswith(("http://", "https://")) or not 10 <= args.every <= 3600:
            raise ValueError("URL must begin with http:// or https://, and --every lie between 10 and 3600")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        return asyncio.run(_watch(args, trusted))
    except KeyboardInterrupt:
        return 0


async def _watch(args: argparse.Namespace, trusted: tuple[Any, ...]) -> int:
    from services.cap_watch import CapWatch
    from services.fetch import Fetcher

    # What stands in the feed is somebody else's word: it must not lead into our own house.
    fetcher = Fetcher("shirase", _TIMEOUT_S, written={urlsplit(args.url).hostname or ""})
    watch = CapWatch(url=args.url, fetcher=fetcher, trusted=trusted)
    try:
        while True:
            for event in await watch.look(wall()):
                print(json.dumps(event, ensure_ascii=False), flush=True)
            if args.once:
                return 0 if watch.well else 1
            await asyncio.sleep(args.every)
    finally:
        await fetcher.close()
