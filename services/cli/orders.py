"""``shirase orders``: the snow orders as they stand, and one with everything that was done about it. Only reads."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from feeds.instant import iso_utc
from feeds.status import Status
from rules.orders.life import Act, Order
from rules.orders.saying import sentence
from services.backtest import period
from services.cli import orders_forecasts
from services.cli.backtest import typed
from services.clock import wall
from services.settings import SettingsError, load
from services.store import decided, orders
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("orders", help="snow orders: list them, show one, and what is decided of each section")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="open orders, and those that were over within some days; oldest first")
    listing.add_argument("--days", type=int, default=1, choices=range(1, 401), metavar="1-400")
    showing = verbs.add_parser("show", help="one order with every act on it")
    showing.add_argument("order", metavar="ORDER", type=int, help="its number")
    deciding = verbs.add_parser("sections", help="the last decision about each plow section, in a sentence")
    judging = verbs.add_parser("forecasts", help="what was forecast of snow and what fell, by who forecast it")
    judging.add_argument("start", metavar="FROM", type=typed(period.begin), help="a date or a time")
    judging.add_argument("end", metavar="TO", type=typed(period.end), help="a date or a time. A date: the end of it")
    judging.add_argument("--reach", type=float, default=10.0, metavar="CM", help="that is counted as hit or miss")
    for one in (listing, deciding, judging):
        one.add_argument("--status", type=Status, choices=list(Status), default=Status.ACTUAL, metavar="STATUS")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: there is no such order, no store, or the settings cannot be read."""
    verbs: dict[str, Callable[[Store, argparse.Namespace], Awaitable[int]]] = {
        "list": _list,
        "show": _show,
        "sections": _sections,
        "forecasts": orders_forecasts.tell,
    }
    try:
        return asyncio.run(_with_store(load(args.settings).database_url, verbs[args.verb], args))
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))


async def _with_store(
    url: str, work: Callable[[Store, argparse.Namespace], Awaitable[int]], args: argparse.Namespace
) -> int:
    store = await Store.look(url)
    try:
        return await work(store, args)
    finally:
        await store.close()


async def _list(store: Store, args: argparse.Namespace) -> int:
    async with store.read() as connection:
        found = await orders.since(connection, wall() - timedelta(days=args.days), args.status, 10_000)
    for order in reversed(found):
        _tell(_told(order))
    return 0


async def _show(store: Store, args: argparse.Namespace) -> int:
    async with store.read() as connection:
        order = await orders.find(connection, args.order)
    if order is None:
        return _refuse("not_found", f"there is no order {args.order}; `shirase orders list` tells which there are")
    events = [
        {
            "act": one.act.value,
            "at": iso_utc(one.at),
            "happened_at": iso_utc(one.happened_at) if one.happened_at else None,
            "how": one.how.value,
            "who": one.who,
            "text": one.text,
            "vehicles": one.vehicles,
            "facts": dict(one.facts),
        }
        for one in order.events
    ]
    _tell({**_told(order), "events": events})
    return 0


async def _sections(store: Store, args: argparse.Namespace) -> int:
    async with store.read() as connection:
        looks = await decided.last_look(connection, args.status)
    for section, one in sorted(looks.items()):
        main = one.main
        _tell(
            {
                "section": section,
                "name": one.picture.section_name,
                "at": iso_utc(one.picture.at),
                "outcome": main.outcome.value,
                "reason": main.reason.value,
                "rule": main.rule,
                "depth_cm": one.depth_cm,
                "new_snow_cm": one.counted_cm,
                "sentence": sentence(one),
            }
        )
    return 0


def _told(order: Order) -> dict[str, Any]:
    times = {"ordered": Act.ORDER, "acknowledged": Act.ACKNOWLEDGE, "started": Act.START, "finished": Act.FINISH}
    return {
        "id": order.id,
        "status": order.status.value,
        "section": order.section,
        "section_name": order.section_name,
        "kind": order.kind.value,
        "rule": order.rule,
        "classes": list(order.classes),
        "state": str(order.state),
        "finish_by": iso_utc(order.finish_by) if order.finish_by else None,
        **{f"{name}_at": iso_utc(at) if (at := order.when(act)) else None for name, act in times.items()},
        "vehicles": order.vehicles,
    }


def _tell(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
