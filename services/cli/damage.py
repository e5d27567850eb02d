"""``shirase damage``: disasters and their damage without a page: list them, enter a record, see what it comes to."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from feeds.instant import instant
from feeds.status import Status
from rules.damage.disaster import Disaster
from rules.damage.items import BY_KEY
from rules.damage.record import Certainty, Content, DamageError
from rules.damage.sums import changes, figures
from services.clock import wall
from services.damage import board, desk
from services.settings import SettingsError, load
from services.store import damages
from services.store.engine import Store, StoreError

_COUNTING = ("?", "？")


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("damage", help="damage of disasters: list, enter, what it comes to")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="disasters; with --disaster its records, withdrawn ones among them")
    listing.add_argument("--disaster", type=int, metavar="NUMBER")
    listing.add_argument("--status", type=Status, choices=list(Status), default=Status.ACTUAL, metavar="STATUS")
    beginning = verbs.add_parser("begin", help="begin a disaster")
    beginning.add_argument("name", help="11月20日からの大雨")
    beginning.add_argument("--began", type=_time, required=True, metavar="TIME", help="2026-11-20T03:00:00+09:00")
    beginning.add_argument("--status", type=Status, choices=list(Status), default=Status.ACTUAL, metavar="STATUS")
    adding = verbs.add_parser(
        "add", help="enter a record; figures are ITEM=NUMBER, or ITEM=? where it is being counted"
    )
    adding.add_argument("figures", nargs="*", metavar="ITEM=NUMBER", help=", ".join(BY_KEY))
    adding.add_argument("--disaster", type=int, required=True, metavar="NUMBER")
    adding.add_argument("--source", required=True, help="who says so: 消防, 警察, 現地班")
    adding.add_argument("--place", default="", help="where, in words; no names of people")
    adding.add_argument("--confirmed", action="store_true", help="else it is entered as 未確認")
    adding.add_argument("--happened", type=_time, metavar="TIME")
    summing = verbs.add_parser("report", help="the sums, what changed since the last report, what contradicts")
    summing.add_argument("--disaster", type=int, required=True, metavar="NUMBER")
    for one in (beginning, adding):
        one.add_argument("--by", required=True, metavar="NAME", help="who enters it")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: it could not be done, with the reason on stderr."""
    verbs: dict[str, Callable[[Store, argparse.Namespace], Awaitable[int]]] = {
        "list": _list,
        "begin": _begin,
        "add": _add,
        "report": _report,
    }
    try:
        return asyncio.run(_with_store(load(args.settings).database_url, verbs[args.verb], args))
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))
    except DamageError as error:
        return _refuse(error.code, str(error))


async def _with_store(
    url: str, work: Callable[[Store, argparse.Namespace], Awaitable[int]], args: argparse.Namespace
) -> int:
    store = await (Store.look if args.verb in {"list", "report"} else Store.open)(url)
    try:
        return await work(store, args)
    finally:
        await store.close()


async def _list(store: Store, args: argparse.Namespace) -> int:
    async with store.read() as connection:
        if args.disaster is None:
            for one in await damages.of_status(connection, args.status):
                ended = one.ended.isoformat() if one.ended else None
                told = {"id": one.id, "status": one.status.value, "name": one.name}
                _tell({**told, "began": one.began.isoformat(), "ended": ended})
            return 0
        for record in await damages.of_disaster(connection, args.disaster):
            said = record.content
            _tell(
                {
                    "id": record.id,
                    "status": record.status.value,
                    "withdrawn": record.withdrawn,
                    "certainty": said.certainty.value,
                    "source": said.source,
                    "area": said.area_name,
                    "place": said.place,
                    "figures": dict(said.figures),
                    "version": record.version,
                }
            )
    return 0


async def _begin(store: Store, args: argparse.Namespace) -> int:
    wanted = Disaster(id=0, status=args.status, name=args.name, began=args.began)
    made = await desk.begin(store, wanted, args.by, wall())
    _tell({"id": made.id, "status": made.status.value, "name": made.name})
    return 0


async def _add(store: Store, args: argparse.Namespace) -> int:
    content = Content(
        certainty=Certainty.CONFIRMED if args.confirmed else Certainty.UNCONFIRMED,
        source=args.source,
        place=args.place,
        happened=args.happened,
        figures=dict(_figure(one) for one in args.figures),
    )
    made = await desk.enter(store, args.disaster, content, args.by, wall())
    _tell({"id": made.id, "disaster": made.disaster, "status": made.status.value, "version": made.version})
    return 0


async def _report(store: Store, args: argparse.Namespace) -> int:
    async with store.read() as connection:
        found = await board.look(connection, args.disaster, wall())
    if found is None:
        return _refuse("not_found", f"災害 {args.disaster} はありません。`shirase damage list` が一覧を出します")
    last = found.reported
    fallen = changes(figures(found.totals), last.filled.figures if last else {})
    for key, one in found.totals.items():
        item = BY_KEY[key]
        known = {"confirmed": one.confirmed, "unconfirmed": one.unconfirmed, "counting": one.counting}
        unit = item.unit if item.scale == 1 else f"{item.unit}/{item.scale}"
        _tell({"item": key, "ja": item.title, "unit": unit, **known, "change": fallen.get(key, 0)})
    for doubt in found.contradictions:
        _tell({"contradiction": doubt.code, "ja": doubt.ja, "records": list(doubt.records)})
    return 0


def _figure(text: str) -> tuple[str, int | None]:
    key, _, value = text.partition("=")
    if key not in BY_KEY:
        raise DamageError("bad_figures", f"{key[:40]} という項目はありません / there is no such item")
    try:
        return key, None if value in _COUNTING else BY_KEY[key].steps(value)
    except ValueError as error:
        raise DamageError("bad_figures", f"{error} / {key} is no count") from None


def _time(text: str) -> datetime:
    try:
        return instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _tell(told: Mapping[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
