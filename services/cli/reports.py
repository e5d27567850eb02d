"""``shirase reports``: the review queue without a page: what waits, one report whole, and an officer's act on it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rules.reports.case import Act, Case, CaseError, Event
from rules.reports.life import REASONS
from rules.reports.reason import Reason
from services.clock import wall
from services.reports import desk
from services.reports.desk import Deed
from services.settings import Settings, SettingsError, load
from services.store import report_cases, report_revisions
from services.store.engine import Store, StoreError

_ACTS = (Act.TRIAGE, Act.CONFIRM, Act.SIGN_OFF, Act.REJECT, Act.WITHDRAW, Act.REOPEN, Act.MERGE, Act.SPLIT, Act.NOTE)
_MOST = 200


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("reports", help="list, show and judge reports; one JSON object a line")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("list", help="what waits for a person, the oldest first")
    showing = verbs.add_parser("show", help="one report with its words and every act on it")
    showing.add_argument("number", type=int, metavar="NUMBER")
    for act in _ACTS:
        judging = verbs.add_parser(act.value, help=", ".join(one.value for one in REASONS.get(act, ())) or "a note")
        judging.add_argument("number", type=int, metavar="NUMBER")
        judging.add_argument("--by", required=True, metavar="NAME", help="whose act it is: an account of an operator")
        judging.add_argument("--reason", choices=[one.value for one in REASONS.get(act, ())])
        judging.add_argument("--text", default="", help="a note, for the desk alone")
        if act is Act.MERGE:
            judging.add_argument("--into", type=int, required=True, metavar="NUMBER", help="the one that stands for it")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: it could not be done, with the reason on stderr."""
    try:
        return asyncio.run(_with_store(load(args.settings), args))
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))
    except CaseError as error:
        return _refuse(error.code, str(error))


async def _with_store(settings: Settings, args: argparse.Namespace) -> int:
    reading = args.verb in {"list", "show"}
    store = await (Store.look if reading else Store.open)(settings.database_url)
    settings.reporters.seals(store)
    try:
        if args.verb == "list":
            return await _list(store)
        return await (_show(store, args.number) if reading else _act(store, args))
    finally:
        await store.close()


async def _list(store: Store) -> int:
    async with store.read() as connection:
        for case in await report_cases.to_do(connection, wall(), _MOST):
            _tell(_brief(case))
    return 0


async def _show(store: Store, number: int) -> int:
    async with store.read() as connection:
        case = await report_cases.find(connection, number)
        found = await report_revisions.newest(connection, [case.key] if case else [])
    if case is None:
        return _refuse("not_found", f"番号 {number} の通報はありません。`shirase reports list` が一覧を出します")
    report = found.get(case.key)
    words = {"text": report.text, "source": report.source} if report else {}
    _tell({**_brief(case), **words, "events": [_event(one) for one in case.events]})
    return 0


async def _act(store: Store, args: argparse.Namespace) -> int:
    deed = Deed(
        number=args.number,
        act=Act(args.verb),
        who=args.by,
        reason=Reason(args.reason) if args.reason else None,
        text=args.text,
        facts={"into": args.into} if args.verb == Act.MERGE.value else {},
    )
    _tell(_brief(await desk.do(store, deed, wall())))
    return 0


def _brief(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "status": case.status.value,
        "kind": case.kind,
        "state": case.state.value if case.state else "",
        "seen_at": case.seen_at.isoformat(),
        "arrived_at": case.arrived_at.isoformat(),
        "place": case.place,
        "same_as": case.same_as,
        "claimed_by": case.claim.who if case.claim else "",
    }


def _event(event: Event) -> dict[str, Any]:
    why = event.reason.value if event.reason else ""
    return {"act": event.act.value, "at": event.at.isoformat(), "who": event.who, "reason": why, "text": event.text}


def _tell(told: Mapping[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
