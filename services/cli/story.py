"""``shirase story``: one alert from the reading to the last receipt, as JSON lines or as text to be read."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from feeds.instant import iso_utc
from services.channels.channel import Payload
from services.settings import SettingsError, load
from services.store.engine import Store, StoreError
from services.story.gather import gather
from services.story.steps import Step, Story
from services.story.words import told


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("story", help="one alert: readings, hazards, rule, approvals, payloads, receipts")
    parser.add_argument("series", metavar="SERIES", help="as the alert pages and the log name it")
    parser.add_argument("--revision", type=int, metavar="N", help="the newest unless told")
    parser.add_argument("--read", action="store_true", help="Japanese text to be read, in place of JSON lines")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: told; 1: no settings, no store, or no such alert."""
    try:
        settings = load(args.settings)
        story = asyncio.run(_found(settings.database_url, args.series, args.revision))
    except (SettingsError, StoreError) as error:
        return _refuse("not_ready", str(error))
    if story is None:
        which = f" 第{args.revision}報" if args.revision else ""
        return _refuse(
            "unknown_alert", f"{args.series}{which} はありません。操作画面の「発表」にある名前を使ってください"
        )
    for line in told(story) if args.read else (json.dumps(one, ensure_ascii=False) for one in lines(story)):
        print(line)
    return 0


def lines(story: Story) -> Iterator[dict[str, Any]]:
    """The revision, its steps in time, and the payload of each channel: one object a line, told apart by ``part``."""
    alert = story.alert
    yield {
        "part": "alert",
        "series": alert.series,
        "revision": alert.revision,
        "revisions": story.revisions,
        "identifier": alert.identifier,
        "status": alert.status.value,
        "state": story.state.value,
        "rule": alert.rule,
        "headline": alert.texts["ja"].headline,
        "sent": iso_utc(alert.sent),
        "expires": iso_utc(alert.expires),
        "digest": story.digest,
    }
    yield from (_step(one) for one in story.steps)
    for name, one in story.payloads.items():
        if isinstance(one, Payload):
            sent = {"media_type": one.media_type, "parts": one.parts, "digest": one.digest}
            yield {"part": "payload", "channel": name} | sent
        else:
            yield {"part": "payload", "channel": name, "refused": one.reason}


def _step(one: Step) -> dict[str, Any]:
    step = {
        "part": one.kind.value,
        "at": iso_utc(one.at) if one.at else None,
        "after_s": one.after_s,
        "who": one.who,
        "text": one.text,
        "detail": one.detail,
    }
    return step | ({"channel": one.channel, "state": one.state, "receipts": one.receipts} if one.channel else {})


async def _found(url: str, series: str, revision: int | None) -> Story | None:
    store = await Store.look(url)
    try:
        async with store.read() as connection:
            return await gather(connection, series, revision)
    finally:
        await store.close()


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
