"""``shirase culling``: cases of emergency culling without a page: what is open, and one case as the record of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from rules.culling.case import Case, Event, Told
from rules.culling.life import overdue
from rules.culling.words import ACTS
from services.clock import wall
from services.settings import SettingsError, load
from services.store import cullings
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("culling", help="cases of emergency culling; one JSON object a line")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("list", help="the open ones; exit 1 where people wait for an all-clear")
    showing = verbs.add_parser("show", help="one case, a line for every act: the record of it")
    showing.add_argument("number", type=int, metavar="NUMBER")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: an all-clear is owed, or there is no such case, with the reason on stderr."""
    try:
        return asyncio.run(_with_store(load(args.settings).database_url, args))
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))


async def _with_store(url: str, args: argparse.Namespace) -> int:
    store = await Store.look(url)
    try:
        return await (_list(store) if args.verb == "list" else _show(store, args.number))
    finally:
        await store.close()


async def _list(store: Store) -> int:
    now, owed = wall(), 0
    async with store.read() as connection:
        found = await cullings.with_told(connection, now)
    for case, told in found:
        since = overdue(case, told, now)
        owed += since is not None
        _tell({**_brief(case, told), "overdue_since": since.isoformat() if since else None})
    return 1 if owed else 0


async def _show(store: Store, number: int) -> int:
    async with store.read() as connection:
        case = await cullings.find(connection, number)
        told = await cullings.told(connection, [case], wall()) if case else {}
    if case is None:
        return _refuse("not_found", f"番号 {number} の件はありません。`shirase culling list` が一覧を出します")
    _tell(_brief(case, told.get(case.id, Told())))
    for one in case.events:
        _tell(_event(one))
    return 0


def _brief(case: Case, told: Told) -> dict[str, Any]:
    return {
        "id": case.id,
        "status": case.status.value,
        "animal": case.animal,
        "sighting": case.sighting,
        "stage": told.stage.value,
        "series": case.series,
        "ticked": [one.value for one in case.ticked],
        "ordered": case.order is not None,
        "under_way": case.under_way is not None,
        "over": case.over.outcome.value if case.over and case.over.outcome else None,
        "closed": case.closed is not None,
    }


def _event(event: Event) -> dict[str, Any]:
    named = {"condition": event.condition, "office": event.office, "outcome": event.outcome}
    more: dict[str, Any] = {name: one.value for name, one in named.items() if one is not None}
    if event.plan:
        plan = event.plan
        more |= {"areas": list(plan.areas), "roads": plan.roads, "until": plan.until.isoformat()}
    told = {"act": event.act.value, "act_ja": ACTS[event.act].ja, "at": event.at.isoformat(), "who": event.who}
    return {**told, **more}


def _tell(told: dict[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
