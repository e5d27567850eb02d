"""``shirase quarantine``: what could not be decoded: list it, look at its bytes, read it again once it is mended."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from feeds.instant import iso_utc
from feeds.mapping import MappingError
from services.clock import wall
from services.desks.quarantine import QuarantineError, Reader, discard, look, replay, replay_all
from services.mappings import load_mappings
from services.overflow import legible
from services.settings import Settings, SettingsError, load
from services.store import quarantine
from services.store.engine import Store, StoreError
from services.store.quarantine import Wanted

Work = Callable[[Store, Reader, argparse.Namespace], Awaitable[int]]
_WHO = "shirase quarantine"
_PAGE = 500


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("quarantine", help="list, show and read again what could not be decoded")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="one line for each refusal, newest first")
    listing.add_argument("--limit", type=_count, default=_PAGE, metavar="N", help=f"at most so many (default {_PAGE})")
    showing = verbs.add_parser("show", help="one refusal with all its bytes, and what it would be now")
    showing.add_argument("id", type=_count, metavar="ID")
    retrying = verbs.add_parser("retry", help="read again the ones named, or all that the filters find")
    retrying.add_argument("id", type=_count, nargs="*", metavar="ID")
    retrying.add_argument("--all", action="store_true", help="everything that stands in quarantine")
    discarding = verbs.add_parser("discard", help="throw away, unread, what was kept of a flood (over_allowance)")
    discarding.add_argument("gateway", metavar="GATEWAY")
    for one in (listing, retrying):
        one.add_argument("--code", help="only refusals of this code")
        one.add_argument("--gateway", help="only what this gateway sent")
        one.add_argument("--topic", help="only topics that begin so")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: something is still refused, or could not be had; 2: wrong usage."""
    filtered = args.verb == "retry" and (args.all or any((args.code, args.gateway, args.topic)))
    if args.verb == "retry" and filtered == bool(args.id):
        _refuse("usage", "name the numbers, or a filter (--code, --gateway, --topic, --all), and not both")
        return 2
    work: dict[str, Work] = {
        "list": _list,
        "show": _show,
        "retry": _retry_all if filtered else _retry,
        "discard": _discard,
    }
    try:
        settings = load(args.settings)
        return asyncio.run(_with_store(settings, work[args.verb], args))
    except (SettingsError, MappingError) as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))


async def _with_store(settings: Settings, work: Work, args: argparse.Namespace) -> int:
    reader = Reader.of(settings, load_mappings(settings.profile))
    store = await Store.open(settings.database_url)
    settings.reporters.seals(store)
    try:
        return await work(store, reader, args)
    finally:
        await store.close()


async def _list(store: Store, _: Reader, args: argparse.Namespace) -> int:
    async with store.read() as connection:
        rows = await quarantine.newest(connection, args.limit, None, _wanted(args))
    for row in rows:
        _tell(_summary(row))
    return 0


async def _show(store: Store, reader: Reader, args: argparse.Namespace) -> int:
    try:
        row, found = await look(store, reader, args.id)
    except QuarantineError as error:
        return _refuse(error.code, str(error))
    payload = b"" if row["sealed"] else bytes(row["payload"])
    _tell({**_summary(row), "text": legible(row), "hex": payload.hex(" "), "now": found.line})
    return 0


async def _retry(store: Store, reader: Reader, args: argparse.Namespace) -> int:
    outcome = 0
    for one in args.id:
        try:
            _tell({"id": one, "new": await replay(store, reader, one, _WHO, wall())})
        except QuarantineError as error:
            outcome = _refuse(error.code, str(error), one)
    return outcome


async def _retry_all(store: Store, reader: Reader, args: argparse.Namespace) -> int:
    outcome = await replay_all(store, reader, _wanted(args), _WHO, wall())
    _tell(asdict(outcome))
    return 1 if outcome.still_refused else 0


async def _discard(store: Store, _: Reader, args: argparse.Namespace) -> int:
    many = await discard(store, args.gateway, _WHO, wall())
    if not many:
        return _refuse("not_found", f"nothing of a flood of {args.gateway} is kept: see `list --code over_allowance`")
    _tell({"gateway": args.gateway, "discarded": many})
    return 0


def _wanted(args: argparse.Namespace) -> Wanted:
    return Wanted(code=args.code, gateway=args.gateway, topic=args.topic)


def _summary(row: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "topic", "gateway", "code", "message", "at", "times", "answered")
    told = {name: row[name] for name in names}
    return {**told, "received_at": iso_utc(row["received_at"]), "bytes": len(row["payload"])}


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 15 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def _tell(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False))


def _refuse(code: str, message: str, one: int | None = None) -> int:
    named = {} if one is None else {"id": one}
    print(json.dumps({**named, "error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
