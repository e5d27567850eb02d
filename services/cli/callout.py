"""``shirase callout``: what rings, taking a call, who would be called, and trying the roster. Needs no running hub."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from feeds.instant import instant, iso_utc
from feeds.japan import stated
from feeds.status import Status
from rules.marks import MARKS
from services.callout.desk import CallError, acknowledge
from services.callout.message import Message
from services.callout.occasion import Event
from services.callout.outlet import Apprise
from services.clock import wall
from services.outgoing.reach import open_to
from services.settings import Settings, SettingsError, load
from services.store import call_sends, calls
from services.store.call_sends import SendState
from services.store.calls import Call
from services.store.engine import Store, StoreError


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("callout", help="calls of staff: list, take, and try the roster")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("list", help="every open call, with what became of its messages")
    taking = verbs.add_parser("ack", help="take a call: nobody else is called for it")
    taking.add_argument("call", metavar="CALL", type=int, help="its number, as the message says it")
    taking.add_argument("--by", required=True, metavar="NAME", help="who takes it, for the log")
    asking = verbs.add_parser("who", help="whom each event would call")
    asking.add_argument("--at", metavar="T", help="the instant: 2026-11-21T03:10:00+09:00; now unless told")
    trying = verbs.add_parser("test", help="send a message marked 【試験】 to every address of a person")
    trying.add_argument("person", metavar="PERSON", help="the key in [callout.people]")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: it could not be done, or a test did not arrive; 2: an instant that is none."""
    try:
        settings = load(args.settings)
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    if args.verb == "who":
        return _who(settings, args.at)
    if args.verb == "test":
        return asyncio.run(_test(settings, args.person))
    work = _list if args.verb == "list" else _ack
    try:
        return asyncio.run(_with_store(settings, work, args))
    except StoreError as error:
        return _refuse("no_store", str(error))


async def _with_store(
    settings: Settings, work: Callable[[Store, argparse.Namespace], Awaitable[int]], args: argparse.Namespace
) -> int:
    store = await (Store.open if args.verb == "ack" else Store.look)(settings.database_url)
    try:
        return await work(store, args)
    finally:
        await store.close()


async def _list(store: Store, _: argparse.Namespace) -> int:
    async with store.read() as connection:
        found = await calls.still_open(connection)
        sends = await call_sends.of_calls(connection, [call.id for call in found])
    for call in found:
        messages = [
            {"step": one.step + 1, "group": one.group, "person": one.person, "state": one.state, "detail": one.detail}
            for one in sends[call.id]
        ]
        _tell({**_told(call), "sends": messages})
    return 0


async def _ack(store: Store, args: argparse.Namespace) -> int:
    by = " ".join(args.by.split())
    if not 0 < len(by) <= 40 or not by.isprintable():
        return _refuse("bad_name", "--by takes a name of 1 to 40 characters")
    try:
        _tell(_told(await acknowledge(store, args.call, by=by, how="command", now=wall())))
    except CallError as error:
        return _refuse(error.code, str(error))
    return 0


def _who(settings: Settings, at: str | None) -> int:
    try:
        now = instant(at) if at else wall()
    except ValueError as error:
        return _refuse("bad_instant", str(error), 2)
    callout = settings.callout
    for event in Event:
        chain = callout.chain_for(event)
        called = [callout.called(chain, step, now) for step in range(len(chain.groups))] if chain else []
        groups = [{"group": group, "people": list(people)} for group, people in called]
        _tell({"event": event, "at": iso_utc(now), "groups": groups})
    return 0


async def _test(settings: Settings, name: str) -> int:
    person = settings.callout.people.get(name)
    if person is None:
        known = ", ".join(sorted(settings.callout.people)) or "nobody"
        return _refuse("not_found", f"[callout.people] has no {name!r}; it has {known}")
    open_to(settings.outgoing.reach)
    outlet = Apprise()
    told = _test_message(settings, wall())
    results = await asyncio.gather(*(outlet.send(url, told) for url in person.urls))
    outlet.close()
    for way, result in enumerate(results):
        _tell({"person": name, "way": way, "state": result.state, "detail": result.detail})
    return 0 if all(result.state is SendState.SENT for result in results) else 1


def _test_message(settings: Settings, now: datetime) -> Message:
    mark, mark_en = MARKS[Status.TEST]
    lead = f"{mark}{mark_en} {settings.city.name} しらせ：呼び出しの試験です"
    lines = [lead, "何もしなくてかまいません。", "This is a test of the call-out. Nothing is to be done.", ""]
    lines.append(stated(now))
    return Message(subject=lead, body="\n".join([*lines, f"{mark}{mark_en}"]))


def _told(call: Call) -> dict[str, Any]:
    words = {"call": call.id, "event": call.event, "status": call.status, "state": call.state, "subject": call.subject}
    taken = {"acknowledged_by": call.acknowledged_by, "step": call.step, "opened_at": iso_utc(call.opened_at)}
    return {**words, **taken}


def _tell(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False))


def _refuse(code: str, message: str, exit_code: int = 1) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return exit_code
